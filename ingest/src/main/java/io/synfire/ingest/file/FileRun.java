package io.synfire.ingest.file;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.learn.SourceTime;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.file.LearnSummary.Rejection;
import io.synfire.ingest.replay.CheckpointTimer;
import io.synfire.ingest.replay.Rejects;
import io.synfire.ingest.room.RoomWatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One reading of one file or stream, from where it was left to its end: lines become batches with the position they end at. What was read
 * before a failure is learned, and the next time starts behind it. For one use, by the engine's writer.
 */
final class FileRun {

    /** All files are one log, in the order in which they are learned: a context may go on from one to the next. */
    static final String PARTITION = "";

    /**
     * All streams are another: nobody can read them again, so what they do to contexts, ids and the clock must not decide what files teach.
     */
    static final String STREAMS_PARTITION = Stretch.STREAMS;

    /** So long at most what was read of a stream waits for more that comes at once, or nearly so. */
    private static final long WAITING_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

    private final Engine engine;
    private final RoomWatch room;
    private final LineDecoder decoder;
    private final Rejects dead;
    private final Task task;
    private final LineReader lines;
    private final RecordTimes times;
    private final BatchGauge gauge;
    private final CheckpointTimer checkpoints;
    private final BooleanSupplier isStopped;

    private final List<Entry> entries = new ArrayList<>();
    private final List<Long> unlearned = new ArrayList<>();
    private final List<Rejection> rejections = new ArrayList<>();
    private long batchRejected;
    private long batchFrom;
    private long batchNanos;
    private long batchLatestMs;
    private Counts applied = new Counts(0, 0, 0, 0, 0);
    private final long streamedBefore;
    private long next;
    private boolean isEnded;
    private boolean waits;
    private long episodes;
    private long commands;
    private long rejected;
    private long passedOver;
    private long noLetters;

    /**
     * What is to be read, and how.
     *
     * @param source what positions and dead letters call it
     * @param id its identity, or null for a stream, which has no position
     * @param from the first record to read
     * @param isEnded whether the line before that had an end
     * @param startMs when the run began
     * @param against tells what times are held against: the start of the run, unless it is a stream
     * @param mayGrow whether a last line without an end may get one later
     * @param letters which dead letters may be learned, if the lines are dead letters; else null
     */
    record Task(
            String source,
            @Nullable String id,
            long from,
            boolean isEnded,
            long startMs,
            Supplier<SourceTime> against,
            boolean mayGrow,
            @Nullable OpenLetters letters) {}

    /** What became of lines. */
    private record Counts(long episodes, long commands, long rejected, long passedOver, int rejections) {}

    FileRun(
            Engine engine,
            RoomWatch room,
            LineDecoder decoder,
            Rejects dead,
            Task task,
            LineReader lines,
            RecordTimes times,
            BatchGauge gauge,
            CheckpointTimer checkpoints,
            BooleanSupplier isStopped) {
        this.engine = engine;
        this.room = room;
        this.decoder = decoder;
        this.dead = dead;
        this.task = task;
        this.lines = lines;
        this.times = times;
        this.gauge = gauge;
        this.checkpoints = checkpoints;
        this.isStopped = isStopped;
        this.next = task.from();
        this.streamedBefore = task.id() == null ? Stretch.streamed(engine.view().stretches()) : 0;
        this.isEnded = task.isEnded();
        begin();
    }

    /**
     * Whoever writes a stream has nothing for us now: what was read is not to wait for more, unless that comes at once. A stream may go on for
     * days, and nobody reads it again.
     */
    void waits(boolean isLong, LongConsumer progress) throws IOException {
        if (isLong || System.nanoTime() - batchNanos > WAITING_NANOS_MAX) {
            apply();
            progress.accept(next);
        }
        room.untilThereIsRoom(engine, checkpoints::look);
    }

    /** Reads to the end. */
    void learn(LongConsumer progress) throws IOException {
        try {
            if (finishLine()) {
                readLines(progress);
            }
        } catch (IOException e) {
            // What was read is learned; where that cannot be, what was applied before is made safe all the same.
            also(this::apply, e);
            also(() -> room.untilThereIsRoom(engine, engine::checkpoint), e);
            throw e;
        }
        apply();
        room.untilThereIsRoom(engine, engine::checkpoint);
    }

    /** A part of the end of a run. */
    private interface Ending {
        void run() throws IOException;
    }

