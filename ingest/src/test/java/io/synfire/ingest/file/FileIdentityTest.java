package io.synfire.ingest.file;

import static io.synfire.ingest.file.FileKit.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import io.synfire.engine.Engine;
import io.synfire.engine.event.Position;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file is what it begins with, whatever its name is. */
@SuppressWarnings("NullAway.Init")
final class FileIdentityTest {

    private static final String A = record(1, "a1", "x");
    private static final String B = record(2, "b2", "x");
    private static final String C = record(3, "c3", "x");
    private static final String D = record(4, "d4", "x");
    private static final String E = record(5, "e5", "x");

    @TempDir
    Path directory;

    private FileKit kit;
    private Engine engine;

    @BeforeEach
    void open() {
        kit = new FileKit(directory);
        engine = kit.open("store");
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private static String id(int number) {
        return number + "-" + Long.toHexString(FileKit.NOW_MS);
    }

    private Path path(String name) {
        return directory.resolve(name);
    }

    private void move(String from, String to) throws IOException {
        Files.move(path(from), path(to), StandardCopyOption.REPLACE_EXISTING);
    }

    private List<Long> learn(String... names) throws IOException {
        return episodes(false, names);
    }

    /** How many episodes each file brought. */
    private List<Long> episodes(boolean asNew, String... names) throws IOException {
        List<Path> paths = new ArrayList<>();
        for (String name : names) {
            paths.add(path(name));
        }
        return kit.learn(engine, asNew, paths.toArray(Path[]::new)).stream()
                .map(LearnSummary::episodes)
                .toList();
    }

    private void assertLearned(String... records) throws Exception {
        assertThat(engine.digest()).isEqualTo(kit.told(records));
        // And so says who reads the files again.
        try (Engine again = kit.open("again-" + System.nanoTime())) {
            kit.replay(engine, again);
            assertThat(again.digest()).isEqualTo(engine.digest());
            assertThat(again.positions()).isEqualTo(engine.positions());
            assertThat(again.view().stretches()).isEqualTo(engine.view().stretches());
        }
    }

    private void assertRefused(String name, String... names) {
        assertThatThrownBy(() -> learn(names))
                .isInstanceOf(ReplacedFileException.class)
                .hasMessageContaining("file=" + path(name))
                .hasMessageContaining("--as-new")
                .hasMessageContaining("Nothing was learned");
    }

    @Test
    void aFileThatWasReplacedIsRefusedByName() throws Exception {
        kit.write("daily.jsonl", A, B, C);
        learn("daily.jsonl");
        kit.write("daily.jsonl", D, E, A, B);
        assertRefused("daily.jsonl", "daily.jsonl");
        assertThat(engine.digest()).isEqualTo(kit.told(A, B, C));
        kit.write("daily.jsonl", A, B);
        assertRefused("daily.jsonl", "daily.jsonl");
        kit.text("daily.jsonl", "");
        assertRefused("daily.jsonl", "daily.jsonl");
        kit.write("daily.jsonl", A, B, C.replace("c3", "c4"), D);
        assertRefused("daily.jsonl", "daily.jsonl");
        kit.write("daily.jsonl", A, B, C, D);
        assertThat(learn("daily.jsonl")).containsExactly(1L);
        assertLearned(A, B, C, D);
    }

    @Test
    void noneOfACommandsFilesIsLearnedWhereOneIsRefused() throws Exception {
        kit.write("one.jsonl", A);
        learn("one.jsonl");
        kit.write("one.jsonl", B);
        kit.write("two.jsonl", C);
        assertRefused("one.jsonl", "two.jsonl", "one.jsonl");
        assertThat(engine.view().counts().episodes()).isEqualTo(1);
    }

    @Test
    void aRotatedLogGoesOnUnderItsNewNameAndTheOldNameIsFree() throws Exception {
        kit.write("app.log", A, B);
        learn("app.log");
        kit.append(path("app.log"), C + "\n");
        move("app.log", "app.log.1");
        kit.write("app.log", D);
        assertRefused("app.log", "app.log");
        List<LearnSummary> learned = kit.learn(engine, false, path("app.log.1"), path("app.log"));
        assertThat(learned).extracting(LearnSummary::episodes).containsExactly(1L, 1L);
        assertThat(learned).extracting(LearnSummary::learnedBefore).containsExactly(2L, 0L);
        assertThat(learned.get(0).knownAs())
                .isEqualTo(path("app.log").toRealPath().toString());
        assertThat(learned.get(1).knownAs()).isNull();
        assertThat(engine.positions())
                .extracting(Position::source, Position::sourceId, Position::nextOffset)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "file:" + path("app.log.1").toRealPath(), id(1), 3L),
                        org.assertj.core.groups.Tuple.tuple(
                                "file:" + path("app.log").toRealPath(), id(2), 1L));
        assertLearned(A, B, C, D);
    }

    @Test
    void theOrderInWhichTheFilesAreNamedDoesNotMatterToARotation() throws Exception {
        kit.write("app.log", A, B);
        learn("app.log");
        move("app.log", "app.log.1");
        kit.write("app.log", C);
        learn("app.log", "app.log.1");
        assertLearned(A, B, C);
        // Once more, as logs are rotated day by day, with the same command.
        move("app.log.1", "app.log.2");
        kit.append(path("app.log"), D + "\n");
        move("app.log", "app.log.1");
        kit.write("app.log", E);
        List<LearnSummary> learned = kit.learn(engine, false, path("app.log.1"), path("app.log"));
        assertThat(learned).extracting(LearnSummary::episodes).containsExactly(1L, 1L);
        assertThat(learned.get(0).notes())
                .singleElement()
                .asString()
                .contains("the 2 records that were learned under this name before are not here any more");
        assertThat(engine.digest()).isEqualTo(kit.told(A, B, C, D, E));
        // What is under a name that nobody told of cannot be read again, until somebody tells.
        try (Engine again = kit.open("again")) {
            assertThatThrownBy(() -> kit.replay(engine, again))
                    .hasMessageContaining("app.log.1 partition=0 missing=0..1");
        }
        assertThat(learn("app.log.2")).containsExactly(0L);
        assertLearned(A, B, C, D, E);
        // It is said once.
        assertThat(kit.learn(engine, false, path("app.log.1")).get(0).notes()).isEmpty();
    }

    @Test
    void aLogThatIsCopiedAndCutShortIsRotatedToo() throws Exception {
        kit.write("app.log", A, B);
        learn("app.log");
        kit.append(path("app.log"), C + "\n");
        Files.copy(path("app.log"), path("app.log.1"));
        // In between both are the same.
        assertThat(learn("app.log.1", "app.log")).containsExactly(1L, 0L);
        assertLearned(A, B, C);
        kit.text("app.log", "");
        assertThat(learn("app.log.1", "app.log")).containsExactly(0L, 0L);
        kit.write("app.log", D, E, A, B);
        assertThat(learn("app.log.1", "app.log")).containsExactly(0L, 4L);
        assertLearned(A, B, C, D, E, A, B);
    }

    @Test
    void aLogThatIsPackedGoesOnUnpacked() throws Exception {
        kit.write("app.log", A, B);
        learn("app.log");
        kit.append(path("app.log"), C + "\n");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path("app.log.1.gz")))) {
            Files.copy(path("app.log"), out);
        }
        kit.write("app.log", D);
        assertThat(learn("app.log.1.gz", "app.log")).containsExactly(1L, 1L);
        assertLearned(A, B, C, D);
        try (OutputStream out = new ZstdOutputStream(Files.newOutputStream(path("app.log.2.zst")))) {
            out.write((A + "\n" + B + "\n" + C + "\n" + E + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        Files.delete(path("app.log.1.gz"));
        assertThat(learn("app.log.2.zst")).containsExactly(1L);
        assertLearned(A, B, C, D, E);
    }

    @Test
    void equalContentIsPassedOverUnlessItIsTakenAsNew() throws Exception {
        kit.write("one.jsonl", A, B);
        learn("one.jsonl");
        kit.write("copy.jsonl", A, B);
        LearnSummary copy = kit.learn(engine, false, path("copy.jsonl")).get(0);
        assertThat(copy.episodes()).isZero();
        assertThat(copy.learnedBefore()).isEqualTo(2);
        assertThat(copy.knownAs()).isEqualTo(path("one.jsonl").toRealPath().toString());
        assertThat(engine.positions()).hasSize(1);
        assertLearned(A, B);
        // Also within one command, the shorter before or after the longer.
        kit.write("three.jsonl", C, D, E);
        kit.write("two.jsonl", C, D);
        kit.write("three-again.jsonl", C, D, E);
        assertThat(learn("two.jsonl", "three.jsonl", "three-again.jsonl")).containsExactly(2L, 1L, 0L);
        assertLearned(A, B, C, D, E);
        assertThat(episodes(true, "copy.jsonl")).containsExactly(2L);
        assertLearned(A, B, C, D, E, A, B);
        kit.append(path("copy.jsonl"), C + "\n");
        assertThat(learn("copy.jsonl")).containsExactly(1L);
        assertThat(learn("one.jsonl")).containsExactly(0L);
        assertLearned(A, B, C, D, E, A, B, C);
    }

    @Test
    void aFileThatIsNoMoreThanTheBeginningOfALearnedOneIsPassedOver() throws Exception {
        kit.write("whole.jsonl", A, B, C);
        learn("whole.jsonl");
        kit.write("part.jsonl", A, B);
        LearnSummary part = kit.learn(engine, false, path("part.jsonl")).get(0);
        assertThat(part.episodes()).isZero();
        assertThat(part.learnedBefore()).isEqualTo(2);
        assertThat(part.notes()).singleElement().asString().contains("no more than the beginning");
        // Once it goes on otherwise it is another file.
        kit.append(path("part.jsonl"), D + "\n");
        assertThat(learn("part.jsonl")).containsExactly(3L);
        assertLearned(A, B, C, A, B, D);
    }

    @Test
    void filesThatGoOnOtherwiseAreTwoHoweverLittleWasLearnedOfOneAndInWhicheverOrder() throws Exception {
        kit.write("one.jsonl", A);
        learn("one.jsonl");
        kit.append(path("one.jsonl"), B + "\n");
        kit.write("two.jsonl", A, C);
        LearnSummary two =
                kit.learn(engine, false, path("two.jsonl"), path("one.jsonl")).get(0);
        assertThat(two.episodes()).isEqualTo(2);
        assertThat(two.learnedBefore()).isZero();
        assertThat(two.knownAs()).isNull();
        assertThat(two.notes())
                .containsExactly("it begins with all that was learned of another file, and is a file of its own: file="
                        + path("one.jsonl").toRealPath() + " records=1");
        assertLearned(A, A, C, B);
        // It is said once.
        kit.append(path("two.jsonl"), D + "\n");
        assertThat(kit.learn(engine, false, path("two.jsonl")).get(0).notes()).isEmpty();
        kit.write("three.jsonl", A, D);
        assertThat(learn("one.jsonl", "three.jsonl")).containsExactly(0L, 2L);
        assertLearned(A, A, C, B, D, A, D);
    }

    @Test
    void aFileThatBeginsAsAnotherIsNotThatOneUnderTheNameOfAReplacedOne() throws Exception {
        kit.write("one.jsonl", A);
        kit.write("daily.jsonl", B, C);
        learn("one.jsonl", "daily.jsonl");
        kit.append(path("one.jsonl"), D + "\n");
        kit.write("daily.jsonl", A, E);
        assertRefused("daily.jsonl", "daily.jsonl");
        assertThat(engine.digest()).isEqualTo(kit.told(A, B, C));
    }

    @Test
    void aLogWhoseNextBeginsWithTheSameRecordIsRotatedToo() throws Exception {
        kit.write("app.log", A);
        learn("app.log");
        kit.append(path("app.log"), B + "\n" + C + "\n");
        move("app.log", "app.log.1");
        kit.write("app.log", A, D);
        // Whichever of the two the record was learned of: it is learned once of each.
        learn("app.log.1", "app.log");
        assertLearned(A, A, B, C, D);
        kit.append(path("app.log"), E + "\n");
        assertThat(learn("app.log.1", "app.log")).containsExactly(0L, 1L);
        assertLearned(A, A, B, C, D, E);
    }

    @Test
    void recordsWithoutTimesLookAlikeSoAFileThatHasMoreIsAnotherUnlessTheKnownOneIsGone() throws Exception {
        String bread = "{\"concepts\":[\"bread\",\"milk\"]}";
        String eggs = "{\"concepts\":[\"eggs\",\"milk\"]}";
        String breadThen = bread.replace("{", "{\"at\":" + FileKit.NOW_MS + ",");
        String eggsThen = eggs.replace("{", "{\"at\":" + FileKit.NOW_MS + ",");
        kit.write("one.jsonl", bread);
        learn("one.jsonl");
        // Equal content is passed over, with or without an end of its line.
        kit.write("copy.jsonl", bread);
        kit.text("without.jsonl", bread);
        kit.text("blank.jsonl", bread + "\n\n");
        LearnSummary copy = kit.learn(engine, false, path("copy.jsonl")).get(0);
        assertThat(copy.learnedBefore()).isEqualTo(1);
        assertThat(copy.knownAs()).isEqualTo(path("one.jsonl").toRealPath().toString());
        assertThat(learn("without.jsonl", "blank.jsonl")).containsExactly(0L, 0L);
        kit.write("two.jsonl", bread, eggs);
        assertThat(learn("two.jsonl")).containsExactly(2L);
        assertLearned(breadThen, breadThen, eggsThen);
        // One that was renamed goes on.
        move("two.jsonl", "two.jsonl.1");
        kit.append(path("two.jsonl.1"), eggs + "\n");
        assertThat(learn("two.jsonl.1")).containsExactly(1L);
        assertLearned(breadThen, breadThen, eggsThen, eggsThen);
    }

    @Test
    void aCopyIsHeldAgainstAPackedOne() throws Exception {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path("one.gz")))) {
            out.write((A + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        learn("one.gz");
        kit.write("more.jsonl", A, B);
        assertThat(learn("more.jsonl")).containsExactly(1L);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path("one.gz")))) {
            out.write((A + "\n" + C + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        kit.write("other.jsonl", A, D);
        assertThat(learn("other.jsonl")).containsExactly(2L);
        assertLearned(A, B, A, D);
    }

    @Test
    void aCopyThatGrewGoesOnFromWhatWasLearnedAndSoDoesTheOriginal() throws Exception {
        kit.write("one.jsonl", A);
        learn("one.jsonl");
        kit.write("two.jsonl", A, B);
        assertThat(learn("two.jsonl")).containsExactly(1L);
        kit.append(path("two.jsonl"), C + "\n");
        assertThat(learn("two.jsonl")).containsExactly(1L);
        kit.append(path("one.jsonl"), B + "\n" + C + "\n" + D + "\n");
        assertThat(learn("one.jsonl")).containsExactly(1L);
        assertLearned(A, B, C, D);
    }

    @Test
    void filesWithTheSameFirstRecordsAreTwo() throws Exception {
        kit.write("one.jsonl", A, B);
        kit.write("two.jsonl", A, C);
        assertThat(learn("one.jsonl", "two.jsonl")).containsExactly(2L, 2L);
        kit.append(path("one.jsonl"), D + "\n");
        kit.append(path("two.jsonl"), E + "\n");
        assertThat(learn("two.jsonl", "one.jsonl")).containsExactly(1L, 1L);
        assertLearned(A, B, A, C, E, D);
    }

    @Test
    void oneFileIsOneWhicheverWayLeadsToIt() throws Exception {
        kit.write("one.jsonl", A);
        Files.createDirectory(path("sub"));
        Files.createSymbolicLink(path("link"), path("one.jsonl"));
        Files.createSymbolicLink(path("sub/linked"), directory);
        Files.createLink(path("hard"), path("one.jsonl"));
        assertThat(learn("link", "sub/../one.jsonl", "sub/linked/one.jsonl", "hard"))
                .containsExactly(1L, 0L, 0L, 0L);
        kit.append(path("one.jsonl"), B + "\n");
        assertThat(learn("hard", "one.jsonl", "link")).containsExactly(1L, 0L, 0L);
        assertLearned(A, B);
        // A link that leads to another file now is that file.
        kit.write("next.jsonl", C);
        Files.delete(path("link"));
        Files.createSymbolicLink(path("link"), path("next.jsonl"));
        assertThat(learn("link")).containsExactly(1L);
        assertLearned(A, B, C);
    }

    @Test
    void whatIsTakenAsNewLeavesWhatWasThereBeforeToBeMissed() throws Exception {
        kit.write("daily.jsonl", A, B);
        learn("daily.jsonl");
        move("daily.jsonl", "kept");
        kit.write("daily.jsonl", C);
        LearnSummary asNew = kit.learn(engine, true, path("daily.jsonl")).get(0);
        assertThat(asNew.episodes()).isEqualTo(1);
        assertThat(asNew.notes())
                .singleElement()
                .asString()
                .contains("the 2 records that were learned under this name");
        kit.append(path("daily.jsonl"), D + "\n");
        LearnSummary grown = kit.learn(engine, false, path("daily.jsonl")).get(0);
        assertThat(grown.episodes()).isEqualTo(1);
        assertThat(grown.notes()).isEmpty();
        assertThat(engine.digest()).isEqualTo(kit.told(A, B, C, D));
        try (Engine again = kit.open("again")) {
            assertThatThrownBy(() -> kit.replay(engine, again))
                    .hasMessageContaining("daily.jsonl partition=0 missing=0..1")
                    .hasMessageContaining("replaced, cut short or removed");
            assertThat(again.view().counts().episodes()).isZero();
        }
        // It is found again under any name.
        assertThat(learn("kept")).containsExactly(0L);
        assertLearned(A, B, C, D);
    }

    @Test
    void whatIsTakenAsNewAndStoppedHalfwayGoesOnAndIsNotCountedTwice() throws Exception {
        kit.batchMax = 2;
        kit.write("daily.jsonl", A);
        learn("daily.jsonl");
        kit.write("daily.jsonl", B, C, D, E);
        assertThatThrownBy(() -> kit.learner(engine)
                        .begin(List.of(path("daily.jsonl")), true)
                        .learn(path("daily.jsonl"), lines -> {
                            engine.checkpoint();
                            throw new IllegalStateException("killed");
                        }))
                .hasMessage("killed");
        assertThat(engine.digest()).isEqualTo(kit.told(A, B, C));
        kit.write("other.jsonl", B);
        assertThatThrownBy(() -> episodes(true, "other.jsonl", "daily.jsonl"))
                .hasMessageContaining(
                        "--as-new would learn the beginning of a file once more: file=" + path("daily.jsonl"))
                .hasMessageContaining("records=2")
                .hasMessageContaining("Without --as-new it goes on behind that");
        assertThat(engine.digest()).isEqualTo(kit.told(A, B, C));
        assertThat(learn("daily.jsonl")).containsExactly(2L);
        assertThat(engine.digest()).isEqualTo(kit.told(A, B, C, D, E));
        // What is learned as a whole may be learned once more; what has grown since, behind that alone.
        assertThat(episodes(true, "daily.jsonl")).containsExactly(4L);
        kit.append(path("daily.jsonl"), A + "\n");
        assertThatThrownBy(() -> episodes(true, "daily.jsonl")).hasMessageContaining("records=4");
        assertThat(learn("daily.jsonl")).containsExactly(1L);
        assertThat(engine.digest()).isEqualTo(kit.told(A, B, C, D, E, B, C, D, E, A));
    }

    @Test
    void aFileThatIsReplacedAgainAndAgainIsOneAnewEachTime() throws Exception {
        kit.write("daily.jsonl", A);
        learn("daily.jsonl");
        kit.write("daily.jsonl", B);
        episodes(true, "daily.jsonl");
        kit.write("daily.jsonl", C);
        assertRefused("daily.jsonl", "daily.jsonl");
        episodes(true, "daily.jsonl");
        assertThat(engine.positions()).hasSize(3);
        assertThat(engine.digest()).isEqualTo(kit.told(A, B, C));
        // What comes back is known.
        kit.write("daily.jsonl", A, D);
        assertThat(learn("daily.jsonl")).containsExactly(1L);
        assertThat(engine.digest()).isEqualTo(kit.told(A, B, C, D));
    }

    @Test
    void aFileOfWhichAPartWasLearnedGoesOnThere() throws Exception {
        kit.batchMax = 2;
        kit.write("a.jsonl", A, B, C, D, E);
        assertThatThrownBy(() -> kit.learner(engine).learn(path("a.jsonl"), lines -> {
                    engine.checkpoint();
                    throw new IllegalStateException("killed");
                }))
                .hasMessage("killed");
        engine.abandon();
        engine = kit.open("store");
        assertThat(engine.positions()).extracting(Position::nextOffset).containsExactly(2L);
        move("a.jsonl", "b.jsonl");
        assertThat(learn("b.jsonl")).containsExactly(3L);
        assertLearned(A, B, C, D, E);
    }

    @Test
    void aFileOfBlankLinesIsLearnedAsAnyOther() throws Exception {
        kit.text("a.jsonl", "\n\r\n  \n");
        assertThat(learn("a.jsonl")).containsExactly(0L);
        kit.append(path("a.jsonl"), A);
        assertThat(learn("a.jsonl")).containsExactly(1L);
        assertThat(learn("a.jsonl")).containsExactly(0L);
        kit.append(path("a.jsonl"), "\n\n" + B + "\n");
        assertThat(learn("a.jsonl")).containsExactly(1L);
        assertLearned(A, B);
        assertThat(engine.positions()).extracting(Position::nextOffset).containsExactly(6L);
    }
}
