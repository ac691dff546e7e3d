package io.synfire.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Position;
import io.synfire.engine.view.Digest;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.file.NaiveFiles.Content;
import io.synfire.ingest.replay.IncompleteLogException;
import io.synfire.ingest.replay.Until;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that grow, are renamed, copied, packed, replaced, cut short and removed between runs, of which some are killed: what is learned of
 * them, and learned again, is what a naive model says.
 */
final class FilesModelTest {

    private static final int LOGS = Integer.getInteger("synfire.filelogs", 20);
    private static final int STEPS = 60;
    private static final int SMALL = 150;
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");

    @TempDir
    Path directory;

    /** What happened, over all logs: a model that meets nothing tests nothing. */
    private final Map<String, Integer> met = new TreeMap<>();

    /** But for the rounding of sums that were written in other portions. */
    private static void assertSame(Digest actual, Digest expected) {
        assertThat(actual.learnedHex()).isEqualTo(expected.learnedHex());
        assertThat(actual.episodes()).isEqualTo(expected.episodes());
        assertThat(actual.associations()).isEqualTo(expected.associations());
        assertThat(actual.concepts()).isEqualTo(expected.concepts());
    }

    private void met(String what) {
        met.merge(what, 1, Integer::sum);
    }

    @Test
    void whatIsLearnedIsWhatTheModelSays() throws Exception {
        String given = System.getProperty("synfire.seed", "");
        long first = given.isEmpty() ? 1 : Long.parseLong(given);
        int logs = given.isEmpty() ? LOGS : 1;
        System.out.println("seeds " + first + " to " + (first + logs - 1));
        for (long seed = first; seed < first + logs; seed++) {
            Path own = Files.createDirectory(directory.resolve("log-" + seed));
            try {
                new Log(own.toRealPath(), new SplittableRandom(seed)).run();
            } catch (Throwable e) {
                throw new AssertionError("seed=" + seed + ": " + e, e);
            }
        }
        System.out.println(met);
        if (logs >= 20) {
            assertThat(met.keySet())
                    .contains(
                            "learned",
                            "refused",
                            "refused to rebuild",
                            "rebuilt",
                            "killed",
                            "again",
                            "lost",
                            "waited",
                            "stopped within a stretch");
        }
    }

    private final class Log {
        private final SplittableRandom random;
        private final FileKit kit;
        private final NaiveFiles model = new NaiveFiles();
        private final Path files;
        private Engine engine;
        private int number;

        Log(Path directory, SplittableRandom random) throws IOException {
            this.random = random;
            this.kit = new FileKit(directory);
            this.files = Files.createDirectory(directory.resolve("files"));
            this.engine = kit.open("store");
            limit(SMALL);
            model.nowMs = kit.nowMs;
        }

        void run() throws Exception {
            try {
                for (int step = 0; step < STEPS; step++) {
                    kit.nowMs += random.nextLong(900_000);
                    model.nowMs = kit.nowMs;
                    change();
                    if (random.nextInt(3) == 0) {
                        learn();
                    }
                    if (random.nextInt(15) == 0) {
                        again();
                    }
                    if (step == STEPS * 2 / 3) {
                        limit(RecordLimits.BYTES_MAX);
                        again();
                    }
                    // Later on some file is gone, mostly.
                    if (random.nextInt(step < 15 ? 4 : 20) == 0) {
                        rebuild();
                    }
                }
                assertSame(engine.digest(), kit.told(model.learned));
                rebuild();
            } finally {
                engine.close();
            }
        }

        private void limit(int bytes) {
            kit.limits = new RecordLimits(bytes, RecordLimits.AT_MS_MAX);
            model.bytesMax = bytes;
        }

        private String name() {
            return NAMES.get(random.nextInt(NAMES.size()));
        }

        private String path(String name) {
            return files.resolve(name).toString();
        }

        private void put(String name, String text, boolean isPacked) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            if (isPacked) {
                ByteArrayOutputStream packed = new ByteArrayOutputStream();
                try (OutputStream gzip = new GZIPOutputStream(packed)) {
                    gzip.write(bytes);
                }
                bytes = packed.toByteArray();
            }
            Path file = Files.write(files.resolve(name), bytes);
            Files.setLastModifiedTime(file, FileTime.fromMillis(kit.nowMs));
            model.files.put(path(name), new Content(text, isPacked, kit.nowMs));
        }

