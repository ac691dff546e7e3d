package io.synfire.ingest.file;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.learn.Retracted;
import io.synfire.ingest.codec.FieldMapping;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.file.OpenLetters.Letter;
import io.synfire.ingest.replay.CheckpointTimer;
import io.synfire.ingest.replay.IncompleteLogException;
import io.synfire.ingest.replay.Missing;
import io.synfire.ingest.replay.Rejects;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns files again that a memory was learned from, as far as it was, into another memory: stretch by stretch in the order in which the
 * first one learned them, held against the times that it held them against; what it learned of other sources in between is learned there.
 * What that memory read at once is applied in as many batches as this one has room for, and may be gone on with behind each. A file that is
 * not the one that was learned is refused. A record that was learned from a dead letter is learned there. One thread at a time, which is the
 * engine's writer.
 */
public final class FileReplay {

    private static final Logger LOG = LoggerFactory.getLogger(FileReplay.class);

    private final Engine engine;
    private final ReplayOptions options;
    private final Rejects rejects;
    private final LineDecoder decoder;
    private final Map<String, Known> goals = new LinkedHashMap<>();
    private final Beside beside;
    private final List<Stretch> stretches;
    private final List<Missing> missing = new ArrayList<>();
    private final Set<String> gone = new LinkedHashSet<>();
    /** How far each file was learned before, by its identity. */
    private final Map<String, Long> learned = new HashMap<>();

    private final AsItWas asItWas;
    private final BatchGauge.Size batchSize;
    private boolean isVerified;
    private final CheckpointTimer checkpoints;

    /** Whether neither more nor less is to be learned than was learned. */
    enum AsItWas {
        /** What can be learned now. */
        NOT,
        /** What was not learned had been rejected. */
        WHOLE,
        /** What was not learned had been rejected, or was left out, since it happened after a moment. */
        WITH_SOME_LEFT_OUT
    }

    /** Brings the sources that keep their own order to where they stood when a file was learned. */
    public interface Beside {
        /**
         * Called before a stretch, where they were read on since the one before.
         *
         * @param positions how far each of them had been read
         * @throws IOException if they cannot be read
         * @throws InterruptedException if the thread is interrupted
         */
        void bringTo(List<Position> positions) throws IOException, InterruptedException;
    }

    /**
     * A replay.
     *
     * @param engine what learns
     * @param mapping where foreign JSON keeps things, or null for Synfire's own form
     * @param limits what a line may be at most, as when it was learned
     * @param options how to read
     * @param rejects where lines go that cannot be learned
     * @param goal how far each file is to be learned; other sources are passed over
     * @param stretches what of them was learned, in that order, at least up to the goal
     * @param beside learns what was learned between them of other sources
     */
    public FileReplay(
            Engine engine,
            @Nullable FieldMapping mapping,
            RecordLimits limits,
            ReplayOptions options,
            Rejects rejects,
            List<Position> goal,
            List<Stretch> stretches,
            Beside beside) {
        this(engine, mapping, limits, options, rejects, goal, stretches, beside, AsItWas.NOT, BatchGauge.Size.MAX);
    }

    /** One that learns, if it is to be as it was, neither more nor less than was learned, or fails; another learns what can be learned now. */
    FileReplay(
            Engine engine,
            @Nullable FieldMapping mapping,
            RecordLimits limits,
            ReplayOptions options,
            Rejects rejects,
            List<Position> goal,
            List<Stretch> stretches,
            Beside beside,
            AsItWas asItWas,
            BatchGauge.Size batchSize) {
        this.asItWas = asItWas;
        this.batchSize = batchSize;
        this.beside = beside;
        this.engine = engine;
        this.options = options;
        this.checkpoints = new CheckpointTimer(engine, options.checkpointInterval());
        this.rejects = rejects;
        this.decoder = new LineDecoder(engine.view().settings(), mapping, limits, options.held());
        Known.of(goal).forEach(known -> goals.put(known.id(), known));
        engine.view().stretches().forEach(stretch -> learned.merge(stretch.sourceId(), stretch.to(), Math::max));
        this.stretches = upToGoal(stretches);
    }

    /** What is to be read; where other sources stood at a stretch that is left out, they stood at the next at least. */
    private List<Stretch> upToGoal(List<Stretch> all) {
        List<Stretch> kept = new ArrayList<>();
        List<Position> moved = new ArrayList<>();
        for (Stretch stretch : all) {
            moved.addAll(stretch.moved());
            Known goal = goals.get(stretch.sourceId());
            if (goal != null && stretch.to() <= goal.records()) {
                kept.add(stretch.withMoved(moved));
                moved.clear();
            }
        }
        return List.copyOf(kept);
    }

