package io.synfire.ingest.file;

import io.synfire.engine.Engine;
import io.synfire.engine.learn.SourceTime;
import io.synfire.ingest.codec.FieldMapping;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.replay.CheckpointTimer;
import io.synfire.ingest.replay.Rejects;
import io.synfire.ingest.room.RoomWatch;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Learns files of JSON lines, each line exactly once. A file is what it begins with, whatever its name: one that grew, was renamed or packed
 * goes on where it was left; one that was replaced or cut short is refused. Plain, gzip and zstd are told apart by their first bytes. One
 * thread at a time, which is the engine's writer.
 *
 * <p>A record without a time happens at the latest time that its file said so far, or else at the file's last change; of a stream at the
 * start of the run. The times in a file are held against the start of the run, which is when the learner was made. Both are kept, so that
 * whoever learns the file again decides the same. Nobody learns a stream again, and it may go on for days: its times are held against the
 * clock when each is read. Blank lines are records that say nothing. Where the disk is full it waits until there is
 * room, and goes on. A dead letter that cannot be written stops it before the record.
 */
public final class FileLearner {

    /** The longest line, 16 MiB; a longer one is a dead letter. */
    public static final int LINE_BYTES_MAX = LineDecoder.LINE_BYTES_MAX;

    final Engine engine;
    final Path deadLetters;
    final long startMs;
    private final LineDecoder decoder;
    private final int batchMax;
    private final InstantSource clock;
    private final BooleanSupplier isStopped;
    private @Nullable LearnSummary unfinished;
    private final CheckpointTimer checkpoints;
    private final RoomWatch room = new RoomWatch();

    /**
     * A learner, whose run begins now.
     *
     * @param engine what learns
     * @param deadLetters the file that rejected lines are appended to
     * @param mapping where foreign JSON keeps things, or null for Synfire's own form
     * @param limits what a line may be at most; {@link #LINE_BYTES_MAX} in any case
     * @param checkpointInterval at most about this long between two checkpoints
     * @param clock tells when that is
     */
    public FileLearner(
            Engine engine,
            Path deadLetters,
            @Nullable FieldMapping mapping,
            RecordLimits limits,
            Duration checkpointInterval,
            InstantSource clock) {
        this(engine, deadLetters, mapping, limits, checkpointInterval, clock, () -> false);
    }

    /**
     * A learner that can be stopped, whose run begins now.
     *
     * @param engine what learns
     * @param deadLetters the file that rejected lines are appended to
     * @param mapping where foreign JSON keeps things, or null for Synfire's own form
     * @param limits what a line may be at most; {@link #LINE_BYTES_MAX} in any case
     * @param checkpointInterval at most about this long between two checkpoints
     * @param clock tells when that is
     * @param isStopped asked now and then, on the learning thread, whether no more is to be read; then a {@link StoppedException} is thrown, and what
     *     was read until then is learned and checkpointed
     */
    public FileLearner(
            Engine engine,
            Path deadLetters,
            @Nullable FieldMapping mapping,
            RecordLimits limits,
            Duration checkpointInterval,
            InstantSource clock,
            BooleanSupplier isStopped) {
        this(
                engine,
                deadLetters,
                new LineDecoder(engine.view().settings(), mapping, limits),
                checkpointInterval,
                clock,
                BatchGauge.Size.MAX.records(),
                isStopped);
    }

    /** One with batches of its own size. */
    FileLearner(
            Engine engine,
            Path deadLetters,
            LineDecoder decoder,
            Duration checkpointInterval,
            InstantSource clock,
            int batchMax,
            BooleanSupplier isStopped) {
        this.engine = engine;
        this.deadLetters = deadLetters;
        this.decoder = decoder;
        this.clock = clock;
        this.startMs = clock.millis();
        this.checkpoints = new CheckpointTimer(engine, checkpointInterval);
        this.batchMax = batchMax;
        this.isStopped = isStopped;
    }

    /**
     * Looks at files that are to be learned, before any of them is. Nothing is learned where one of them is refused.
     *
     * @param files their paths; what is no regular file, such as a pipe, is learned as a stream
     * @param asNew whether each is taken for one that was never learned, whatever it holds and whatever was learned under its name
     * @return them, to be learned one after the other
     * @throws ReplacedFileException if one was replaced or cut short since it was learned
     * @throws IllegalArgumentException if one is of another format
     * @throws IOException if one cannot be read
     */
    public LearnSession begin(List<Path> files, boolean asNew) throws IOException {
        return LearnSession.begin(this, files, asNew, LearnSession.Kind.RECORDS);
    }

    /**
     * Learns one file, from where it was left.
     *
     * @param file the file
     * @param progress told the number of lines read, now and then
     * @return what became of it
     * @throws ReplacedFileException if it was replaced or cut short since it was learned
     * @throws IllegalArgumentException if it is of another format
     * @throws IOException if it cannot be read to its end; what was read until then is learned
     */
    public LearnSummary learn(Path file, LongConsumer progress) throws IOException {
        return begin(List.of(file), false).learn(file, progress);
    }

