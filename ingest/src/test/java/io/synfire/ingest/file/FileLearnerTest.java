package io.synfire.ingest.file;

import static io.synfire.ingest.file.FileKit.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.ZstdOutputStream;
import io.synfire.engine.Engine;
import io.synfire.engine.SmallDisk;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.view.Digest;
import io.synfire.ingest.file.LearnSummary.Rejection;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files are learned line by line, each line once. */
final class FileLearnerTest {

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

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<Long> figures(LearnSummary summary) {
        return List.of(
                summary.records(),
                summary.episodes(),
                summary.duplicates(),
                summary.rejected(),
                summary.learnedBefore());
    }

    private LearnSummary learnStream(Engine engine, String content) throws IOException {
        return kit.learner(engine).learn(new ByteArrayInputStream(bytes(content)), "-", lines -> {});
    }

    @Test
    void aBadLineIsADeadLetterAndTheFirstReasonsAreTold() throws Exception {
        Path file = kit.write("a.jsonl", ONE, "", "not json", "{\"concepts\":[]}", TWO, "{}", "{}");
        try (Engine engine = kit.open("store")) {
            LearnSummary summary = kit.learn(engine, file);
            assertThat(figures(summary)).containsExactly(7L, 2L, 0L, 4L, 0L);
            assertThat(summary.rejections()).extracting(Rejection::record).containsExactly(2L, 3L, 5L);
            assertThat(summary.rejections().get(0).reason()).startsWith("a record must be JSON");
            assertThat(summary.rejections().get(1).reason()).startsWith("concepts must hold at least one");
            assertThat(summary.isAllRejected()).isFalse();
            assertThat(engine.view().counts().deadLetters()).isEqualTo(4);
            assertThat(engine.digest()).isEqualTo(kit.told(ONE, TWO));
        }
        assertThat(Files.readAllLines(kit.deadLetters())).hasSize(4).first().satisfies(line -> assertThat(line)
                .contains("\"source\":\"file:" + file.toRealPath() + "\"")
                .contains("\"sourceId\":\"1-" + Long.toHexString(FileKit.NOW_MS) + "\"")
                .contains("\"record\":2")
                .contains("must be JSON")
                .contains("bm90IGpzb24="));
    }

    @Test
    void whereAllIsRejectedTheSummarySaysSoAndWhereNothingIsNewItDoesNot() throws Exception {
        try (Engine engine = kit.open("store")) {
            Path bad = kit.write("bad.jsonl", "{}", "", "{\"concepts\":[]}");
            assertThat(kit.learn(engine, bad).isAllRejected()).isTrue();
            assertThat(kit.learn(engine, bad).isAllRejected()).isFalse();
            kit.append(bad, "{\"forget\":{\"concept\":\"a\"}}\n{}\n");
            LearnSummary summary = kit.learn(engine, bad);
            assertThat(summary.isAllRejected()).isFalse();
            assertThat(summary.commands()).isEqualTo(1);
            assertThat(figures(summary)).containsExactly(2L, 0L, 0L, 1L, 3L);
        }
    }

    @Test
    void aFileThatGrewGoesOnWhereItWasLeft() throws Exception {
        Path file = kit.write("a.jsonl", ONE, "not json");
        try (Engine engine = kit.open("store")) {
            kit.learn(engine, file);
        }
        kit.append(file, TWO + "\n");
        try (Engine engine = kit.open("store")) {
            assertThat(figures(kit.learn(engine, file))).containsExactly(1L, 1L, 0L, 0L, 2L);
            assertThat(figures(kit.learn(engine, file))).containsExactly(0L, 0L, 0L, 0L, 3L);
            assertThat(engine.digest()).isEqualTo(kit.told(ONE, TWO));
        }
    }