    /**
     * Whether a position is one of a file.
     *
     * @param position the position
     * @return true if its source is a file
     */
    public static boolean isFile(Position position) {
        return Known.isFile(position);
    }

    /**
     * Whether a position is one of dead letters that were learned.
     *
     * @param position the position
     * @return true if its source is a file of these
     */
    public static boolean isLetters(Position position) {
        return Known.of(List.of(position)).stream()
                .anyMatch(known -> known.mark().isLetters());
    }

    /**
     * Refuses files that are gone, or are not those that were learned, before anything is learned. Reads all of them, once, unless the goal
     * is reached.
     *
     * @throws IncompleteLogException if there is one, and that is not accepted
     * @throws IOException if a file cannot be read
     */
    public void requireFiles() throws IOException {
        if (isVerified || isReached()) {
            return;
        }
        Set<String> passedOver = passedOver();
        Set<String> read = new HashSet<>();
        stretches.forEach(stretch -> read.add(stretch.sourceId()));
        List<Missing> ranges = new ArrayList<>();
        for (Known known : goals.values()) {
            if (read.contains(known.id()) && (passedOver.contains(known.id()) || !Beginnings.holds(known))) {
                gone.add(known.id());
                ranges.add(new Missing(known.source(), 0, learned.getOrDefault(known.id(), 0L), known.records()));
            }
        }
        if (!ranges.isEmpty() && !options.acceptsGap()) {
            throw IncompleteLogException.replaced(ranges);
        }
        missing.addAll(ranges);
        isVerified = true;
    }

    /** Files that were gone when this began, and may have come back: what was learned since lies behind them. */
    private Set<String> passedOver() {
        Set<String> passedOver = new HashSet<>();
        Set<String> before = new HashSet<>();
        for (Stretch stretch : stretches) {
            if (isBegun(stretch)) {
                passedOver.addAll(before);
            }
            if (!isLearned(stretch)) {
                before.add(stretch.sourceId());
            }
        }
        return passedOver;
    }

    private boolean isLearned(Stretch stretch) {
        return learned.getOrDefault(stretch.sourceId(), 0L) >= stretch.to();
    }

    private boolean isBegun(Stretch stretch) {
        return learned.getOrDefault(stretch.sourceId(), 0L) > stretch.from();
    }

    private boolean isReached() {
        return engine.positions().containsAll(reached());
    }

    /** The goal, without what is gone: nothing of that is learned, so nothing is known of it, and it may be learned if it comes back. */
    private List<Position> reached() {
        return goals.values().stream()
                .filter(known -> !gone.contains(known.id()))
                .map(Known::position)
                .toList();
    }

    /**
     * What the retractions name that are to be read: what the engine must be told before it learns anything. Reads the files once; of files
     * that are gone it finds nothing.
     *
     * @param from from which record of each file on, by its identity; from the first, where it is not there
     * @return what they name
     * @throws IOException if a file cannot be read
     */
    public Retracted retracted(Map<String, Long> from) throws IOException {
        Retracted named = new Retracted(engine.takenBackBytesMax());
        try (OpenFiles open = new OpenFiles()) {
            for (Stretch stretch : stretches) {
                Known known = required(stretch);
                long begin = Math.max(stretch.from(), from.getOrDefault(known.id(), 0L));
                if (!gone.contains(known.id()) && begin < stretch.to()) {
                    addRetracted(known, stretch, begin, open.of(known), named);
                }
            }
        } catch (ReplacedFileException e) {
            throw new IllegalStateException("a file was changed while it was read: " + e.getMessage(), e);
        }
        return named;
    }

    private void addRetracted(Known known, Stretch stretch, long from, LearnedLines lines, Retracted named)
            throws IOException {
        // What a retraction names says its time.
        RecordTimes times = new RecordTimes(stretch.latestMs(), stretch.elseMs());
        lines.skipTo(from);
        for (long number = from; number < stretch.to(); number++) {
            LineRecord record = LineRecord.of(known, lines.next(), lines.wasTooLong(), number, times);
            if (record != null && JsonEpisodeCodec.mayRetract(ByteBuffer.wrap(record.value()))) {
                try {
                    named.add(decoder.entry(record, stretch.startMs()));
                } catch (MalformedRecordException e) {
                    LOG.debug("what is rejected takes nothing back: {}", e.getMessage());
                }
            }
        }
    }