    private static void also(Ending ending, IOException failure) {
        try {
            ending.run();
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** What became of what was applied: all that was read, unless the run failed so that the rest could not be. */
    LearnSummary summary(long duplicates, @Nullable String knownAs, List<String> notes) {
        if (noLetters > 0) {
            notes.add("lines that are no dead letters were passed over: lines=" + noLetters);
        }
        boolean hasPosition = engine.positions().stream()
                .anyMatch(position -> position.sourceId().equals(task.id()) && Known.isFile(position));
        return new LearnSummary(
                task.source(),
                hasPosition ? task.id() : null,
                batchFrom - task.from(),
                applied.episodes() - duplicates,
                applied.commands(),
                duplicates,
                applied.rejected(),
                applied.passedOver(),
                task.from(),
                knownAs,
                waits,
                task.id() != null,
                notes,
                rejections.subList(0, applied.rejections()));
    }

    /** Reads the rest of a line that was learned before it had an end; false if there is nothing more. */
    private boolean finishLine() throws IOException {
        if (isEnded) {
            return true;
        }
        if (lines.next() == null || !lines.wasEnded()) {
            lines.unread();
            return false;
        }
        isEnded = true;
        return true;
    }

    private void readLines(LongConsumer progress) throws IOException {
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            if (!lines.wasEnded() && task.mayGrow() && (lines.wasTooLong() || !WholeObject.is(line))) {
                lines.unread();
                waits = !LineDecoder.isBlank(line);
                return;
            }
            try {
                take(line);
            } catch (IOException e) {
                lines.unread();
                throw e;
            }
            isEnded = lines.wasEnded();
            next++;
            gauge.read(line);
            if (gauge.isFull(entries.size() + unlearned.size())) {
                apply();
                progress.accept(next);
                requireGoingOn();
            }
        }
    }

    private void requireGoingOn() throws StoppedException {
        // Of a stream, which nobody reads again, what has come is read first.
        if (task.id() != null && isStopped.getAsBoolean()) {
            throw new StoppedException();
        }
    }

    private void take(byte[] line) throws IOException {
        if (LineDecoder.isBlank(line)) {
            return;
        }
        OpenLetters letters = task.letters();
        String id = task.id() == null ? "" : task.id();
        LineRecord record = letters == null
                ? LineRecord.of(line, lines.wasTooLong(), task.source(), id, next, times)
                : LineRecord.ofLetter(line, times);
        if (record == null) {
            noLetters++;
            unlearned.add(next);
            return;
        }
        if (letters != null && !letters.mayTake(record.place())) {
            passedOver++;
            unlearned.add(next);
            return;
        }
        take(record);
    }

    private void take(LineRecord record) throws IOException {
        OpenLetters letters = task.letters();
        try {
            Entry entry = decoder.entry(record, task.against().get());
            decoder.learned(record, entry, times);
            entries.add(entry);
            gauge.took(entry);
            episodes += entry instanceof Episode ? 1 : 0;
            commands += entry instanceof Episode ? 0 : 1;
            if (letters != null) {
                letters.learned(record.place());
            }
        } catch (MalformedRecordException e) {
            String reason = String.valueOf(e.getMessage());
            dead.add(record.place(), reason, record.value());
            unlearned.add(next);
            rejected++;
            // A dead letter that stays one was counted when it became one.
            batchRejected += letters == null ? 1 : 0;
            if (rejections.size() < LearnSummary.REJECTIONS_MAX) {
                rejections.add(new Rejection(record.place().record(), reason));
            }
        }
    }

    private void apply() throws IOException {
        if (next == batchFrom) {
            return;
        }
        dead.force();
        String partition = task.id() == null ? STREAMS_PARTITION : PARTITION;
        Batch batch = new Batch(partition, entries, positions(), batchRejected, stretch())
                .ofSource(task.against().get().ms());
        room.untilThereIsRoom(engine, () -> engine.apply(batch));
        room.untilThereIsRoom(engine, checkpoints::look);
        begin();
    }

    private void begin() {
        entries.clear();
        unlearned.clear();
        gauge.begin();
        batchRejected = 0;
        batchFrom = next;
        applied = new Counts(episodes, commands, rejected, passedOver, rejections.size());
        batchNanos = System.nanoTime();
        batchLatestMs = times.latestMs();
    }

    private List<Position> positions() {
        String id = task.id();
        if (id == null) {
            return List.of();
        }
        FileMark mark = FileMark.of(lines.fingerprint(), isEnded, times.latestMs(), task.letters() != null);
        return List.of(new Position(task.source(), id, 0, next, -1, mark.toText()));
    }

    private Stretch stretch() {
        String id = task.id();
        return id == null
                ? new Stretch(
                        Stretch.STREAMS,
                        streamedBefore + batchFrom,
                        streamedBefore + next,
                        task.startMs(),
                        times.elseMs(),
                        batchLatestMs,
                        List.of())
                : new Stretch(id, batchFrom, next, task.startMs(), times.elseMs(), batchLatestMs, unlearned);
    }
}
