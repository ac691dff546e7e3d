package io.synfire.ingest.file;

import static io.synfire.ingest.file.FileKit.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.view.Digest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pipes into which somebody writes slowly: what has come is learned and safe, though no batch is full and no end has come. */
@SuppressWarnings("NullAway.Init")
final class SlowStreamsTest {

    private static final String BAD = "{\"concepts\":[]}";

    @TempDir
    Path directory;

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final ExecutorService pool = Executors.newSingleThreadExecutor();
    private FileKit kit;
    private Pipe pipe;
    private OutputStream out;

    @BeforeEach
    void open() throws IOException {
        kit = new FileKit(directory);
        kit.checkpointInterval = Duration.ofMillis(500);
        kit.isStopped = stopped::get;
        pipe = Pipe.open();
        out = Channels.newOutputStream(pipe.sink());
    }

    @AfterEach
    void close() throws IOException {
        pool.shutdownNow();
        out.close();
        pipe.source().close();
    }

    private Future<LearnSummary> learning(Engine engine) {
        FileLearner learner = kit.learner(engine);
        InputStream in = Channels.newInputStream(pipe.source());
        return pool.submit(() -> learner.learn(in, "-", lines -> {}));
    }

    private void write(String... lines) throws IOException {
        out.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** As of the last checkpoint. */
    private Digest stored() {
        try (Engine reader = kit.openReadOnly("store")) {
            return reader.digest();
        }
    }

    @Test
    void whatHasComeIsLearnedAndSafeWhileThePipeIsSilent() throws Exception {
        List<String> told = new ArrayList<>();
        try (Engine engine = kit.open("store")) {
            Future<LearnSummary> learning = learning(engine);
            for (int i = 1; i <= 3; i++) {
                told.add(record(i, "a", "b" + i));
                write(told.get(i - 1));
                Digest expected = kit.told(told);
                await().atMost(Duration.ofMinutes(1))
                        .untilAsserted(() -> assertThat(engine.digest()).isEqualTo(expected));
                await().atMost(Duration.ofMinutes(1))
                        .untilAsserted(() -> assertThat(stored()).isEqualTo(expected));
                assertThat(learning).isNotDone();
            }
            // A record of which half has come is none yet.
            String last = record(4, "a", "b4");
            out.write(last.substring(0, 20).getBytes(StandardCharsets.UTF_8));
            out.flush();
            write(last.substring(20), BAD);
            told.add(last);
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> engine.view().counts().deadLetters() == 1);
            assertThat(engine.digest()).isEqualTo(kit.told(told));
            // It is in the file before it counts.
            assertThat(Files.readString(kit.deadLetters())).contains("concepts");
            out.close();
            LearnSummary summary = learning.get();
            assertThat(summary.records()).isEqualTo(5);
            assertThat(summary.episodes()).isEqualTo(4);
            assertThat(summary.rejected()).isEqualTo(1);
        }
    }