    /**
     * Learns dead letters again, as a file of its own: those of files whose records were not learned since, and those of streams.
     * What is rejected again is appended again.
     *
     * @param asNew whether the file of dead letters may be another than the one that was learned before
     * @param progress told the number of letters read, now and then
     * @return what became of them
     * @throws ReplacedFileException if the file was replaced or cut short since it was learned
     * @throws IOException if it cannot be read to its end; what was read until then is learned
     */
    public LearnSummary learnAgain(boolean asNew, LongConsumer progress) throws IOException {
        if (!Files.exists(deadLetters)) {
            throw new IllegalArgumentException("there are no dead letters: file=" + deadLetters);
        }
        return LearnSession.begin(this, List.of(deadLetters), asNew, LearnSession.Kind.LETTERS)
                .learn(deadLetters, progress);
    }

    /** Learns retractions that we have appended to a file of our own. */
    LearnSummary learnCommands(Path file) throws IOException {
        return LearnSession.begin(this, List.of(file), false, LearnSession.Kind.COMMANDS)
                .learn(file, lines -> {});
    }

    /**
     * Learns a stream, such as the standard input, which has no position: it leaves no log to forget or rebuild from. All streams are one
     * partition, apart from that of files: a context, or the window of an event's id, does not reach from the one into the other.
     *
     * <p>Somebody may write it slowly: whenever it gives nothing for a moment, what was read is applied, and checkpointed when it is time to. A
     * thread of its own waits for the stream; where that gives nothing more after this was stopped, it waits as long as its process is there.
     *
     * @param stream the stream
     * @param name what messages and dead letters call it; {@code -} is the standard input
     * @param progress told the number of lines read, now and then
     * @return what became of it
     * @throws IllegalArgumentException if it is of another format
     * @throws IOException if it cannot be read to its end; what was read until then is learned
     */
    public LearnSummary learn(InputStream stream, String name, LongConsumer progress) throws IOException {
        beginOne();
        try {
            PatientStream patient = PatientStream.of(stream, isStopped);
            Unpacked content = Unpacked.of(patient);
            InputStream records = new BufferedInputStream(content.stream(), FormatHint.SAMPLE_BYTES);
            byte[] sample = FormatHint.sample(records);
            // Nobody reads it again: where it was stopped before it told what it holds, the lines that came are kept as
            // dead letters.
            if (!isStopped.getAsBoolean() || FormatHint.binary(sample) != null) {
                requireJsonLines(sample, name);
            }
            FileRun.Task task = new FileRun.Task(
                    name, null, 0, true, startMs, () -> SourceTime.ofClock(clock.millis()), false, null);
            LineReader lines = new LineReader(records, LINE_BYTES_MAX);
            List<String> notes = new ArrayList<>();
            notes.add("a stream leaves no log: what was learned of it cannot be read again, to forget a context or to"
                    + " rebuild");
            return run(task, lines, new RecordTimes(-1, startMs), content, null, notes, progress, patient);
        } catch (DeadLetterException | StoppedException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException("the stream cannot be read to its end: stream=" + name + ": " + Reasons.of(e), e);
        }
    }

    /** Another file or stream is to be learned. */
    void beginOne() {
        unfinished = null;
    }

    /** Reads lines to their end, and tells what became of them. */
    LearnSummary run(
            FileRun.Task task,
            LineReader lines,
            RecordTimes times,
            Unpacked content,
            @Nullable String knownAs,
            List<String> notes,
            LongConsumer progress,
            @Nullable PatientStream patient)
            throws IOException {
        long duplicatesBefore = engine.view().counts().duplicates();
        try (DeadLetterFile dead = new DeadLetterFile(deadLetters)) {
            FileRun run = run(task, lines, times, dead);
            if (patient != null) {
                patient.tell(isLong -> run.waits(isLong, progress));
            }
            try {
                run.learn(progress);
            } catch (IOException e) {
                unfinished = run.summary(engine.view().counts().duplicates() - duplicatesBefore, knownAs, notes);
                throw e;
            }
            if (content.hasGarbage()) {
                notes.add("behind the packed data lies something else, which was not read");
            }
            return run.summary(engine.view().counts().duplicates() - duplicatesBefore, knownAs, notes);
        } finally {
            if (patient != null) {
                patient.close();
            }
        }
    }

    /**
     * What became of the file or stream that was to be learned last, if it could not be read to its end: the part of it that is learned.
     *
     * @return that; empty if it was read to its end, or was refused before anything of it was read
     */
    public Optional<LearnSummary> unfinished() {
        return Optional.ofNullable(unfinished);
    }

    private FileRun run(FileRun.Task task, LineReader lines, RecordTimes times, Rejects dead) {
        return new FileRun(
                engine,
                room,
                decoder,
                dead,
                task,
                lines,
                times,
                new BatchGauge(engine, new BatchGauge.Size(batchMax, BatchGauge.Size.MAX.bytes())),
                checkpoints,
                isStopped);
    }

    static void requireJsonLines(byte[] sample, String name) {
        FormatHint.notJsonLines(sample).ifPresent(hint -> {
            throw new IllegalArgumentException(hint + ": file=" + name);
        });
    }
}
