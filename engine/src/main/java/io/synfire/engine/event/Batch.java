package io.synfire.engine.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run of one partition of the log and where it ends: the unit that is applied. State and positions move together, or not at
 * all. So what a batch with positions adds stays in memory until its end, whether or not there is room for it: who makes batches makes them
 * small.
 *
 * <p>Contexts, event ids and the clock they expire by belong to a partition, so that what is learned does not depend on how the
 * partitions of a log were interleaved when they were read.
 *
 * @param partition the partition's name; empty where there is one log alone
 * @param entries what was read and admitted, in log order
 * @param positions where the sources stand after this batch; sources that are not named stay where they were
 * @param deadLetters how many records of this run were rejected; they must already be safe in the dead-letter topic
 * @param stretch what was read, where its source does not keep that by itself; else null
 * @param copies where else the one command stands that this batch holds; mostly empty
 * @param sourceMs the latest time of the sources of what was read, such as the timestamp of a record or the start of a run, milliseconds
 *     since the epoch; {@value #SOURCE_UNKNOWN} where it is not known
 * @param passedOver what was read and nothing was learned of, in its order, where the source keeps its order by itself
 */
public record Batch(
        String partition,
        List<Entry> entries,
        List<Position> positions,
        long deadLetters,
        @Nullable Stretch stretch,
        List<Copy> copies,
        long sourceMs,
        List<PassedOver> passedOver) {

    /** The time of a batch's sources is not known. */
    public static final long SOURCE_UNKNOWN = -1;

    /**
     * A copy of a command in another partition than its batch's. The command is known there from then on.
     *
     * @param partition the other partition's name
     * @param place where it is
     */
    public record Copy(String partition, Place place) {}

    /** Where a copy of a command is, that is applied now. */
    public enum Place {
        /** It was read, too: the batch moves the position past it. */
        READ,
        /** It may be yet to be read: then it is passed over, however late that is. */
        AHEAD,
        /** There is none. */
        NOWHERE
    }

    /**
     * Takes unmodifiable copies.
     *
     * @throws IllegalArgumentException if deadLetters is negative, sourceMs is below {@value #SOURCE_UNKNOWN}, or copies are told of anything but one command with an id
     */
    public Batch {
        if (deadLetters < 0) {
            throw new IllegalArgumentException("deadLetters must be at least 0: deadLetters=" + deadLetters);
        }
        if (sourceMs < SOURCE_UNKNOWN) {
            throw new IllegalArgumentException("sourceMs must be at least 0, or -1: sourceMs=" + sourceMs);
        }
        entries = CountedEntries.of(entries);
        positions = List.copyOf(positions);
        copies = List.copyOf(copies);
        passedOver = List.copyOf(passedOver);
        if (!copies.isEmpty()
                && !(entries.size() == 1 && entries.get(0) instanceof Forget forget && forget.eventId() != null)) {
            throw new IllegalArgumentException("only one forget with an id has copies: entries=" + entries.size());
        }
    }

    /**
     * A run whose sources have no time that is known.
     *
     * @param partition the partition's name; empty where there is one log alone
     * @param entries what was read and admitted, in log order
     * @param positions where the sources stand after this batch
     * @param deadLetters how many records of this run were rejected
     * @param stretch what was read, where its source does not keep that by itself; else null
     * @param copies where else the one command stands that this batch holds
     */
    public Batch(
            String partition,
            List<Entry> entries,
            List<Position> positions,
            long deadLetters,
            @Nullable Stretch stretch,
            List<Copy> copies) {
        this(partition, entries, positions, deadLetters, stretch, copies, SOURCE_UNKNOWN, List.of());
    }

    /**
     * A run without a command that has copies.
     *
     * @param partition the partition's name; empty where there is one log alone
     * @param entries what was read and admitted, in log order
     * @param positions where the sources stand after this batch
     * @param deadLetters how many records of this run were rejected
     * @param stretch what was read, where its source does not keep that by itself; else null
     */
    public Batch(
            String partition,
            List<Entry> entries,
            List<Position> positions,
            long deadLetters,
            @Nullable Stretch stretch) {
        this(partition, entries, positions, deadLetters, stretch, List.of());
    }

    /**
     * A run of a source that keeps its order by itself.
     *
     * @param partition the partition's name; empty where there is one log alone
     * @param entries what was read and admitted, in log order
     * @param positions where the sources stand after this batch
     * @param deadLetters how many records of this run were rejected
     */
    public Batch(String partition, List<Entry> entries, List<Position> positions, long deadLetters) {
        this(partition, entries, positions, deadLetters, null);
    }

    /**
     * The same, of sources of a time.
     *
     * @param latestMs the latest of them, milliseconds since the epoch; {@value #SOURCE_UNKNOWN} where it is not known
     * @return the batch
     */
    public Batch ofSource(long latestMs) {
        return new Batch(partition, entries, positions, deadLetters, stretch, copies, latestMs, passedOver);
    }

    /**
     * The same, with what was passed over.
     *
     * @param records what nothing was learned of, in the order in which it was read
     * @return the batch
     */
    public Batch passingOver(List<PassedOver> records) {
        return new Batch(partition, entries, positions, deadLetters, stretch, copies, sourceMs, records);
    }

    /**
     * How much there is to learn, about. Counted when the batch was made, as the next three.
     *
     * @return the sum of {@link Entry#pairs} of its entries
     */
    public long pairs() {
        return CountedEntries.of(entries).pairs();
    }

    /**
     * How many activations meet what their contexts remember.
     *
     * @return the sum of {@link Entry#inContext} of its entries
     */
    public long inContext() {
        return CountedEntries.of(entries).inContext();
    }

    /**
     * As how many episodes it counts for what is kept of it, beside its pairs.
     *
     * @return the sum of {@link Entry#kept} of its entries
     */
    public long kept() {
        return CountedEntries.of(entries).kept();
    }

    /**
     * Whether a concept is to be forgotten.
     *
     * @return true if one of its entries is a {@link Forget}
     */
    public boolean hasForget() {
        return CountedEntries.of(entries).hasForget();
    }

    /**
     * Whether a checkpoint may hold a part of it: it moves no positions, and says of no stretch that it was read.
     *
     * @return true if its entries belong together in nothing but their order
     */
    public boolean isDivisible() {
        return positions.isEmpty() && stretch == null && copies.isEmpty();
    }

    /**
     * A batch without positions, for callers that keep their own. Where there is no room for all of it, a checkpoint may hold a part.
     *
     * @param entries what to apply
     * @return the batch
     */
    public static Batch of(Entry... entries) {
        return new Batch("", List.of(entries), List.of(), 0);
    }
}