    /**
     * Learns from where the engine stands to the goal, which is checkpointed then.
     *
     * @param watch watches
     * @throws IncompleteLogException if a file is gone or is not the one that was learned, and that is not accepted
     * @throws IOException if a file cannot be read, or a dead letter not be written
     * @throws InterruptedException if the thread is interrupted
     */
    public void replay(ReplayWatch watch) throws IOException, InterruptedException {
        if (learn(watch)) {
            engine.checkpoint();
        }
    }

    /** The same without a checkpoint at the end; returns whether anything was learned, up to the goal. */
    boolean learn(ReplayWatch watch) throws IOException, InterruptedException {
        if (isReached()) {
            return false;
        }
        requireFiles();
        Set<Letter> learnedLetters = OpenLetters.learned(
                goals.values().stream()
                        .filter(known -> !gone.contains(known.id()))
                        .toList(),
                stretches);
        try (OpenFiles open = new OpenFiles(read())) {
            Map<String, Position> stood = new LinkedHashMap<>();
            boolean hasMoved = false;
            for (Stretch stretch : stretches) {
                if (watch.isStopped()) {
                    return false;
                }
                hasMoved |= !stretch.moved().isEmpty();
                stretch.moved().forEach(position -> stood.put(position.key(), position));
                Known known = required(stretch);
                if (gone.contains(known.id()) || isLearned(stretch)) {
                    continue;
                }
                if (hasMoved) {
                    hasMoved = false;
                    beside.bringTo(List.copyOf(stood.values()));
                    if (watch.isStopped()) {
                        return false;
                    }
                }
                if (!learn(begun(known, stretch, open.of(known), learnedLetters), watch)) {
                    return false;
                }
            }
            for (Known known : goals.values()) {
                if (!gone.contains(known.id())) {
                    open.of(known).requireHolds();
                }
            }
        } catch (ReplacedFileException e) {
            throw new IllegalStateException(
                    "a file was changed while it was learned: " + e.getMessage()
                            + ". Once it is what it was, the same command goes on. If that is refused, too, a part of the change was"
                            + " learned: then rebuild into another directory",
                    e);
        }
        engine.apply(new Batch(FileRun.PARTITION, List.of(), reached(), 0));
        watch.moved();
        return true;
    }

    /**
     * What was passed over since it is gone.
     *
     * @return ranges, in the order of the goal
     */
    public List<Missing> missing() {
        return List.copyOf(missing);
    }

    /** What was learned of the files before: what is read now must go on with it, whatever lay there in between. */
    private List<Known> read() {
        return Known.of(engine.positions()).stream()
                .filter(known -> goals.containsKey(known.id()))
                .toList();
    }

    private Known required(Stretch stretch) {
        Known known = goals.get(stretch.sourceId());
        if (known == null) {
            throw new IllegalStateException("a stretch is of no file of the goal: sourceId=" + stretch.sourceId());
        }
        return known;
    }

    /** A stretch, from where it was left. */
    private StretchReplay begun(Known known, Stretch stretch, LearnedLines lines, Set<Letter> learnedLetters) {
        StretchReplay.Way way =
                new StretchReplay.Way(engine, decoder, rejects, options.until(), asItWas, learnedLetters, batchSize);
        long from = Math.max(stretch.from(), learned.getOrDefault(known.id(), 0L));
        long latestMs = from == stretch.from() ? stretch.latestMs() : saidBefore(known, from);
        return new StretchReplay(way, known, stretch, from, latestMs, lines);
    }

    /** The latest time that what was learned of a file has said, where that ends within a stretch; -1 if none was said. */
    private long saidBefore(Known known, long from) {
        return Known.of(engine.positions()).stream()
                .filter(each -> each.id().equals(known.id()) && each.records() == from)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "a memory that has learned a part of a stretch must stand at its end: " + known.source()
                                + " record=" + from))
                .mark()
                .latestMs();
    }

    /** Learns a stretch to its end; false if it was stopped before that. */
    private boolean learn(StretchReplay stretch, ReplayWatch watch) throws IOException {
        while (true) {
            stretch.learnBatch();
            var unused = checkpoints.look();
            watch.moved();
            if (stretch.isAtEnd()) {
                return true;
            }
            if (watch.isStopped()) {
                return false;
            }
        }
    }
}
