package io.synfire.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.view.Digest;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.Origin;
import io.synfire.ingest.forget.ForgetReceipt;
import io.synfire.ingest.sighting.Sightings;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What files teach is decided by files alone, whatever streams were learned in between: so it can be reckoned, taken back and rebuilt. */
@SuppressWarnings("NullAway.Init")
final class StreamsApartTest {

    private static final String WHOLE = "{\"at\":\"2024-02-01T10:00:00Z\",\"concepts\":[\"a\",\"b\"]}";
    private static final String FIRST = "{\"at\":\"2024-02-01T10:00:00Z\",\"context\":\"u9\",\"concepts\":[\"a\"]}";
    private static final String SECOND = "{\"at\":\"2024-02-01T10:05:00Z\",\"context\":\"u9\",\"concepts\":[\"b\"]}";
    private static final String LATER = "{\"at\":\"2024-02-04T10:00:00Z\",\"concepts\":[\"x\",\"y\"]}";

    @TempDir
    Path directory;

    private FileKit kit;

    @BeforeEach
    void begin() {
        kit = new FileKit(directory);
    }

    private void stream(Engine engine, String... records) throws Exception {
        byte[] bytes = (String.join("\n", records) + "\n").getBytes(StandardCharsets.UTF_8);
        kit.learner(engine).learn(new ByteArrayInputStream(bytes), "-", lines -> {});
    }

    private ForgetReceipt forget(Engine engine, String context) throws Exception {
        return new FileForgetter(engine, directory.resolve("forgotten.jsonl"), kit.deadLetters(), Decoding.plain())
                .forgetContext(context);
    }

    /** What a memory is that was told what came in files, and what came in streams, each in a partition of its own. */
    private Digest told(List<String> files, List<String> streams) throws Exception {
        try (Engine engine = kit.open("told-" + System.nanoTime())) {
            engine.apply(new Batch("one", entries(files), List.of(), 0));
            engine.apply(new Batch("other", entries(streams), List.of(), 0));
            return engine.digest();
        }
    }

    private static List<Entry> entries(List<String> records) throws Exception {
        List<Entry> entries = new ArrayList<>();
        for (String record : records) {
            entries.add(new JsonEpisodeCodec().decode(record.getBytes(StandardCharsets.UTF_8), Origin.at(0)));
        }
        return entries;
    }

    @Test
    void theClockOfAStreamExpiresNoContextOfFiles() throws Exception {
        try (Engine engine = kit.open("store")) {
            Path file = kit.write("f.jsonl", WHOLE, FIRST);
            kit.learn(engine, file);
            stream(engine, LATER);
            kit.learn(engine, kit.append(file, SECOND + "\n"));
            assertThat(engine.digest().learned())
                    .isEqualTo(
                            told(List.of(WHOLE, FIRST, SECOND), List.of(LATER)).learned());
            assertThat(forget(engine, "u9").episodes()).isEqualTo(2);
            assertThat(engine.digest().learned())
                    .isEqualTo(told(List.of(WHOLE), List.of(LATER)).learned());
            assertThat(engine.view().counts().pairs()).isEqualTo(4);
        }
    }

    @Test
    void aContextDoesNotGoOnFromAStreamIntoAFileButFromStreamToStreamAndFromFileToFile() throws Exception {
        try (Engine engine = kit.open("store")) {
            stream(engine, FIRST);
            kit.learn(engine, kit.write("f.jsonl", SECOND));
            assertThat(engine.digest()).isEqualTo(told(List.of(SECOND), List.of(FIRST)));
            assertThat(engine.view().counts().pairs()).isZero();
            stream(engine, SECOND.replace("10:05", "10:06"));
            kit.learn(engine, kit.write("g.jsonl", FIRST.replace("10:00", "10:07")));
            assertThat(engine.view().counts().pairs()).isEqualTo(4);
        }
    }