    @Test
    void aLastLineWithoutAnEndIsLearnedOnceItIsAWholeObject() throws Exception {
        // As c34-partial-1 and -2: the line is being written while the file is learned.
        for (int cut : new int[] {0, 1, 2, 9, 30, TWO.length() - 2, TWO.length() - 1, TWO.length()}) {
            Path file = kit.text("partial-" + cut + ".jsonl", ONE + "\n" + TWO.substring(0, cut));
            boolean isWhole = cut == TWO.length();
            try (Engine engine = kit.open("store-" + cut)) {
                LearnSummary first = kit.learn(engine, file);
                assertThat(figures(first)).containsExactly(isWhole ? 2L : 1L, isWhole ? 2L : 1L, 0L, 0L, 0L);
                assertThat(first.waits()).isEqualTo(cut > 0 && !isWhole);
                assertThat(figures(kit.learn(engine, file))).containsExactly(0L, 0L, 0L, 0L, isWhole ? 2L : 1L);
                Files.writeString(file, ONE + "\n" + TWO + "\n" + THREE);
                assertThat(kit.learn(engine, file).waits()).isFalse();
                assertThat(engine.digest()).isEqualTo(kit.told(ONE, TWO, THREE));
                assertThat(engine.view().counts().deadLetters()).isZero();
                // Its end comes, blanks before it, and one more.
                kit.append(file, " \r\n" + ONE);
                assertThat(figures(kit.learn(engine, file))).containsExactly(1L, 1L, 0L, 0L, 3L);
                assertThat(engine.digest()).isEqualTo(kit.told(ONE, TWO, THREE, ONE));
            }
        }
    }

    @Test
    void aLastLineWithoutAnEndThatIsNoObjectWaits() throws Exception {
        for (String line : List.of("12", "true", "\"text\"", "[1]", "{\"a\":1}{", "{\"a\":1},", "{\"a\":\"}\"", "x")) {
            Path file = kit.text("waits-" + line.hashCode() + ".jsonl", ONE + "\n" + line);
            try (Engine engine = kit.open("store" + line.hashCode())) {
                LearnSummary summary = kit.learn(engine, file);
                assertThat(summary.waits()).as(line).isTrue();
                assertThat(figures(summary)).containsExactly(1L, 1L, 0L, 0L, 0L);
                kit.append(file, "\n" + TWO + "\n");
                assertThat(figures(kit.learn(engine, file))).containsExactly(2L, 1L, 0L, 1L, 1L);
            }
        }
    }

    @Test
    void aLineThatWasLearnedWithoutItsEndAndGoesOnIsAnotherLine() throws Exception {
        Path file = kit.text("a.jsonl", ONE + "\n" + TWO);
        try (Engine engine = kit.open("store")) {
            kit.learn(engine, file);
            kit.append(file, " " + THREE + "\n");
            assertThatThrownBy(() -> kit.learn(engine, file))
                    .isInstanceOf(ReplacedFileException.class)
                    .hasMessageContaining("file=" + file.toRealPath() + " records=2");
        }
    }

    @Test
    void theStandardInputAndPackedFilesEndAtTheirEnd() throws Exception {
        String cut = ONE + "\n" + TWO.substring(0, 20);
        try (Engine engine = kit.open("stream")) {
            LearnSummary summary = learnStream(engine, cut);
            assertThat(figures(summary)).containsExactly(2L, 1L, 0L, 1L, 0L);
            assertThat(summary.waits()).isFalse();
        }
        try (Engine engine = kit.open("packed")) {
            LearnSummary summary = kit.learn(engine, packed("a.gz", cut, GZIPOutputStream::new));
            assertThat(figures(summary)).containsExactly(2L, 1L, 0L, 1L, 0L);
            assertThat(summary.waits()).isFalse();
        }
    }

    @Test
    void aStreamLeavesNoLogAndSaysSo() throws Exception {
        try (Engine engine = kit.open("store")) {
            LearnSummary summary = learnStream(engine, ONE + "\n" + TWO);
            assertThat(summary.hasLog()).isFalse();
            assertThat(summary.notes()).singleElement().asString().contains("leaves no log");
            assertThat(engine.positions()).isEmpty();
            assertThat(engine.digest()).isEqualTo(kit.told(ONE, TWO));
            assertThat(Stretch.streamed(engine.view().stretches())).isEqualTo(2);
            learnStream(engine, "\n" + THREE);
            assertThat(engine.view().stretches())
                    .allMatch(Stretch::isStreamed)
                    .extracting(Stretch::from, Stretch::to)
                    .containsExactly(tuple(0L, 2L), tuple(2L, 4L));
            assertThat(kit.learn(engine, kit.write("a.jsonl", THREE)).hasLog()).isTrue();
        }
    }

