package io.synfire.ingest.file;

import static io.synfire.ingest.file.FileKit.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Position;
import io.synfire.ingest.codec.RecordLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pipes that go on for long, and what is safe while a file is learned. */
final class StreamsTest {

    private static final String ONE = record(1, "a", "b");
    private static final String TWO = record(2, "c", "d");
    private static final String THREE = record(3, "e", "f");

    @TempDir
    Path directory;

    private FileKit kit;

    @BeforeEach
    void makeKit() {
        kit = new FileKit(directory);
    }

    @Test
    void aNamedPipeIsLearnedWhateverThePiecesInWhichItComes() throws Exception {
        Path pipe = directory.resolve("pipe");
        assumeThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .as("mkfifo")
                .isZero();
        byte[] packed = joined(gzip(ONE + "\n" + TWO + "\n"), gzip(THREE + "\n"));
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try (Engine engine = kit.open("store")) {
            Future<?> writer = pool.submit(() -> {
                try (OutputStream out = Files.newOutputStream(pipe)) {
                    for (byte each : packed) {
                        out.write(each);
                    }
                }
                return null;
            });
            LearnSummary summary = kit.learn(engine, pipe);
            writer.get();
            assertThat(summary.episodes()).isEqualTo(3);
            assertThat(summary.rejected()).isZero();
            assertThat(summary.hasLog()).isFalse();
            assertThat(engine.digest()).isEqualTo(kit.told(List.of(ONE, TWO, THREE)));
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aStreamThatGoesOnForAnHourIsHeldAgainstTheClockWhenEachRecordIsRead() throws Exception {
        AtomicLong nowMs = new AtomicLong(FileKit.NOW_MS);
        ExecutorService pool = Executors.newSingleThreadExecutor();
        List<String> told = new ArrayList<>();
        try (Engine engine = kit.open("store");
                PipedInputStream in = new PipedInputStream()) {
            Future<LearnSummary> learning;
            try (PipedOutputStream out = new PipedOutputStream(in)) {
                FileLearner learner = new FileLearner(
                        engine,
                        kit.deadLetters(),
                        new LineDecoder(engine.view().settings(), null, RecordLimits.DEFAULTS),
                        Duration.ZERO,
                        () -> Instant.ofEpochMilli(nowMs.get()),
                        1,
                        () -> false);
                learning = pool.submit(() -> learner.learn(in, "-", lines -> {}));
                for (int minute = 0; minute <= 60; minute += 20) {
                    nowMs.set(FileKit.NOW_MS + minute * 60_000L);
                    told.add("{\"at\":" + nowMs.get() + ",\"concepts\":[\"a\",\"m" + minute + "\"]}");
                    // Eleven minutes ahead of the clock.
                    String ahead = "{\"at\":" + (nowMs.get() + 660_000) + ",\"concepts\":[\"a\",\"x\"]}";
                    out.write((told.get(told.size() - 1) + "\n" + ahead + "\n").getBytes(StandardCharsets.UTF_8));
                    out.flush();
                    long letters = told.size();
                    await().atMost(Duration.ofMinutes(1))
                            .until(() -> engine.view().counts().deadLetters() == letters);
                }
            }
            LearnSummary summary = learning.get();
            assertThat(summary.episodes()).isEqualTo(4);
            assertThat(summary.rejected()).isEqualTo(4);
            assertThat(summary.rejections())
                    .extracting(LearnSummary.Rejection::reason)
                    .contains(
                            "at may lie at most max-ahead=10m after the clock of the process that read the record first:"
                                    + " at=2024-03-01T12:11:00Z clock=2024-03-01T12:00:00Z");
            assertThat(engine.digest()).isEqualTo(kit.told(told));
            // The clock is its source's time: nothing of it is ahead.
            assertThat(engine.view().watermarkMs()).isEqualTo(FileKit.NOW_MS + 3_600_000);
            assertThat(engine.view().sourceMs()).isEqualTo(FileKit.NOW_MS + 3_600_000);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void whatWasLearnedOfAFileIsSafeWhileTheRestIsLearned() throws Exception {
        kit.batchMax = 10;
        kit.checkpointInterval = Duration.ZERO;
        Path file = kit.write(
                "a.jsonl", IntStream.range(0, 1_000).mapToObj(i -> ONE).toArray(String[]::new));
        List<Long> safe = new ArrayList<>();
        try (Engine engine = kit.open("store")) {
            var unused = kit.learner(engine).learn(file, lines -> {
                if (safe.isEmpty() && storedRecords() > 0) {
                    safe.add(storedRecords());
                    assertThat(storedRecords()).isLessThanOrEqualTo(lines);
                }
            });
        }
        assertThat(safe).singleElement().satisfies(records -> assertThat(records)
                .isBetween(10L, 900L));
        assertThat(storedRecords()).isEqualTo(1_000);
    }

    private long storedRecords() {
        try (Engine stored = Engine.openReadOnly(
                directory.resolve("store"), new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
            long episodes = stored.view().counts().episodes();
            long records =
                    stored.positions().stream().mapToLong(Position::nextOffset).sum();
            assertThat(episodes).isEqualTo(records);
            return records;
        }
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static byte[] joined(byte[] first, byte[] second) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(first);
        bytes.writeBytes(second);
        return bytes.toByteArray();
    }
}
