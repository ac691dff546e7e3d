package io.synfire.ingest.file;

import static io.synfire.ingest.file.FileKit.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Position;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that change between the start of a command and their turn, or while they are read. */
@SuppressWarnings("NullAway.Init")
final class ChangedWhileLearnedTest {

    /** More than what is read ahead. */
    private static final int LONG = 6_000;

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

    private static String[] records(String name, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> record(1 + i % 28, name + "-" + i, "x"))
                .toArray(String[]::new);
    }

    private static String[] all(String[]... parts) {
        return Stream.of(parts).flatMap(Stream::of).toArray(String[]::new);
    }

    private static String text(String[] records) {
        return String.join("\n", records) + "\n";
    }

    private Path path(String name) {
        return directory.resolve(name);
    }

    private void move(String from, String to) throws IOException {
        Files.move(path(from), path(to), StandardCopyOption.REPLACE_EXISTING);
    }

    private LearnSession begin(boolean asNew, String... names) throws IOException {
        return kit.learner(engine).begin(Stream.of(names).map(this::path).toList(), asNew);
    }

    private LearnSummary learn(LearnSession session, String name) throws IOException {
        return session.learn(path(name), lines -> {});
    }

    private List<Long> learn(String... names) throws IOException {
        LearnSession session = begin(false, names);
        List<Long> episodes = new ArrayList<>();
        for (String name : names) {
            episodes.add(learn(session, name).episodes());
        }
        return episodes;
    }

    private void assertLearned(String[]... parts) throws Exception {
        assertThat(engine.digest()).isEqualTo(kit.told(all(parts)));
        try (Engine again = kit.open("again-" + System.nanoTime())) {
            kit.replay(engine, again);
            assertThat(again.digest()).isEqualTo(engine.digest());
            assertThat(again.positions()).isEqualTo(engine.positions());
        }
    }

    @Test
    void oneThatIsRotatedBeforeItsTurnIsRefusedAndLearnedWithItsOldName() throws Exception {
        kit.write("app.log", records("old", 0, 100));
        learn("app.log");
        kit.append(path("app.log"), text(records("old", 100, 105)));
        LearnSession session = begin(false, "app.log");
        move("app.log", "app.log.1");
        kit.write("app.log", records("new", 0, 150));
        List<Position> before = engine.positions();
        assertThatThrownBy(() -> learn(session, "app.log"))
                .isInstanceOf(ReplacedFileException.class)
                .hasMessageContaining("file=" + path("app.log"))
                .hasMessageContaining("while this command ran: nothing of what is there now was learned")
                .hasMessageContaining("learn RENAMED app.log");
        assertThat(engine.positions()).isEqualTo(before);
        assertThat(engine.digest()).isEqualTo(kit.told(records("old", 0, 100)));
        assertThat(learn("app.log.1", "app.log")).containsExactly(5L, 150L);
        assertThat(Files.exists(kit.deadLetters())).isFalse();
        assertLearned(records("old", 0, 105), records("new", 0, 150));
    }

    @Test
    void aNewOneUnderTheNameIsAlsoAnotherWhereItIsShorterThanWhatWasLearned() throws Exception {
        kit.write("app.log", records("old", 0, 100));
        learn("app.log");
        LearnSession session = begin(false, "app.log");
        move("app.log", "app.log.1");
        kit.write("app.log", records("new", 0, 3));
        assertThatThrownBy(() -> learn(session, "app.log")).isInstanceOf(ReplacedFileException.class);
        assertThat(learn("app.log.1", "app.log")).containsExactly(0L, 3L);
        assertLearned(records("old", 0, 100), records("new", 0, 3));
    }

    @Test
    void aRotatedChainIsLearnedAsItStandsAtEachTurn() throws Exception {
        kit.write("app.log.1", records("older", 0, 50));
        kit.write("app.log", records("old", 0, 60));
        learn("app.log.1", "app.log");
        kit.append(path("app.log"), text(records("old", 60, 65)));
        LearnSession session = begin(false, "app.log.1", "app.log");
        move("app.log.1", "app.log.2");
        move("app.log", "app.log.1");
        kit.write("app.log", records("new", 0, 70));
        assertThat(learn(session, "app.log.1").episodes()).isEqualTo(5);
        assertThat(learn(session, "app.log").episodes()).isEqualTo(70);
        assertThat(learn("app.log.2", "app.log.1", "app.log")).containsExactly(0L, 0L, 0L);
        assertLearned(records("older", 0, 50), records("old", 0, 65), records("new", 0, 70));
    }

    @Test
    void twoOfOneCommandThatAreSwappedGoOnEachBehindItself() throws Exception {
        kit.write("a.log", records("a", 0, 50));
        kit.write("b.log", records("b", 0, 80));
        learn("a.log", "b.log");
        kit.append(path("a.log"), text(records("a", 50, 53)));
        kit.append(path("b.log"), text(records("b", 80, 87)));
        LearnSession session = begin(false, "a.log", "b.log");
        move("a.log", "c.log");
        move("b.log", "a.log");
        move("c.log", "b.log");
        assertThat(learn(session, "a.log").episodes()).isEqualTo(7);
        assertThat(learn(session, "b.log").episodes()).isEqualTo(3);
        assertThat(learn("a.log", "b.log")).containsExactly(0L, 0L);
        assertLearned(records("a", 0, 50), records("b", 0, 87), records("a", 50, 53));
    }

    @Test
    void aNewNameThatAKnownFileHasGotByItsTurnIsThatFile() throws Exception {
        kit.write("known.log", records("known", 0, 40));
        learn("known.log");
        kit.write("other.log", records("other", 0, 10));
        LearnSession session = begin(false, "other.log");
        kit.append(path("known.log"), text(records("known", 40, 42)));
        move("known.log", "other.log");
        LearnSummary learned = learn(session, "other.log");
        assertThat(learned.learnedBefore()).isEqualTo(40);
        assertThat(learned.episodes()).isEqualTo(2);
        assertThat(learned.knownAs()).isEqualTo(path("known.log").toString());
        assertLearned(records("known", 0, 42));
    }

    @Test
    void aNewOneThatIsAnotherNewOneByItsTurnIsLearnedAsItIs() throws Exception {
        kit.write("new.log", records("first", 0, 10));
        LearnSession session = begin(false, "new.log");
        kit.write("other", records("second", 0, 20));
        move("other", "new.log");
        assertThat(learn(session, "new.log").episodes()).isEqualTo(20);
        assertLearned(records("second", 0, 20));
    }

    @Test
    void oneThatIsOfAnotherFormatByItsTurnIsRefused() throws Exception {
        kit.write("new.log", records("first", 0, 10));
        LearnSession session = begin(false, "new.log");
        kit.text("other", "at,context,concepts\n1,k,a\n2,k,b\n3,k,c\n");
        move("other", "new.log");
        assertThatThrownBy(() -> learn(session, "new.log"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("file=" + path("new.log"));
        assertThat(engine.positions()).isEmpty();
        assertThat(Files.exists(kit.deadLetters())).isFalse();
    }

    @Test
    void aPackedOneThatIsReplacedIsAnotherToo() throws Exception {
        kit.write("app.log", records("old", 0, 100));
        packed("app.log", "app.log.gz");
        learn("app.log.gz");
        LearnSession session = begin(false, "app.log.gz");
        kit.write("next", records("new", 0, 150));
        packed("next", "app.log.gz");
        assertThatThrownBy(() -> learn(session, "app.log.gz")).isInstanceOf(ReplacedFileException.class);
        Files.delete(path("app.log.gz"));
        assertThat(learn("app.log")).containsExactly(0L);
        assertLearned(records("old", 0, 100));
    }

    private void packed(String from, String to) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path(to)))) {
            Files.copy(path(from), out);
        }
    }

    @Test
    void whatFollowsALastLineWithoutAnEndMustStillBeItsEnd() throws Exception {
        String last = record(3, "last", "x");
        kit.text("open.log", text(records("o", 0, 5)) + last);
        assertThat(learn("open.log")).containsExactly(6L);
        LearnSession session = begin(false, "open.log");
        kit.text("open.log", text(records("o", 0, 5)) + last + "{}\n" + text(records("n", 0, 4)));
        assertThatThrownBy(() -> learn(session, "open.log")).isInstanceOf(ReplacedFileException.class);
        kit.text("open.log", text(records("o", 0, 5)) + last + "\n" + text(records("n", 0, 4)));
        assertThat(learn("open.log")).containsExactly(4L);
        assertLearned(records("o", 0, 5), new String[] {last}, records("n", 0, 4));
    }

    @Test
    void oneThatIsTakenForNewAndIsRotatedIsLearnedAsItIsAtItsTurn() throws Exception {
        kit.write("app.log", records("old", 0, 10));
        LearnSession session = begin(true, "app.log");
        move("app.log", "app.log.1");
        kit.write("app.log", records("new", 0, 20));
        assertThat(learn(session, "app.log").episodes()).isEqualTo(20);
        assertThat(learn("app.log.1", "app.log")).containsExactly(10L, 0L);
        assertLearned(records("new", 0, 20), records("old", 0, 10));
    }

    @Test
    void oneThatIsRenamedWhileItIsReadIsReadToItsEnd() throws Exception {
        kit.write("app.log", records("old", 0, LONG));
        kit.batchMax = 10;
        LearnSession session = begin(false, "app.log");
        LearnSummary learned = session.learn(path("app.log"), once(() -> {
            move("app.log", "app.log.1");
            kit.write("app.log", records("new", 0, LONG));
        }));
        assertThat(learned.episodes()).isEqualTo(LONG);
        assertThat(learn("app.log.1", "app.log")).containsExactly(0L, (long) LONG);
        assertLearned(records("old", 0, LONG), records("new", 0, LONG));
    }

    @Test
    void oneThatIsCutShortWhileItIsReadIsSaidAndGoesOnInItsCopy() throws Exception {
        assertCopiedAndCutShort(new String[0]);
    }

    @Test
    void oneThatIsWrittenAnewWhileItIsReadIsSaidAndGoesOnInItsCopy() throws Exception {
        assertCopiedAndCutShort(records("new", 0, 2 * LONG));
    }

    private void assertCopiedAndCutShort(String[] anew) throws Exception {
        kit.write("app.log", records("old", 0, LONG));
        kit.batchMax = 10;
        LearnSession session = begin(false, "app.log");
        assertThatThrownBy(() -> session.learn(path("app.log"), once(() -> {
                    Files.copy(path("app.log"), path("app.log.1"));
                    Files.write(
                            path("app.log"),
                            (anew.length == 0 ? "" : text(anew)).getBytes(StandardCharsets.UTF_8),
                            StandardOpenOption.TRUNCATE_EXISTING);
                })))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("file=" + path("app.log"))
                .hasMessageContaining("cut short or written anew while it was read");
        // What was read until then is learned, and is what it was.
        long learned = engine.positions().get(0).nextOffset();
        assertThat(learned).isBetween(10L, LONG - 1L);
        assertThat(Files.exists(kit.deadLetters())).isFalse();
        kit.batchMax = 2_000;
        assertThat(learn("app.log.1", "app.log")).containsExactly(LONG - learned, (long) anew.length);
        assertLearned(records("old", 0, LONG), anew);
    }

    /** Something that is done after the first batch. */
    private static LongConsumer once(Change change) {
        boolean[] done = {false};
        return lines -> {
            if (!done[0]) {
                done[0] = true;
                try {
                    change.make();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    /** What happens to files meanwhile. */
    private interface Change {
        void make() throws IOException;
    }
}
