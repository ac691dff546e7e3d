package io.synfire.ingest.file;

import static io.synfire.ingest.file.FileKit.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Episode;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.replay.ReplayWatch;
import io.synfire.ingest.replay.Tail;
import io.synfire.ingest.replay.Until;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What files hold of the time after a moment: also of those that a memory was built from up to that moment. */
@SuppressWarnings("NullAway.Init")
final class FileTailTest {

    private static final String A = record(1, "a1", "x");
    private static final String B = record(2, "b2", "x");
    private static final String C = record(3, "c3", "x");
    private static final String D = record(4, "d4", "x");
    private static final String E = record(5, "e5", "x");
    private static final String LONG = record(4, "long-concept-of-the-fourth", "x");
    private static final long MOMENT_MS = Instant.parse("2024-02-02T12:00:00Z").toEpochMilli();

    @TempDir
    Path directory;

    private FileKit kit;
    private Engine engine;
    private Engine built;

    @BeforeEach
    void open() {
        kit = new FileKit(directory);
        kit.batchMax = 2;
        engine = kit.open("store");
        built = kit.open("built");
    }

    @AfterEach
    void close() {
        engine.close();
        built.close();
    }

    /** A memory as of the moment, and what it is told of the time after it: the first concept of each episode. */
    private void build() throws IOException {
        kit.replay(engine, built, Until.of(MOMENT_MS), false, ReplayWatch.NONE);
    }

    private List<String> tail(Engine... memories) throws IOException {
        Tail tail = new Tail(MOMENT_MS, 100);
        List<FileTail.Log> logs = List.of(memories).stream()
                .map(memory ->
                        new FileTail.Log(memory.positions(), memory.view().stretches()))
                .toList();
        new FileTail(engine.view().settings(), new Decoding(null, false, null, kit.limits), kit.nowMs)
                .read(logs, tail, records -> {});
        return tail.episodes().stream().map(FileTailTest::first).toList();
    }

    private static String first(Episode episode) {
        return episode.activations().get(0).concept();
    }

    @Test
    void whatWasLeftOutOfAMemoryThatWasBuiltUpToAMomentIsItsTail() throws Exception {
        Path file = kit.write("a.jsonl", A, C, B, D);
        kit.learn(engine, file);
        build();
        assertThat(built.digest()).isEqualTo(kit.told(A, B));
        assertThat(tail(built)).containsExactly("c3", "d4");
        assertThat(tail(engine)).containsExactly("c3", "d4");
        assertThat(tail(built, engine)).containsExactly("c3", "d4");
        kit.append(file, E + "\n");
        assertThat(tail(built, engine)).containsExactly("c3", "d4", "e5");
    }

    @Test
    void aRecordThatIsInTheDeadLettersTooIsInTheTailOnce() throws Exception {
        kit.limits = new RecordLimits(60, RecordLimits.AT_MS_MAX);
        kit.learn(engine, kit.write("a.jsonl", A, LONG, C, "{}"));
        kit.learner(engine)
                .learn(new ByteArrayInputStream((E + "\n{}\n").getBytes(StandardCharsets.UTF_8)), "-", lines -> {});
        assertThat(tail(engine)).containsExactly("c3");
        // It is tried in vain once, so that there are two letters of it.
        kit.learner(engine).learnAgain(false, lines -> {});
        kit.limits = RecordLimits.DEFAULTS;
        kit.learner(engine).learnAgain(false, lines -> {});
        assertThat(engine.digest()).isEqualTo(kit.told(A, C, E, LONG));
        assertThat(tail(engine)).containsExactly("c3", "long-concept-of-the-fourth");
        build();
        assertThat(tail(built)).containsExactly("c3", "long-concept-of-the-fourth");
        assertThat(tail(built, engine)).containsExactly("c3", "long-concept-of-the-fourth");
    }

    @Test
    void aFileThatIsReplacedWhileTheTailIsReadIsRefused() throws Exception {
        Path file = kit.write("a.jsonl", A, C);
        kit.learn(engine, file);
        Path other = kit.write("other", B, D, E);
        List<FileTail.Log> logs =
                List.of(new FileTail.Log(engine.positions(), engine.view().stretches()));
        assertThatThrownBy(() -> new FileTail(
                                engine.view().settings(), new Decoding(null, false, null, kit.limits), kit.nowMs)
                        .read(logs, new Tail(MOMENT_MS, 100), records -> {
                            if (records == 2) {
                                assertThat(other.toFile().renameTo(file.toFile()))
                                        .isTrue();
                            }
                        }))
                .isInstanceOf(ReplacedFileException.class)
                .hasMessageContaining("file=" + file);
    }

    @Test
    void whatIsRejectedIsInNoTail() throws Exception {
        kit.learn(engine, kit.write("a.jsonl", A, "{}", "{\"at\":\"2099-01-01T00:00:00Z\",\"concepts\":[\"y\"]}", C));
        build();
        assertThat(tail(built)).containsExactly("c3");
    }
}
