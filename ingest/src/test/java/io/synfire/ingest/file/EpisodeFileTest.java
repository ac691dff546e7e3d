package io.synfire.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.ZstdOutputStream;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.SmallDisk;
import io.synfire.engine.view.Digest;
import io.synfire.ingest.file.EpisodeFile.Summary;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files are learned line by line, each line once. */
final class EpisodeFileTest {

    private static final String LINES =
            """
            {"at": 1300000000010, "concepts": ["a", "b"]}

            not json
            {"concepts": ["a", "c"]}
            """;

    @TempDir
    Path directory;

    private Engine open(String store) {
        return Engine.open(directory.resolve(store), Map.of(), new EngineOptions(16 << 20), new SimpleMeterRegistry());
    }

    private Path deadLetters() {
        return directory.resolve("dead-letters.jsonl");
    }

    @Test
    void aLineWithoutATimeHappensAtTheWatermarkAndABadOneIsADeadLetter() throws IOException {
        Path file = Files.writeString(directory.resolve("a.jsonl"), LINES);
        try (Engine engine = open("store")) {
            Summary summary = new EpisodeFile(engine, deadLetters(), null).learn(file, lines -> {});
            assertThat(summary).isEqualTo(new Summary(4, 2, 0, 1, 0));
            assertThat(engine.view().watermarkMs()).isEqualTo(1_300_000_000_010L);
            assertThat(engine.view().counts().deadLetters()).isEqualTo(1);
        }
        assertThat(Files.readAllLines(deadLetters())).singleElement().satisfies(line -> assertThat(line)
                .contains("\"record\":2")
                .contains("must be JSON")
                .contains("bm90IGpzb24="));
    }

    @Test
    void aFileThatGrewIsResumedAtItsRecordNumber() throws IOException {
        Path file = Files.writeString(directory.resolve("a.jsonl"), LINES);
        try (Engine engine = open("store")) {
            new EpisodeFile(engine, deadLetters(), null).learn(file, lines -> {});
        }
        Files.writeString(file, "{\"concepts\": [\"a\", \"d\"]}\n", StandardOpenOption.APPEND);
        try (Engine engine = open("store")) {
            Summary summary = new EpisodeFile(engine, deadLetters(), null).learn(file, lines -> {});
            assertThat(summary).isEqualTo(new Summary(1, 1, 0, 0, 4));
            assertThat(engine.view().counts().episodes()).isEqualTo(3);
            assertThat(new EpisodeFile(engine, deadLetters(), null).learn(file, lines -> {}))
                    .isEqualTo(new Summary(0, 0, 0, 0, 5));
        }
    }

    @Test
    void plainGzipZstdAndAStreamAreLearnedAlike() throws IOException {
        Path plain = Files.writeString(directory.resolve("plain"), LINES);
        Path gzip = packed("gzip", GZIPOutputStream::new);
        Path zstd = packed("zstd", ZstdOutputStream::new);
        long expected = learned("p", plain);
        assertThat(learned("g", gzip)).isEqualTo(expected);
        assertThat(learned("z", zstd)).isEqualTo(expected);
        try (Engine engine = open("s")) {
            new EpisodeFile(engine, deadLetters(), null)
                    .learn(new ByteArrayInputStream(LINES.getBytes(StandardCharsets.UTF_8)), "-", lines -> {});
            assertThat(engine.digest().learned()).isEqualTo(expected);
            assertThat(engine.positions()).isEmpty();
        }
    }

    @Test
    void aTruncatedFileFailsAndWhatWasReadIsLearned() throws IOException {
        String many = "{\"at\": 1700000000001, \"concepts\": [\"a\", \"b\"]}\n".repeat(50_000);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(many.getBytes(StandardCharsets.UTF_8));
        }
        byte[] half = java.util.Arrays.copyOf(bytes.toByteArray(), bytes.size() - 500);
        Path file = Files.write(directory.resolve("half.gz"), half);
        try (Engine engine = open("store")) {
            assertThatThrownBy(() -> new EpisodeFile(engine, deadLetters(), null).learn(file, lines -> {}))
                    .isInstanceOf(IOException.class);
            assertThat(engine.view().counts().episodes()).isBetween(1_000L, 49_999L);
        }
    }

    @Test
    void aLineThatIsTooLongIsADeadLetterAndTheNextIsLearned() throws IOException {
        Path file = directory.resolve("long.jsonl");
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] megabyte = new byte[1 << 20];
            java.util.Arrays.fill(megabyte, (byte) 'x');
            for (int i = 0; i < 17; i++) {
                out.write(megabyte);
            }
            out.write("\n{\"concepts\": [\"a\", \"b\"]}\n".getBytes(StandardCharsets.UTF_8));
        }
        try (Engine engine = open("store")) {
            assertThat(new EpisodeFile(engine, deadLetters(), null).learn(file, lines -> {}))
                    .isEqualTo(new Summary(2, 1, 0, 1, 0));
        }
    }

    private long learned(String store, Path file) throws IOException {
        try (Engine engine = open(store)) {
            new EpisodeFile(engine, deadLetters(), null).learn(file, lines -> {});
            return engine.digest().learned();
        }
    }

    private interface Packer {
        OutputStream over(OutputStream out) throws IOException;
    }

    private Path packed(String name, Packer packer) throws IOException {
        Path file = directory.resolve(name);
        try (OutputStream out = packer.over(Files.newOutputStream(file))) {
            out.write(LINES.getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    @Test
    void onAFullDiskItWaitsAndGoesOnOnceThereIsRoom() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            lines.append("{\"at\": ")
                    .append(1_700_000_000_000L + i * 1_000L)
                    .append(", \"concepts\": [\"a")
                    .append(i % 97);
            lines.append("\", \"b")
                    .append(i % 89)
                    .append("\", \"c")
                    .append(i % 83)
                    .append("\"]}\n");
        }
        Path file = Files.writeString(directory.resolve("a.jsonl"), lines);
        Digest undisturbed;
        try (Engine engine = open("undisturbed")) {
            new EpisodeFile(engine, deadLetters(), null).learn(file, records -> {});
            undisturbed = engine.digest();
        }
        try (SmallDisk disk = SmallDisk.at(directory.resolve("disk"), 64);
                Engine engine = open("disk/store")) {
            disk.fill(0);
            ExecutorService thread = Executors.newSingleThreadExecutor();
            try {
                Future<Summary> learned =
                        thread.submit(() -> new EpisodeFile(engine, deadLetters(), null).learn(file, records -> {}));
                await().until(() -> engine.waitsForRoom().isPresent());
                assertThat(learned).isNotDone();
                disk.free();
                assertThat(learned.get(1, TimeUnit.MINUTES)).isEqualTo(new Summary(5_000, 5_000, 0, 0, 0));
            } finally {
                thread.shutdownNow();
            }
            assertThat(engine.digest()).isEqualTo(undisturbed);
        }
    }
}