    @Test
    void plainGzipZstdAndAStreamAreLearnedAlike() throws Exception {
        String lines = ONE + "\n\nnot json\n" + TWO + "\n";
        Digest expected = kit.told(ONE, TWO);
        for (Path file : List.of(
                kit.text("plain", lines),
                packed("gzip", lines, GZIPOutputStream::new),
                packed("zstd", lines, ZstdOutputStream::new),
                kit.text("crlf", lines.replace("\n", "\r\n")),
                kit.text("marked", "\ufeff" + lines),
                kit.text("marked-twice", "\ufeff" + ONE + "\r\n\ufeff" + TWO))) {
            try (Engine engine = kit.open("of-" + file.getFileName())) {
                kit.learn(engine, file);
                assertThat(engine.digest()).as(file.toString()).isEqualTo(expected);
            }
        }
        try (Engine engine = kit.open("s")) {
            learnStream(engine, lines);
            assertThat(engine.digest()).isEqualTo(expected);
        }
    }

    @Test
    void whatLiesBehindPackedDataIsSaid() throws Exception {
        Path file = packed("a.gz", ONE + "\n", GZIPOutputStream::new);
        Files.write(file, bytes("behind it"), java.nio.file.StandardOpenOption.APPEND);
        try (Engine engine = kit.open("store")) {
            LearnSummary summary = kit.learn(engine, file);
            assertThat(summary.notes()).singleElement().asString().contains("something else, which was not read");
            assertThat(summary.episodes()).isEqualTo(1);
        }
    }