        private void change() throws IOException {
            String name = name();
            Content content = model.files.get(path(name));
            int kind = random.nextInt(20);
            if (content == null || kind == 0) {
                put(name, lines(), random.nextInt(8) == 0);
            } else if (kind < 10) {
                put(name, grown(content.text()), content.isPacked());
            } else if (kind < 13) {
                String to = name();
                Files.move(files.resolve(name), files.resolve(to), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                model.files.remove(path(name));
                model.files.put(path(to), content);
            } else if (kind < 15) {
                put(name(), content.text(), random.nextInt(3) == 0);
            } else if (kind < 16) {
                put(
                        name,
                        content.text()
                                .substring(0, random.nextInt(content.text().length() + 1)),
                        content.isPacked());
            } else if (kind < 17) {
                Files.delete(files.resolve(name));
                model.files.remove(path(name));
            } else if (kind < 18) {
                put(name, content.text(), !content.isPacked());
            } else {
                put(name, grown(content.text()), content.isPacked());
                put(name(), content.text() + lines(), false);
            }
        }

        /** What was begun is ended, mostly, and more is written. */
        private String grown(String text) {
            String ended =
                    text.isEmpty() || text.endsWith("\n") ? text : text + (random.nextInt(4) == 0 ? " \n" : "\n");
            return ended + lines();
        }

        private String lines() {
            StringBuilder lines = new StringBuilder();
            int count = random.nextInt(1, 6);
            for (int i = 0; i < count; i++) {
                lines.append(line()).append(random.nextInt(10) == 0 ? "\r\n" : "\n");
            }
            int end = random.nextInt(6);
            if (end == 0) {
                lines.append(record(""));
            } else if (end == 1) {
                lines.append(record(""), 0, 12);
            }
            return lines.toString();
        }

        private String line() {
            return switch (random.nextInt(12)) {
                case 0 -> "{\"bad\":" + number++ + "}";
                case 1 -> "";
                case 2 ->
                    "{\"at\":" + (kit.nowMs + random.nextLong(1_800_000)) + ","
                            + record("").substring(1);
                case 3, 4 -> record("x".repeat(SMALL));
                case 5, 6, 7 -> record("");
                default ->
                    "{\"at\":" + (kit.nowMs - random.nextLong(86_400_000)) + ","
                            + record("").substring(1);
            };
        }

        private String record(String more) {
            String context = random.nextInt(3) == 0 ? "\"context\":\"k" + random.nextInt(3) + "\"," : "";
            return "{" + context + "\"concepts\":[\"n" + number++ + more + "\",\"c" + random.nextInt(5) + "\"]}";
        }

        private void learn() throws Exception {
            Set<String> names = new LinkedHashSet<>();
            int count = random.nextInt(1, 4);
            for (int i = 0; i < count; i++) {
                String name = name();
                if (model.files.containsKey(path(name))) {
                    names.add(path(name));
                }
            }
            if (names.isEmpty()) {
                return;
            }
            boolean asNew = random.nextInt(12) == 0;
            kit.batchMax = random.nextInt(3) == 0 ? 100 : random.nextInt(1, 4);
            List<Path> paths = new ArrayList<>();
            names.forEach(name -> paths.add(Path.of(name)));
            LearnSession session;
            try {
                session = kit.learner(engine).begin(paths, asNew);
            } catch (ReplacedFileException e) {
                assertThat(model.begin(names, asNew)).as("%s", e.getMessage()).isFalse();
                met("refused");
                return;
            }
            assertThat(model.begin(names, asNew))
                    .as("files %s that should have been refused", names)
                    .isTrue();
            boolean isKilled = random.nextInt(4) == 0;
            for (String name : names) {
                if (isKilled && random.nextInt(names.size()) == 0) {
                    kill(session, name, asNew);
                    break;
                }
                LearnSummary summary = session.learn(Path.of(name), lines -> {});
                assertThat(summary.records())
                        .as("records of %s", name)
                        .isEqualTo(model.learn(name, asNew, Long.MAX_VALUE));
                met("learned");
                if (summary.waits()) {
                    met("waited");
                }
            }
            assertPositions();
            if (random.nextInt(8) == 0) {
                assertSame(engine.digest(), kit.told(model.learned));
            }
        }

        /** The process ends behind some batch, which is in the last checkpoint or not. */
        private void kill(LearnSession session, String name, boolean asNew) throws Exception {
            int[] left = {random.nextInt(4)};
            boolean isCheckpointed = random.nextBoolean();
            long[] reached = {-1};
            try {
                session.learn(Path.of(name), lines -> {
                    reached[0] = lines;
                    if (left[0]-- == 0) {
                        if (isCheckpointed) {
                            engine.checkpoint();
                        }
                        throw new IllegalStateException("killed");
                    }
                });
                model.learn(name, asNew, Long.MAX_VALUE);
            } catch (IllegalStateException e) {
                assertThat(e).hasMessage("killed");
                met("killed");
                engine.abandon();
                engine = kit.open("store");
                NaiveFiles.Kept before = model.keep();
                model.learn(name, asNew, reached[0]);
                if (!isCheckpointed) {
                    model.restore(before);
                }
            }
        }

        private void assertPositions() {
            List<String> expected = new ArrayList<>();
            for (NaiveFiles.Source source : model.sources) {
                expected.add(source.id + " " + source.path + " " + source.records() + " " + source.isLost);
                if (source.isLost) {
                    met("lost");
                }
            }
            List<String> actual = new ArrayList<>();
            for (Known known : Known.of(engine.positions())) {
                if (!known.mark().isLetters()) {
                    actual.add(known.id() + " " + known.path() + " " + known.records() + " "
                            + known.mark().isLost());
                }
            }
            assertThat(actual).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(engine.view().counts().episodes()).isEqualTo(model.learned.size());
        }

        private void again() throws Exception {
            if (!Files.exists(kit.deadLetters())) {
                return;
            }
            kit.learner(engine).learnAgain(false, lines -> {});
            model.learnAgain();
            met("again");
            assertThat(engine.view().counts().episodes()).isEqualTo(model.learned.size());
        }

        private void rebuild() throws Exception {
            if (engine.positions().isEmpty()) {
                return;
            }
            if (model.bytesMax > SMALL) {
                // What was too long then and is not now is learned where it was, unless it was learned again.
                again();
            }
            String name = "built-" + number++;
            try {
                stop(name);
                begunIsComplete(name);
            } catch (IncompleteLogException e) {
                assertThat(model.isComplete()).as("%s", e.getMessage()).isFalse();
                met("refused to rebuild");
            }
        }

        /** A part of it is built, up to some batch, and is in a checkpoint or not when the process ends. */
        private void stop(String name) throws Exception {
            for (int left = random.nextInt(6); left > 0; left--) {
                kit.replayedAtOnce = new BatchGauge.Size(1, BatchGauge.Size.MAX.bytes());
                Engine built = kit.open(name);
                try {
                    kit.replay(engine, built, Until.always(), false, FileKit.stoppingBehind(random.nextInt(1, 8)));
                    if (random.nextInt(4) > 0) {
                        built.checkpoint();
                        met(isWithin(built) ? "stopped within a stretch" : "stopped");
                    }
                } finally {
                    built.abandon();
                }
            }
        }

        private boolean isWithin(Engine built) {
            Set<String> ends = new LinkedHashSet<>();
            engine.view().stretches().forEach(stretch -> ends.add(stretch.sourceId() + " " + stretch.to()));
            return built.positions().stream()
                    .anyMatch(position -> !ends.contains(position.sourceId() + " " + position.nextOffset()));
        }

        private void begunIsComplete(String name) throws Exception {
            kit.replayedAtOnce = new BatchGauge.Size(random.nextInt(1, 4), BatchGauge.Size.MAX.bytes());
            try (Engine built = kit.open(name)) {
                kit.replay(engine, built);
                assertThat(model.isComplete()).isTrue();
                assertSame(built.digest(), engine.digest());
                assertSame(built.digest(), kit.told(model.learned));
                assertThat(built.positions()).containsExactlyInAnyOrderElementsOf(engine.positions());
                assertThat(FileKit.records(built.view().stretches()))
                        .isEqualTo(FileKit.records(engine.view().stretches()));
                assertThat(kit.read(built)).isEqualTo(kit.read(engine));
                assertThat(built.view().counts().pairs())
                        .isEqualTo(engine.view().counts().pairs());
                assertThat(built.view().counts().deadLetters())
                        .isEqualTo(engine.view().counts().deadLetters());
                assertThat(engine.positions()).extracting(Position::content).doesNotContain("");
                met("rebuilt");
            }
        }
    }
}
