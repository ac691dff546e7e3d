package io.synfire.ingest.file;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.view.Digest;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.Origin;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.replay.Missing;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import io.synfire.ingest.replay.Until;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Files and memories of a test, with a clock that the test sets. */
final class FileKit {

    /** When everything happens unless something else is said. */
    static final long NOW_MS = Instant.parse("2024-03-01T12:00:00Z").toEpochMilli();

    final Path directory;
    long nowMs = NOW_MS;
    int batchMax = 2_000;

    /** How much a replay applies at once. */
    BatchGauge.Size replayedAtOnce = BatchGauge.Size.MAX;

    /** Of memories that are made, and of those that are opened. */
    Map<String, String> learning = Map.of();

    BooleanSupplier isStopped = () -> false;
    Duration checkpointInterval = Duration.ofSeconds(10);
    RecordLimits limits = RecordLimits.DEFAULTS;

    /** Where dead letters of a replay go. */
    Path replayed;

    FileKit(Path directory) {
        this.directory = directory;
        this.replayed = directory.resolve("replayed-dead-letters.jsonl");
    }

    Engine open(String name) {
        return open(name, 16 << 20);
    }

    /** A memory that may use so much. */
    Engine open(String name, long bytes) {
        return Engine.open(directory.resolve(name), learning, new EngineOptions(bytes), new SimpleMeterRegistry());
    }

    /** Beside its writer, as of the last checkpoint. */
    Engine openReadOnly(String name) {
        return Engine.openReadOnly(directory.resolve(name), new EngineOptions(16 << 20), new SimpleMeterRegistry());
    }

    Path deadLetters() {
        return directory.resolve("dead-letters.jsonl");
    }

    /** A learner whose run begins now. */
    FileLearner learner(Engine engine) {
        return learner(engine, deadLetters());
    }

    FileLearner learner(Engine engine, Path deadLetters) {
        LineDecoder decoder = new LineDecoder(engine.view().settings(), null, limits);
        return new FileLearner(
                engine,
                deadLetters,
                decoder,
                checkpointInterval,
                InstantSource.fixed(Instant.ofEpochMilli(nowMs)),
                batchMax,
                isStopped);
    }

    LearnSummary learn(Engine engine, Path file) throws IOException {
        return learner(engine).learn(file, lines -> {});
    }

    /** Learns files by one command. */
    List<LearnSummary> learn(Engine engine, boolean asNew, Path... files) throws IOException {
        LearnSession session = learner(engine).begin(List.of(files), asNew);
        List<LearnSummary> summaries = new ArrayList<>();
        for (Path file : files) {
            summaries.add(session.learn(file, lines -> {}));
        }
        return summaries;
    }

    Path write(String name, String... lines) throws IOException {
        return text(name, String.join("\n", lines) + "\n");
    }

    /** A file with this content, to the letter. */
    Path text(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.writeString(file, content);
        return touched(file);
    }

    Path append(Path file, String content) throws IOException {
        Files.writeString(file, content, StandardOpenOption.APPEND);
        return touched(file);
    }

    Path touched(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.fromMillis(nowMs));
        return file;
    }

    /** A record of two concepts on a day of February 2024. */
    static String record(int day, String from, String to) {
        return "{\"at\":\"2024-02-%02dT10:00:00Z\",\"concepts\":[\"%s\",\"%s\"]}".formatted(day, from, to);
    }

    static String record(int day, String context, String from, String to) {
        return "{\"at\":\"2024-02-%02dT10:00:00Z\",\"context\":\"%s\",\"concepts\":[\"%s\",\"%s\"]}"
                .formatted(day, context, from, to);
    }

    /** What a memory is that was told records one after the other, each with its time. */
    Digest told(List<String> records) throws MalformedRecordException {
        List<Entry> entries = new ArrayList<>();
        for (String record : records) {
            entries.add(new JsonEpisodeCodec().decode(record.getBytes(StandardCharsets.UTF_8), Origin.at(0)));
        }
        try (Engine engine = open("told-" + System.nanoTime())) {
            engine.apply(new Batch("", entries, List.of(), 0));
            return engine.digest();
        }
    }

    Digest told(String... records) throws MalformedRecordException {
        return told(List.of(records));
    }

    /** What was read, record by record, whatever was read at once: what decided of each, and whether it was learned. */
    static List<String> records(List<Stretch> stretches) {
        List<String> records = new ArrayList<>();
        for (Stretch stretch : stretches) {
            for (long record = stretch.from(); record < stretch.to(); record++) {
                records.add(stretch.sourceId() + " " + record + " start=" + stretch.startMs() + " else="
                        + stretch.elseMs() + (stretch.unlearned().contains(record) ? " unlearned" : ""));
            }
        }
        return records;
    }

    /** What is read of the files of a memory, and when it happened. */
    List<String> read(Engine engine) throws IOException {
        List<String> read = new ArrayList<>();
        new LearnedFiles(
                        engine.positions(),
                        engine.view().stretches(),
                        engine.view().settings(),
                        null,
                        limits)
                .scan((position, record, entry) -> read.add(position.sourceId() + " " + record + " " + entry));
        return read;
    }

    /** A replay that is stopped behind so many batches. */
    static ReplayWatch stoppingBehind(int batches) {
        int[] left = {batches};
        return new ReplayWatch() {
            @Override
            public boolean isStopped() {
                return left[0] <= 0;
            }

            @Override
            public void moved() {
                left[0]--;
            }
        };
    }

    /** Learns the files of a memory again into another one. */
    List<Missing> replay(Engine from, Engine into) throws IOException {
        return replay(from, into, Until.always(), false, ReplayWatch.NONE);
    }

    List<Missing> replay(Engine from, Engine into, Until until, boolean acceptsGap, ReplayWatch watch)
            throws IOException {
        List<Position> goal = from.positions();
        try (DeadLetterFile rejects = new DeadLetterFile(replayed)) {
            FileReplay replay = new FileReplay(
                    into,
                    null,
                    limits,
                    new ReplayOptions(until, acceptsGap, Duration.ofMillis(50)),
                    rejects,
                    goal,
                    from.view().stretches(),
                    beside -> {},
                    FileReplay.AsItWas.NOT,
                    replayedAtOnce);
            if (into.positions().isEmpty()) {
                replay.requireFiles();
                into.takeBackWhatIsLearned(replay.retracted(Map.of()));
            }
            replay.replay(watch);
            return replay.missing();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