    @Test
    void anEventIdOfAStreamIsNewInAFile() throws Exception {
        String sent = FIRST.replace("{\"at\"", "{\"eventId\":\"e-1\",\"at\"");
        String corrected = WHOLE.replace("{\"at\"", "{\"context\":\"u9\",\"eventId\":\"e-1\",\"at\"");
        try (Engine engine = kit.open("store")) {
            stream(engine, sent, sent);
            assertThat(engine.view().counts().duplicates()).isEqualTo(1);
            LearnSummary summary = kit.learn(engine, kit.write("f.jsonl", corrected, corrected));
            assertThat(summary.episodes()).isEqualTo(1);
            assertThat(summary.duplicates()).isEqualTo(1);
            Sightings seen = new FileSightings(
                            engine.positions(),
                            engine.view().stretches(),
                            engine.view().settings(),
                            null,
                            kit.limits)
                    .find("a", "b", 10);
            assertThat(seen.found()).hasSize(1);
            assertThat(forget(engine, "u9").episodes()).isEqualTo(1);
            assertThat(engine.digest()).isEqualTo(told(List.of(), List.of(sent)));
        }
    }

    @Test
    void aRebuildIsWhatFilesTaughtWhateverStreamsCameBetween() throws Exception {
        try (Engine engine = kit.open("store");
                Engine files = kit.open("files");
                Engine rebuilt = kit.open("rebuilt")) {
            Path file = kit.write("f.jsonl", WHOLE, FIRST);
            kit.learn(engine, file);
            stream(engine, LATER, FIRST.replace("u9", "u8"));
            kit.learn(engine, kit.append(file, SECOND + "\n" + SECOND.replace("u9", "u8") + "\n"));
            kit.learn(files, file);
            kit.replay(engine, rebuilt);
            assertThat(rebuilt.digest()).isEqualTo(files.digest());
        }
    }

    /** A context of a file is forgotten as if it had never been, whatever came in streams at whatever times, under whatever ids. */
    @Test
    void anyContextIsForgottenExactlyWhateverStreamsCameBetween() throws Exception {
        for (long seed = 1; seed <= 30; seed++) {
            directory = Files.createDirectory(kit.directory.resolve("seed-" + seed));
            FileKit own = new FileKit(directory);
            Random random = new Random(seed);
            List<String> others = new ArrayList<>();
            List<String> streamed = new ArrayList<>();
            long clockMs = Instant.parse("2024-02-01T00:00:00Z").toEpochMilli();
            FileKit before = kit;
            kit = own;
            try (Engine engine = own.open("store")) {
                Path file = own.text("f.jsonl", "");
                int id = 0;
                for (int turn = 0; turn < 12; turn++) {
                    StringBuilder more = new StringBuilder();
                    for (int i = random.nextInt(6); i >= 0; i--) {
                        // The one that is forgotten never moves the clock, which stays moved when it is forgotten.
                        boolean isForgotten = random.nextInt(3) == 0 && clockMs > 0 && !others.isEmpty();
                        clockMs += isForgotten ? 0 : random.nextInt(40) * 60_000L;
                        String record = record(
                                isForgotten ? clockMs - random.nextInt(20) * 60_000L : clockMs,
                                isForgotten ? "k" : "c" + random.nextInt(2),
                                id++,
                                random);
                        more.append(record).append('\n');
                        if (!isForgotten) {
                            others.add(record);
                        }
                    }
                    own.learn(engine, own.append(file, more.toString()));
                    String record = record(
                            clockMs + (random.nextInt(200) - 100) * 3_600_000L,
                            random.nextBoolean() ? "k" : "c" + random.nextInt(2),
                            id + random.nextInt(8) - 4,
                            random);
                    streamed.add(record);
                    stream(engine, record);
                }
                var unused = forget(engine, "k");
                assertThat(engine.digest().learned())
                        .as("seed %s", seed)
                        .isEqualTo(told(others, streamed).learned());
            } finally {
                kit = before;
            }
        }
    }

    private static String record(long atMs, String context, int id, Random random) {
        return "{\"at\":%d,\"context\":\"%s\",\"eventId\":\"e-%d\",\"concepts\":[\"w%d\"]}"
                .formatted(atMs, context, id, random.nextInt(5));
    }
}