    @Test
    void packedDataThatEndsTooEarlyFailsByNameAndWhatWasReadIsLearned() throws Exception {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 50_000; i++) {
            many.append(record(1 + i % 28, "a" + i % 97, "b" + i % 89)).append('\n');
        }
        Path file = packed("half.gz", many.toString(), GZIPOutputStream::new);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 500));
        try (Engine engine = kit.open("store")) {
            assertThatThrownBy(() -> kit.learn(engine, file))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the file cannot be read: file=" + file + ": its gzip data ends too early");
            long learned = engine.view().counts().episodes();
            assertThat(learned).isBetween(1_000L, 49_999L);
            assertThat(engine.positions()).extracting(Position::nextOffset).containsExactly(learned);
            // Once it is whole it goes on.
            Files.write(file, whole);
            assertThat(figures(kit.learn(engine, file)))
                    .containsExactly(50_000 - learned, 50_000 - learned, 0L, 0L, learned);
            assertThat(engine.digest())
                    .isEqualTo(kit.told(List.of(many.toString().split("\n", -1)).subList(0, 50_000)));
        }
    }

    @Test
    void aLineThatIsTooLongIsADeadLetterAndTheNextIsLearned() throws Exception {
        Path file = directory.resolve("long.jsonl");
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] megabyte = new byte[1 << 20];
            Arrays.fill(megabyte, (byte) 'x');
            out.write(bytes("{"));
            for (int i = 0; i < 17; i++) {
                out.write(megabyte);
            }
            out.write(bytes("\n" + ONE + "\n"));
        }
        try (Engine engine = kit.open("store")) {
            assertThat(figures(kit.learn(engine, file))).containsExactly(2L, 1L, 0L, 1L, 0L);
            assertThat(engine.digest()).isEqualTo(kit.told(ONE));
            kit.append(file, TWO + "\n");
            assertThat(figures(kit.learn(engine, file))).containsExactly(1L, 1L, 0L, 0L, 2L);
        }
    }

    @Test
    void aRecordIsHeldAgainstTheStartOfItsRun() throws Exception {
        // As c16-future: one of 2099, and one that is ten minutes ahead to the millisecond, and one a millisecond more.
        String future = "{\"at\":\"2099-02-01T10:00:00Z\",\"concepts\":[\"a\",\"x\"]}";
        String edge = "{\"at\":" + (kit.nowMs + 600_000) + ",\"concepts\":[\"a\",\"y\"]}";
        String beyond = "{\"at\":" + (kit.nowMs + 600_001) + ",\"concepts\":[\"a\",\"z\"]}";
        String content = String.join("\n", ONE, future, edge, beyond, TWO) + "\n";
        for (boolean isStream : new boolean[] {false, true}) {
            try (Engine engine = kit.open("store-" + isStream)) {
                LearnSummary summary =
                        isStream ? learnStream(engine, content) : kit.learn(engine, kit.text("a.jsonl", content));
                assertThat(figures(summary)).containsExactly(5L, 3L, 0L, 2L, 0L);
                assertThat(summary.rejections()).extracting(Rejection::record).containsExactly(1L, 3L);
                assertThat(summary.rejections().get(0).reason())
                        .contains("max-ahead=10m", "at=2099-02-01T10:00:00Z")
                        .contains((isStream ? "clock" : "started") + "=2024-03-01T12:00:00Z");
                assertThat(engine.digest()).isEqualTo(kit.told(ONE, edge, TWO));
                assertThat(engine.view().watermarkMs()).isEqualTo(kit.nowMs + 600_000);
                assertThat(engine.view().sourceMs()).isEqualTo(kit.nowMs);
            }
        }
    }

    @Test
    void aRecordWithoutATimeHappensAtTheLatestOfItsFileOrAtTheFilesLastChange() throws Exception {
        String none = "{\"concepts\":[\"n\",\"m\"]}";
        long changedMs = FileKit.NOW_MS - 5_000_000;
        try (Engine engine = kit.open("store")) {
            // Another file is later, which is no matter.
            kit.learn(engine, kit.write("other.jsonl", record(28, "a", "b")));
            Path file = kit.write("a.jsonl", none, record(3, "c", "d"), none, record(2, "e", "f"), none);
            Files.setLastModifiedTime(file, FileTime.fromMillis(changedMs));
            kit.learn(engine, file);
            kit.append(file, none + "\n");
            kit.nowMs += 1_000_000;
            kit.learn(engine, file);
            assertThat(engine.digest())
                    .isEqualTo(kit.told(
                            record(28, "a", "b"),
                            at(changedMs, "n", "m"),
                            record(3, "c", "d"),
                            record(3, "n", "m"),
                            record(2, "e", "f"),
                            record(3, "n", "m"),
                            record(3, "n", "m")));
            assertThat(engine.view().stretches())
                    .extracting(Stretch::startMs, Stretch::elseMs, Stretch::latestMs)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple(FileKit.NOW_MS, FileKit.NOW_MS, -1L),
                            org.assertj.core.groups.Tuple.tuple(FileKit.NOW_MS, changedMs, -1L),
                            org.assertj.core.groups.Tuple.tuple(
                                    FileKit.NOW_MS + 1_000_000, FileKit.NOW_MS, 1_706_954_400_000L));
        }
    }

    /** Also where it happens to be that of the file's last change. */
    @Test
    void aTimeThatWasSaidIsTheOneThatCounts() throws Exception {
        String none = "{\"concepts\":[\"n\",\"m\"]}";
        Path file = kit.write("a.jsonl", none, at(FileKit.NOW_MS, "a", "b"));
        try (Engine engine = kit.open("store");
                Engine again = kit.open("again")) {
            kit.learn(engine, file);
            kit.nowMs += 60_000;
            kit.append(file, none + "\n");
            kit.learn(engine, file);
            assertThat(engine.digest())
                    .isEqualTo(kit.told(
                            at(FileKit.NOW_MS, "n", "m"), at(FileKit.NOW_MS, "a", "b"), at(FileKit.NOW_MS, "n", "m")));
            kit.replay(engine, again);
            assertThat(again.digest()).isEqualTo(engine.digest());
            assertThat(again.positions()).isEqualTo(engine.positions());
        }
    }

    @Test
    void aFileThatSaysNoTimesGrowsWithTheTimesOfItsChanges() throws Exception {
        String none = "{\"concepts\":[\"n\",\"m\"]}";
        Path file = kit.write("a.jsonl", none);
        try (Engine engine = kit.open("store")) {
            kit.learn(engine, file);
            kit.nowMs += 60_000;
            kit.append(file, none + "\n");
            kit.learn(engine, file);
            assertThat(engine.digest())
                    .isEqualTo(kit.told(at(FileKit.NOW_MS, "n", "m"), at(FileKit.NOW_MS + 60_000, "n", "m")));
        }
    }

    @Test
    void nothingHappensIn1970WhateverTheFileSystemSays() throws Exception {
        String none = "{\"concepts\":[\"n\",\"m\"]}";
        Path file = kit.write("a.jsonl", none);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
        try (Engine engine = kit.open("store")) {
            kit.learn(engine, file);
            learnStream(engine, none);
            assertThat(engine.digest()).isEqualTo(kit.told(at(FileKit.NOW_MS, "n", "m"), at(FileKit.NOW_MS, "n", "m")));
        }
    }

    private static String at(long atMs, String from, String to) {
        return "{\"at\":" + atMs + ",\"concepts\":[\"" + from + "\",\"" + to + "\"]}";
    }

    @Test
    void aDeadLetterThatCannotBeWrittenStopsBeforeItsRecord() throws Exception {
        // A device that is always full.
        Path full = Path.of("/dev/full");
        Path file = kit.write("a.jsonl", ONE, TWO, "{}", THREE);
        try (Engine engine = kit.open("store")) {
            assertThatThrownBy(() -> kit.learner(engine, full).learn(file, lines -> {}))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("a dead letter cannot be written")
                    .hasMessageContaining("deadLetters=/dev/full: No space left on device");
            assertThat(engine.positions()).extracting(Position::nextOffset).containsExactly(2L);
            assertThat(engine.view().counts().deadLetters()).isZero();
            assertThat(engine.digest()).isEqualTo(kit.told(ONE, TWO));
            // Once there is room it goes on with that record.
            assertThat(figures(kit.learn(engine, file))).containsExactly(2L, 1L, 0L, 1L, 2L);
            assertThat(engine.digest()).isEqualTo(kit.told(ONE, TWO, THREE));
        }
        try (Engine engine = kit.open("stream")) {
            String content = String.join("\n", ONE, TWO, "{}", THREE);
            assertThatThrownBy(() ->
                            kit.learner(engine, full).learn(new ByteArrayInputStream(bytes(content)), "-", lines -> {}))
                    .hasMessageContaining("a dead letter cannot be written");
            assertThat(engine.digest()).isEqualTo(kit.told(ONE, TWO));
        }
    }

    @Test
    void halfADeadLetterDoesNotSpoilTheNext() throws Exception {
        Files.writeString(kit.deadLetters(), "{\"source\":\"half");
        try (Engine engine = kit.open("store")) {
            kit.learn(engine, kit.write("a.jsonl", "{}"));
        }
        assertThat(Files.readAllLines(kit.deadLetters())).hasSize(2).last().satisfies(line -> assertThat(
                        DeadLetter.parse(bytes(line)))
                .isNotNull());
    }

    @Test
    void whatCannotBeLearnedIsRefusedByName() throws Exception {
        try (Engine engine = kit.open("store")) {
            assertThatThrownBy(() -> kit.learn(engine, directory))
                    .hasMessage("a directory cannot be learned, its files can: file=" + directory);
            assertThatThrownBy(() -> kit.learn(engine, directory.resolve("none")))
                    .isInstanceOf(java.nio.file.NoSuchFileException.class)
                    .hasMessage(directory.resolve("none").toString());
            kit.learn(engine, kit.write("bad.jsonl", "{}"));
            assertThatThrownBy(() -> kit.learn(engine, kit.deadLetters())).hasMessageContaining("learn --again");
            // All files are looked at before any is learned.
            assertThatThrownBy(() -> kit.learn(
                            engine, false, kit.write("good.jsonl", ONE), kit.text("bad.csv", "a,b,c\n1,2,3\n")))
                    .hasMessageContaining("CSV");
            assertThat(engine.view().counts().episodes()).isZero();
        }
    }

    private interface Packer {
        OutputStream over(OutputStream out) throws IOException;
    }

    private Path packed(String name, String content, Packer packer) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = packer.over(bytes)) {
            out.write(bytes(content));
        }
        return kit.touched(Files.write(directory.resolve(name), bytes.toByteArray()));
    }

    @Test
    void onAFullDiskItWaitsAndGoesOnOnceThereIsRoom() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            lines.append("{\"at\":").append(1_700_000_000_000L + i * 1_000L).append(",\"concepts\":[\"a");
            lines.append(i % 97)
                    .append("\",\"b")
                    .append(i % 89)
                    .append("\",\"c")
                    .append(i % 83)
                    .append("\"]}\n");
        }
        Path file = kit.text("a.jsonl", lines.toString());
        Digest undisturbed;
        try (Engine engine = kit.open("undisturbed")) {
            kit.learn(engine, file);
            undisturbed = engine.digest();
        }
        try (SmallDisk disk = SmallDisk.at(directory.resolve("disk"), 64);
                Engine engine = kit.open("disk/store")) {
            disk.fill(0);
            ExecutorService thread = Executors.newSingleThreadExecutor();
            try {
                Future<LearnSummary> learned = thread.submit(() -> kit.learn(engine, file));
                await().atMost(Duration.ofMinutes(1))
                        .until(() -> engine.waitsForRoom().isPresent());
                assertThat(learned).isNotDone();
                disk.free();
                assertThat(figures(learned.get(1, TimeUnit.MINUTES))).containsExactly(5_000L, 5_000L, 0L, 0L, 0L);
            } finally {
                thread.shutdownNow();
            }
            assertThat(engine.digest()).isEqualTo(undisturbed);
        }
    }
}
