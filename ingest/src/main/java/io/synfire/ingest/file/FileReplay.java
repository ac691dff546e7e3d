package io.synfire.ingest.file;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.Refusal;
import io.synfire.engine.learn.SourceTime;
import io.synfire.ingest.codec.FieldMapping;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.Origin;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.replay.IncompleteLogException;
import io.synfire.ingest.replay.Missing;
import io.synfire.ingest.replay.Rejects;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Learns files again that a memory was learned from, as far as it was, into another memory. They are learned one after the other, in the
 * order in which the first one began them; so that is exact where each was learned in one go, or no context and no time that a record
 * does not say reaches from one into another. One thread at a time, which is the engine's writer.
 */
public final class FileReplay {

    private final Engine engine;
    private final ReplayOptions options;
    private final Rejects rejects;
    private final JsonEpisodeCodec codec;
    private final List<Missing> missing = new ArrayList<>();
    private long lastCheckpointNanos = System.nanoTime();

    /** The event time of a record that says none: the latest in the log so far, whether or not it counts. */
    private long latestMs;

    /** A run of one file that is not applied yet. */
    private static final class Run {
        final List<Entry> entries = new ArrayList<>();
        long bytes;
        long rejected;
    }

    /**
     * A replay.
     *
     * @param engine what learns
     * @param mapping where foreign JSON keeps things, or null for Synfire's own form
     * @param limits what a line may be at most, as when it was learned
     * @param options how to read
     * @param rejects where lines go that cannot be learned
     */
    public FileReplay(
            Engine engine,
            @Nullable FieldMapping mapping,
            RecordLimits limits,
            ReplayOptions options,
            Rejects rejects) {
        this.engine = engine;
        this.options = options;
        this.rejects = rejects;
        this.codec = new JsonEpisodeCodec(mapping, limits);
    }

    /**
     * Whether a position is one of a file.
     *
     * @param position the position
     * @return true if its source is a file
     */
    public static boolean isFile(Position position) {
        return LearnedFiles.isFile(position);
    }

    /**
     * Refuses files that are gone altogether, before anything is read.
     *
     * @param goal how far each file was learned
     * @throws IncompleteLogException if one is gone and that is not accepted
     */
    public void requireFiles(List<Position> goal) {
        List<Missing> gone = goal.stream()
                .filter(position -> position.nextOffset() > next(position))
                .filter(position -> !Files.isReadable(LearnedFiles.path(position)))
                .map(position -> new Missing(position.source(), 0, next(position), position.nextOffset()))
                .toList();
        if (!gone.isEmpty() && !options.acceptsGap()) {
            throw new IncompleteLogException(gone);
        }
    }

    /**
     * Learns from where the engine stands to the goal, which is checkpointed then. Files that were learned before are read again for their times.
     *
     * @param goal how far each file is to be learned, in their order
     * @param watch watches
     * @throws IncompleteLogException if a file is gone or shorter than it was, and that is not accepted
     * @throws IOException if a file cannot be read
     */
    public void replay(List<Position> goal, ReplayWatch watch) throws IOException {
        requireFiles(goal);
        latestMs = 0;
        for (Position position : goal) {
            if (!watch.isStopped()) {
                replay(position, watch);
            }
        }
        if (!watch.isStopped()) {
            engine.checkpoint();
        }
    }

    /**
     * What was passed over since it is gone.
     *
     * @return ranges, in the order of the files
     */
    public List<Missing> missing() {
        return List.copyOf(missing);
    }

    private void replay(Position goal, ReplayWatch watch) throws IOException {
        long from = next(goal);
        Path path = LearnedFiles.path(goal);
        long record = 0;
        if (Files.isReadable(path)) {
            try (InputStream input = Files.newInputStream(path)) {
                record = read(
                        new LineReader(EpisodeFile.unpacked(input), EpisodeFile.LINE_BYTES_MAX), from, goal, watch);
            }
        }
        if (record < goal.nextOffset() && !watch.isStopped()) {
            long first = Math.max(from, record);
            if (first < goal.nextOffset()) {
                Missing gone = new Missing(goal.source(), 0, first, goal.nextOffset());
                if (!options.acceptsGap()) {
                    throw new IncompleteLogException(List.of(gone));
                }
                missing.add(gone);
                apply(goal, new Run(), goal.nextOffset(), watch);
            }
        }
    }

    /** Reads up to the goal; returns the number of records that there are up to it. */
    private long read(LineReader lines, long from, Position goal, ReplayWatch watch) throws IOException {
        Run run = new Run();
        long record = 0;
        while (record < goal.nextOffset() && !watch.isStopped()) {
            byte[] line = lines.next();
            if (line == null) {
                break;
            }
            take(goal, record, line, lines.wasTooLong(), record >= from ? run : null);
            record++;
            if (run.entries.size() >= EpisodeFile.BATCH_EPISODES || run.bytes >= EpisodeFile.BATCH_BYTES) {
                apply(goal, run, record, watch);
                run = new Run();
            }
        }
        if (record > from) {
            apply(goal, run, record, watch);
        }
        return record;
    }

    /** Takes a line into a run, or its time alone if there is none. */
    private void take(Position goal, long record, byte[] line, boolean isTooLong, @Nullable Run run)
            throws IOException {
        if (EpisodeFile.isBlank(line)) {
            return;
        }
        try {
            if (isTooLong) {
                throw new MalformedRecordException(
                        "a line must be at most " + EpisodeFile.LINE_BYTES_MAX + " bytes: bytes=more", null);
            }
            Entry entry = codec.decode(line, Origin.at(latestMs));
            Optional<Refusal> refusal = engine.refusal(entry, SourceTime.unknown());
            if (refusal.isPresent()) {
                throw MalformedRecordException.of(refusal.get());
            }
            if (entry instanceof Episode episode) {
                latestMs = Math.max(latestMs, episode.atMs());
            }
            if (run != null) {
                options.until().countedOf(entry).ifPresent(run.entries::add);
                run.bytes += line.length;
            }
        } catch (MalformedRecordException e) {
            if (run != null) {
                rejects.add(goal.source(), record, String.valueOf(e.getMessage()), line);
                run.rejected++;
                run.bytes += line.length;
            }
        }
    }

    private void apply(Position goal, Run run, long next, ReplayWatch watch) throws IOException {
        rejects.force();
        List<Position> positions = List.of(new Position(goal.source(), goal.sourceId(), goal.partition(), next, -1));
        engine.apply(new Batch(EpisodeFile.PARTITION, run.entries, positions, run.rejected));
        long now = System.nanoTime();
        if (now - lastCheckpointNanos >= options.checkpointInterval().toNanos()) {
            engine.startCheckpoint();
            lastCheckpointNanos = now;
        }
        watch.moved();
    }

    private long next(Position goal) {
        return engine.positions().stream()
                .filter(position -> position.source().equals(goal.source()))
                .mapToLong(Position::nextOffset)
                .findFirst()
                .orElse(0);
    }
}
