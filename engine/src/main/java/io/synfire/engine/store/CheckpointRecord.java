package io.synfire.engine.store;

import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.Landmarks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a checkpoint says about the whole memory; written in the same atomic batch as the rows it covers.
 *
 * @param number rises by one with every checkpoint
 * @param watermarkMs latest event time learned, milliseconds since the epoch
 * @param landmarks what the sums below are kept at
 * @param totals sums over the whole memory, per horizon
 * @param episodes episodes learned, less those retracted
 * @param episodesChecksum of these episodes, as {@link Remaining} has it
 * @param activations activations learned, less those retracted and those of concepts that were forgotten: of all concepts together
 * @param pairs impulses learned, less those retracted
 * @param associations stored directed edges
 * @param deadLetters records rejected
 * @param duplicates episodes passed over since their event id was known
 * @param contextual whether episodes of contexts were learned
 * @param notPlain how much of what was learned is not plain
 * @param learned the digest of what was learned
 * @param positions how far the sources were read
 * @param clocks the clocks of the partitions, in the order of their indices
 * @param copies copies of commands that are yet to be read, and passed over
 * @param sourceMs latest time of the sources of what was learned, milliseconds since the epoch; -1 where it is not known
 */
public record CheckpointRecord(
        long number,
        long watermarkMs,
        Landmarks landmarks,
        List<Totals> totals,
        long episodes,
        long episodesChecksum,
        Remaining activations,
        long pairs,
        long associations,
        long deadLetters,
        long duplicates,
        boolean contextual,
        NotPlain notPlain,
        long learned,
        List<Position> positions,
        List<Clock> clocks,
        List<CopyAhead> copies,
        long sourceMs) {

    /**
     * What was learned and not taken back that is not plain; exact, not decayed. Below 0 where more was taken back than was learned.
     *
     * @param strengths activations of another strength than 1
     * @param rewards episodes of another reward than 1
     * @param betweenEpisodes impulses between episodes of one context
     */
    public record NotPlain(long strengths, long rewards, long betweenEpisodes) {

        /** All is plain. */
        public static final NotPlain NONE = new NotPlain(0, 0, 0);
    }

    /**
     * How far a partition's own event time has come.
     *
     * @param partition the partition's name
     * @param clockMs latest event time learned of it, milliseconds since the epoch
     */
    public record Clock(String partition, long clockMs) {}

    /**
     * A copy of a command that was applied already, when others of its copies were read.
     *
     * @param partition name of the partition in which it is yet to be read
     * @param eventId the command's id
     */
    public record CopyAhead(String partition, String eventId) {}

    /** Takes unmodifiable copies. */
    public CheckpointRecord {
        if (totals.size() != landmarks.horizonCount()) {
            throw new IllegalStateException("a checkpoint needs totals of each horizon: totals=" + totals.size());
        }
        totals = List.copyOf(totals);
        positions = List.copyOf(positions);
        clocks = List.copyOf(clocks);
        copies = List.copyOf(copies);
    }

    /**
     * The record of a memory that has learned nothing.
     *
     * @param horizons how many horizons it keeps
     * @return number 0
     */
    public static CheckpointRecord none(int horizons) {
        return new CheckpointRecord(
                0,
                0,
                Landmarks.of(new long[horizons]),
                Collections.nCopies(horizons, Totals.NONE),
                0,
                0,
                Remaining.NOTHING,
                0,
                0,
                0,
                0,
                false,
                NotPlain.NONE,
                0,
                List.of(),
                List.of(),
                List.of(),
                Batch.SOURCE_UNKNOWN);
    }

    /**
     * The same with another number of associations.
     *
     * @param count stored directed edges
     * @return the record
     */
    public CheckpointRecord withAssociations(long count) {
        return new CheckpointRecord(
                number,
                watermarkMs,
                landmarks,
                totals,
                episodes,
                episodesChecksum,
                activations,
                pairs,
                count,
                deadLetters,
                duplicates,
                contextual,
                notPlain,
                learned,
                positions,
                clocks,
                copies,
                sourceMs);
    }

    byte[] toBytes() {
        ByteSink sink = new ByteSink(256);
        sink.varint(number);
        sink.varint(watermarkMs);
        for (int h = 0; h < landmarks.horizonCount(); h++) {
            sink.varint(landmarks.index(h));
            sink.f8(totals.get(h).episodes());
            sink.f8(totals.get(h).activations());
            sink.f8(totals.get(h).repeats());
            sink.f8(totals.get(h).potentiation());
            sink.f8(totals.get(h).turnover());
        }
        sink.i8(episodes);
        sink.i8(episodesChecksum);
        sink.i8(activations.count());
        sink.i8(activations.checksum());
        sink.i8(pairs);
        sink.varint(associations);
        sink.varint(deadLetters);
        sink.varint(duplicates);
        sink.u1(contextual ? 1 : 0);
        sink.i8(notPlain.strengths());
        sink.i8(notPlain.rewards());
        sink.i8(notPlain.betweenEpisodes());
        sink.i8(learned);
        PositionBytes.write(positions, sink);
        sink.varint(clocks.size());
        for (Clock clock : clocks) {
            sink.text(clock.partition());
            sink.varint(clock.clockMs());
        }
        sink.varint(copies.size());
        for (CopyAhead copy : copies) {
            sink.text(copy.partition());
            sink.text(copy.eventId());
        }
        sink.varint(sourceMs + 1);
        return sink.toBytes();
    }

    static CheckpointRecord ofBytes(byte[] bytes, int horizons) {
        ByteSource source = new ByteSource("checkpoint record", bytes);
        long number = source.varint();
        long watermarkMs = source.varint();
        long[] landmarks = new long[horizons];
        List<Totals> totals = new ArrayList<>();
        for (int h = 0; h < horizons; h++) {
            landmarks[h] = source.varint();
            totals.add(new Totals(source.f8(), source.f8(), source.f8(), source.f8(), source.f8()));
        }
        long episodes = source.i8();
        long episodesChecksum = source.i8();
        Remaining activations = new Remaining(source.i8(), source.i8());
        long pairs = source.i8();
        long associations = source.varint();
        long deadLetters = source.varint();
        long duplicates = source.varint();
        boolean contextual = source.u1() == 1;
        NotPlain notPlain = new NotPlain(source.i8(), source.i8(), source.i8());
        long learned = source.i8();
        List<Position> positions = PositionBytes.read(source);
        int partitions = source.count(2);
        List<Clock> clocks = new ArrayList<>(partitions);
        for (int i = 0; i < partitions; i++) {
            clocks.add(new Clock(source.text(), source.varint()));
        }
        int ahead = source.count(2);
        List<CopyAhead> copies = new ArrayList<>(ahead);
        for (int i = 0; i < ahead; i++) {
            copies.add(new CopyAhead(source.text(), source.text()));
        }
        long sourceMs = source.varint() - 1;
        source.end();
        return new CheckpointRecord(
                number,
                watermarkMs,
                Landmarks.of(landmarks),
                totals,
                episodes,
                episodesChecksum,
                activations,
                pairs,
                associations,
                deadLetters,
                duplicates,
                contextual,
                notPlain,
                learned,
                positions,
                clocks,
                copies,
                sourceMs);
    }
}