    /** A record comes before the pipe has been silent for a moment, again and again. */
    @Test
    void aPipeThatIsNeverSilentForLongIsLearnedAllTheSame() throws Exception {
        try (Engine engine = kit.open("store")) {
            Future<LearnSummary> learning = learning(engine);
            ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor();
            try {
                var unused = writer.scheduleWithFixedDelay(
                        this::writeOne, 0, PatientStream.PAUSE_MS / 5, TimeUnit.MILLISECONDS);
                await().atMost(Duration.ofMinutes(1)).until(() -> stored().episodes() > 0);
            } finally {
                writer.shutdown();
                assertThat(writer.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
            }
            out.close();
            // Far less than a batch, so it was not that which let it be learned.
            assertThat(learning.get().episodes()).isBetween(1L, 1_500L);
        }
    }

    private void writeOne() {
        try {
            write(record(1, "a", "b"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatIsPackedIsLearnedAsFarAsItHasCome() throws Exception {
        try (Engine engine = kit.open("store")) {
            Future<LearnSummary> learning = learning(engine);
            GZIPOutputStream packed = new GZIPOutputStream(out, true);
            packed.write((record(1, "a", "b") + "\n").getBytes(StandardCharsets.UTF_8));
            packed.flush();
            Digest expected = kit.told(List.of(record(1, "a", "b")));
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(stored()).isEqualTo(expected));
            packed.close();
            assertThat(learning.get().episodes()).isEqualTo(1);
        }
    }

    @Test
    void oneThatIsStoppedKeepsAllWholeRecords() throws Exception {
        kit.checkpointInterval = Duration.ofDays(1);
        String one = record(1, "a", "b");
        String two = record(2, "c", "d");
        String half = record(3, "e", "f");
        FileLearner learner;
        try (Engine engine = kit.open("store")) {
            learner = kit.learner(engine);
            InputStream in = Channels.newInputStream(pipe.source());
            Future<LearnSummary> learning = pool.submit(() -> learner.learn(in, "-", lines -> {}));
            write(one, two, BAD);
            out.write(half.substring(0, half.length() - 1).getBytes(StandardCharsets.UTF_8));
            out.flush();
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> engine.view().counts().episodes() == 2);
            stopped.set(true);
            assertThatThrownBy(learning::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(StoppedException.class);
            // Before the engine is closed.
            assertThat(stored()).isEqualTo(kit.told(List.of(one, two)));
        }
        LearnSummary part = learner.unfinished().orElseThrow();
        assertThat(part.records()).isEqualTo(3);
        assertThat(part.episodes()).isEqualTo(2);
        assertThat(part.rejected()).isEqualTo(1);
        assertThat(part.rejections()).extracting(LearnSummary.Rejection::record).containsExactly(2L);
    }

    /** As where a program that logs has said nothing but words when it is stopped. */
    @Test
    void oneThatIsStoppedBeforeItTellsWhatItHoldsKeepsItsLinesAsDeadLetters() throws Exception {
        FileLearner learner;
        try (Engine engine = kit.open("store")) {
            learner = kit.learner(engine);
            AtomicInteger reads = new AtomicInteger();
            InputStream in = new FilterInputStream(Channels.newInputStream(pipe.source())) {
                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    reads.incrementAndGet();
                    return super.read(bytes, offset, length);
                }
            };
            Future<LearnSummary> learning = pool.submit(() -> learner.learn(in, "-", lines -> {}));
            write("starting up", "ready");
            // What was written is taken before more is asked for.
            await().atMost(Duration.ofMinutes(1)).until(() -> reads.get() == 2);
            stopped.set(true);
            assertThatThrownBy(learning::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(StoppedException.class);
        }
        LearnSummary part = learner.unfinished().orElseThrow();
        assertThat(part.records()).isEqualTo(2);
        assertThat(part.rejections()).extracting(LearnSummary.Rejection::record).containsExactly(0L, 1L);
        assertThat(Files.readAllLines(kit.deadLetters())).hasSize(2);
    }

    /** Of a stream all that is kept is how much it was: not a row for each batch, which may be a single record. */
    @Test
    void manySmallBatchesAreKeptAsOneStretch() throws Exception {
        kit.batchMax = 1;
        kit.checkpointInterval = Duration.ofDays(1);
        try (Engine engine = kit.open("store")) {
            Future<LearnSummary> learning = learning(engine);
            for (int i = 0; i < 100; i++) {
                write(record(1, "a", "b" + i));
            }
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> engine.view().counts().episodes() == 100);
            assertThat(engine.view().stretches()).singleElement().satisfies(stretch -> {
                assertThat(stretch.from()).isZero();
                assertThat(stretch.to()).isEqualTo(100);
            });
            out.close();
            assertThat(learning.get().episodes()).isEqualTo(100);
        }
        try (Engine reader = kit.openReadOnly("store")) {
            assertThat(reader.view().stretches()).hasSize(1);
            assertThat(Stretch.streamed(reader.view().stretches())).isEqualTo(100);
        }
    }
}
