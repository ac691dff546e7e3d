package io.synfire.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.Digest;
import io.synfire.engine.view.MemoryView;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.forget.ForgetReceipt;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import io.synfire.ingest.replay.Until;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A memory that is put back becomes what it was when the last commands were appended, before anything else is learned. */
@SuppressWarnings("NullAway.Init")
final class EarlierTurnsTest {

    private static final String WHOLE = "{\"at\":\"2024-02-01T10:00:00Z\",\"concepts\":[\"a\",\"b\"]}";

    private static final long MINUTE_0_MS =
            Instant.parse("2024-02-01T10:00:00Z").toEpochMilli();

    @TempDir
    Path directory;

    /** Files, a memory that learned them, and copies of it as it was. */
    private static final class Memory {
        final FileKit kit;
        Engine engine;

        Memory(Path directory) throws IOException {
            kit = new FileKit(Files.createDirectories(directory));
            engine = kit.open("store");
        }

        Path file(String name) {
            return kit.directory.resolve(name);
        }

        void learn(String name, String... records) throws IOException {
            for (String record : records) {
                Files.writeString(file(name), record + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
            kit.learn(engine, kit.touched(file(name)));
        }

        FileForgetter forgetter() {
            return new FileForgetter(engine, file("forgotten.jsonl"), kit.deadLetters(), Decoding.plain());
        }

        void copyTo(String name) throws IOException {
            engine.close();
            copy("store", name);
            engine = kit.open("store");
        }

        void restore(String name) throws IOException {
            engine.close();
            Files.move(file("store"), file("aside-" + System.nanoTime()));
            copy(name, "store");
            engine = kit.open("store");
        }

        private void copy(String from, String to) throws IOException {
            try (Stream<Path> files = Files.walk(file(from))) {
                for (Path each : files.toList()) {
                    Files.copy(
                            each, file(to).resolve(file(from).relativize(each).toString()));
                }
            }
        }

        /** By the same settings, from nothing. */
        void beginAnew() throws IOException {
            engine.close();
            Files.move(file("store"), file("aside-" + System.nanoTime()));
            engine = kit.open("store");
        }

        /** All files there are, in the order in which they were begun. */
        void learnAll() throws IOException {
            List<Path> all = new ArrayList<>();
            for (int i = 1; Files.exists(file("f.jsonl." + i)); i++) {
                all.add(file("f.jsonl." + i));
            }
            all.add(file("f.jsonl"));
            all.add(file("g.jsonl"));
            all.removeIf(each -> !Files.exists(each));
            kit.learn(engine, false, all.toArray(Path[]::new));
        }

        void append(String name, String... records) throws IOException {
            for (String record : records) {
                Files.writeString(file(name), record + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
            var unused = kit.touched(file(name));
        }

        void learnEarlier(Path... given) throws IOException {
            var unused = forgetter().learnEarlier(List.of(given));
        }

        void forgetContext(String context) throws IOException {
            assertThat(forgetter().forgetContext(context).appended()).isNotEmpty();
        }

        void forgetConcept(String concept) throws IOException {
            assertThat(forgetter().forgetConcept(concept)).isNotEmpty();
        }

        /** By other settings, in its place. */
        void rebuild(@Nullable Long untilMs) throws IOException {
            Engine again = kit.open("again");
            kit.replay(engine, again, Until.of(untilMs), false, ReplayWatch.NONE);
            again.takeBackWhatIsNamed(untilMs != null);
            again.close();
            engine.close();
            Files.move(file("store"), file("aside-" + System.nanoTime()));
            Files.move(file("again"), file("store"));
            engine = kit.open("store");
        }

        Digest rebuilt() throws IOException {
            try (Engine again = kit.open("rebuilt-" + System.nanoTime())) {
                kit.replay(engine, again);
                return again.digest();
            }
        }
    }

    /** What a memory is: sums of floats may end in other digits, where checkpoints fell otherwise between what was added and taken back. */
    private record State(long learned, long episodes, long pairs, Map<String, Double> strengths) {

        static State of(Engine engine) {
            MemoryView view = engine.view();
            Map<String, Double> strengths = new TreeMap<>();
            for (int cue = 0; cue < view.conceptCount(); cue++) {
                if (view.isKnown(cue)) {
                    Associations row = view.associations(cue, view.watermarkMs());
                    for (int i = 0; i < row.size(); i++) {
                        if (Math.abs(row.strength(i, 0)) > 1e-4) {
                            strengths.put(view.idOf(cue) + '>' + view.idOf(row.target(i)), row.strength(i, 0));
                        }
                    }
                }
            }
            return new State(
                    engine.digest().learned(),
                    view.counts().episodes(),
                    view.counts().pairs(),
                    strengths);
        }

        void requireSame(State other) {
            assertThat(learned).isEqualTo(other.learned);
            assertThat(episodes).isEqualTo(other.episodes);
            assertThat(pairs).isEqualTo(other.pairs);
            assertThat(strengths.keySet()).isEqualTo(other.strengths.keySet());
            strengths.forEach((pair, strength) ->
                    assertThat(strength).as(pair).isCloseTo(other.strengths.get(pair), within(1e-4)));
        }
    }

    private static String at(int minute, String context, String concept) {
        return "{\"at\":\"2024-02-01T10:%02d:00Z\",\"context\":\"%s\",\"concepts\":[\"%s\"]}"
                .formatted(minute, context, concept);
    }

    @Test
    void aContextThatWentOnAfterTheBackupIsForgottenAsItWas() throws Exception {
        Memory memory = new Memory(directory.resolve("m"));
        memory.learn("f.jsonl", WHOLE, at(0, "u9", "a"));
        memory.copyTo("b1");
        memory.learn("f.jsonl", at(1, "u9", "b"), at(2, "u9", "c"));
        ForgetReceipt receipt = memory.forgetter().forgetContext("u9");
        assertThat(receipt.episodes()).isEqualTo(3);
        Digest forgotten = memory.engine.digest();
        assertThat(forgotten.learned()).isEqualTo(memory.kit.told(WHOLE).learned());
        memory.learn("f.jsonl", at(3, "u1", "a"));
        Digest whole = memory.engine.digest();

        memory.restore("b1");
        assertThat(memory.forgetter().learnEarlier(List.of())).isZero();
        assertThat(memory.engine.digest()).isEqualTo(forgotten);
        memory.learn("f.jsonl");
        assertThat(memory.engine.digest()).isEqualTo(whole);
        assertThat(memory.rebuilt()).isEqualTo(whole);
        assertThat(memory.kit.deadLetters()).doesNotExist();

        // Nothing of it is left, so nothing is taken back again; neither where the forget is what comes first.
        ForgetReceipt again = memory.forgetter().forgetContext("u9");
        assertThat(again.appended()).isEmpty();
        assertThat(again.strangers()).isZero();
        assertThat(memory.engine.digest()).isEqualTo(whole);
        memory.restore("b1");
        assertThat(memory.forgetter().forgetContext("u9").strangers()).isZero();
        assertThat(memory.engine.digest()).isEqualTo(forgotten);
        memory.engine.close();
    }

    @Test
    void aConceptIsForgottenOfWhatCameBeforeAndOfNothingElse() throws Exception {
        Memory memory = new Memory(directory.resolve("m"));
        memory.learn("f.jsonl", WHOLE);
        memory.copyTo("b1");
        memory.learn("f.jsonl", WHOLE.replace("\"b\"", "\"c\""));
        memory.forgetConcept("a");
        memory.learn("f.jsonl", WHOLE.replace("\"b\"", "\"d\""));
        Digest whole = memory.engine.digest();
        memory.restore("b1");
        memory.forgetConcept("nobody");
        memory.learn("f.jsonl");
        assertThat(memory.engine.digest().state()).isEqualTo(whole.state());
        assertThat(memory.rebuilt()).isEqualTo(memory.engine.digest());
        memory.engine.close();
    }

    @Test
    void aFileThatIsNewSinceTheBackupOrWasRenamedIsFoundAndOneThatIsGoneIsNamed() throws Exception {
        Memory memory = new Memory(directory.resolve("m"));
        memory.learn("f.jsonl", WHOLE);
        memory.copyTo("b1");
        memory.learn("g.jsonl", at(1, "u9", "b"), at(2, "u9", "c"));
        memory.forgetContext("u9");
        Digest whole = memory.engine.digest();
        Files.move(memory.file("g.jsonl"), memory.file("g.jsonl.1"));
        memory.restore("b1");
        memory.learnEarlier();
        assertThat(memory.engine.digest()).isEqualTo(whole);
        // Nothing twice, under whichever name.
        memory.learn("g.jsonl.1");
        assertThat(memory.engine.digest()).isEqualTo(whole);

        Path elsewhere = Files.createDirectory(memory.file("elsewhere")).resolve("x");
        Files.move(memory.file("g.jsonl.1"), elsewhere);
        memory.restore("b1");
        Digest before = memory.engine.digest();
        byte[] commands = Files.readAllBytes(memory.file("forgotten.jsonl"));
        assertThatThrownBy(() -> memory.forgetter().learnEarlier(List.of()))
                .isInstanceOf(ReplacedFileException.class)
                .hasMessageContaining(
                        "file=" + memory.kit.directory.toRealPath().resolve("g.jsonl") + " records=2");
        assertThatThrownBy(() -> memory.forgetter().forgetContext("u9")).isInstanceOf(ReplacedFileException.class);
        assertThatThrownBy(() -> memory.forgetter().forgetConcept("a")).isInstanceOf(ReplacedFileException.class);
        assertThat(memory.engine.digest()).isEqualTo(before);
        assertThat(memory.file("forgotten.jsonl")).hasBinaryContent(commands);
        memory.learnEarlier(elsewhere);
        assertThat(memory.engine.digest()).isEqualTo(whole);
        memory.engine.close();
    }

    @Test
    void commandsOfWhichNobodySaysWhatCameBeforeAreLearnedOnlyWhereTheyTakeBackWhatIsThere() throws Exception {
        Memory memory = new Memory(directory.resolve("m"));
        memory.learn("f.jsonl", WHOLE, at(0, "u9", "a"));
        memory.copyTo("b1");
        memory.learn("f.jsonl", at(1, "u9", "b"));
        memory.copyTo("b2");
        memory.forgetContext("u9");
        Digest whole = memory.engine.digest();
        Files.delete(memory.file("turns.jsonl"));

        memory.restore("b1");
        Digest before = memory.engine.digest();
        assertThatThrownBy(() -> memory.forgetter().learnEarlier(List.of()))
                .hasMessageContaining("take back what this memory has not learned")
                .hasMessageContaining("context=u9 episodes=1");
        assertThat(memory.engine.digest()).isEqualTo(before);
        // As it is told.
        Files.move(memory.file("forgotten.jsonl"), memory.file("away"));
        memory.learnEarlier();
        memory.learn("f.jsonl");
        Files.move(memory.file("away"), memory.file("forgotten.jsonl"));
        memory.learnEarlier();
        assertThat(memory.engine.digest()).isEqualTo(whole);

        memory.restore("b2");
        memory.learnEarlier();
        assertThat(memory.engine.digest()).isEqualTo(whole);
        memory.engine.close();
    }

    @Test
    void aTurnThatIsTornIsOneThatIsNotThereAndADamagedOneIsNamed() throws Exception {
        Memory memory = new Memory(directory.resolve("m"));
        memory.learn("f.jsonl", WHOLE, at(0, "u9", "a"), at(0, "u8", "a"));
        memory.copyTo("b1");
        memory.forgetContext("u9");
        Files.writeString(memory.file("turns.jsonl"), "{\"commands\":1,\"fr", StandardOpenOption.APPEND);
        memory.forgetContext("u8");
        Digest whole = memory.engine.digest();
        assertThat(Files.readAllLines(memory.file("turns.jsonl"))).hasSize(2);
        memory.restore("b1");
        memory.learnEarlier();
        assertThat(memory.engine.digest()).isEqualTo(whole);
        Files.writeString(memory.file("turns.jsonl"), "x\n", StandardOpenOption.APPEND);
        memory.restore("b1");
        assertThatThrownBy(() -> memory.forgetter().learnEarlier(List.of()))
                .hasMessageContaining("is damaged: file=" + memory.file("turns.jsonl"));
        memory.engine.close();
    }

    @Test
    void aNewLogOfCommandsIsNotBegunWhereTheOneThatWasLearnedIsGone() throws Exception {
        Memory memory = new Memory(directory.resolve("m"));
        memory.learn("f.jsonl", WHOLE, at(0, "u9", "a"));
        memory.forgetContext("u9");
        Path commands = memory.file("forgotten.jsonl");
        Files.move(commands, memory.file("away"));
        assertThatThrownBy(() -> memory.forgetter().forgetConcept("a")).isInstanceOf(ReplacedFileException.class);
        assertThatThrownBy(() -> memory.forgetter().forgetContext("u9")).isInstanceOf(ReplacedFileException.class);
        assertThat(commands).doesNotExist();
        memory.engine.close();
    }

    /** Files grow in turns, are rotated, contexts and concepts are forgotten; any earlier memory becomes the same again. */
    @Test
    void anyEarlierMemoryBecomesWhatItWas() throws Exception {
        for (long seed = 1; seed <= 25; seed++) {
            try {
                run(new Memory(directory.resolve("seed-" + seed)), new Random(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed=" + seed, e);
            }
        }
    }

    private static void run(Memory memory, Random random) throws Exception {
        memory.kit.batchMax = 1 + random.nextInt(4);
        int minute = 0;
        int copies = 0;
        int rotated = 0;
        memory.learn("f.jsonl", WHOLE);
        memory.learn("g.jsonl", WHOLE.replace("\"a\"", "\"z\""));
        memory.copyTo("b0");
        State forgotten = null;
        for (int step = 0; step < 11 || forgotten == null; step++) {
            int what = random.nextInt(10);
            if (what < 5) {
                List<String> records = new ArrayList<>();
                for (int i = random.nextInt(4); i >= 0; i--) {
                    minute = Math.min(59, minute + random.nextInt(2));
                    String record = at(minute, "c" + random.nextInt(3), "w" + random.nextInt(5));
                    // Some say no time, some are sent twice, some are none.
                    records.add(
                            switch (random.nextInt(6)) {
                                case 0 -> record.replaceFirst("\"at\":\"[^\"]*\",", "");
                                case 1 -> record.replaceFirst("\\{", "{\"eventId\":\"e" + random.nextInt(3) + "\",");
                                case 2 -> random.nextBoolean() ? "no record" : record;
                                default -> record;
                            });
                }
                memory.kit.nowMs += 1_000;
                memory.learn(random.nextBoolean() ? "f.jsonl" : "g.jsonl", records.toArray(String[]::new));
            } else if (what < 7) {
                memory.copyTo("b" + ++copies);
            } else if (what == 7) {
                Path aside = memory.file("f.jsonl." + ++rotated);
                Files.move(memory.file("f.jsonl"), aside);
                String first = at(minute, "c0", "r" + rotated) + "\n";
                memory.kit.learn(memory.engine, false, aside, memory.kit.text("f.jsonl", first));
            } else {
                boolean isContext = random.nextInt(3) > 0;
                if (isContext) {
                    String context = "c" + random.nextInt(3);
                    if (memory.forgetter().forgetContext(context).appended().isEmpty()) {
                        continue;
                    }
                } else {
                    memory.forgetConcept("w" + random.nextInt(5));
                }
                forgotten = State.of(memory.engine);
            }
        }
        // What comes last comes in one file: nobody keeps the turns of what nothing was forgotten after.
        memory.forgetConcept("w0");
        forgotten = State.of(memory.engine);
        memory.learn("f.jsonl", at(minute, "c1", "w1"), at(minute, "c1", "w2"));
        State whole = State.of(memory.engine);

        memory.restore("b" + random.nextInt(copies + 1));
        if (random.nextBoolean()) {
            killedOnTheWay(memory, random.nextInt(8));
        }
        boolean isForget = random.nextBoolean();
        if (isForget) {
            assertThat(memory.forgetter().forgetContext("nobody").appended()).isEmpty();
        } else {
            memory.learnEarlier();
        }
        State.of(memory.engine).requireSame(forgotten);
        memory.learn("f.jsonl");
        memory.learn("g.jsonl");
        State.of(memory.engine).requireSame(whole);
        assertThat(memory.rebuilt().learned()).isEqualTo(whole.learned());
        memory.engine.close();
    }

    /** Two backups, of which the later one was made before the earlier one was put back, and the memory went on from that. */
    @Test
    void aLaterBackupThatIsPutBackAfterAnEarlierOneForgetsAsTheMemoryDid() throws Exception {
        for (boolean isContext : List.of(false, true)) {
            Memory memory = new Memory(directory.resolve("m" + isContext));
            memory.learn("f.jsonl", WHOLE, WHOLE.replace("\"b\"", "\"x\""));
            memory.copyTo("A");
            memory.forgetConcept("x");
            memory.kit.nowMs += 1_000;
            memory.learn("f.jsonl", at(1, "v", "b"));
            memory.copyTo("B");
            memory.restore("A");
            memory.learnEarlier();
            memory.kit.nowMs += 1_000;
            // More at once than it was then.
            memory.learn("f.jsonl", at(2, "v", "y"), at(3, "w", "y"));
            if (isContext) {
                memory.forgetContext("v");
            } else {
                memory.forgetConcept("y");
            }
            State forgotten = State.of(memory.engine);
            for (String backup : List.of("B", "A", "B")) {
                memory.restore(backup);
                memory.learnEarlier();
                State.of(memory.engine).requireSame(forgotten);
                memory.learnAll();
                State.of(memory.engine).requireSame(forgotten);
                assertThat(memory.rebuilt()).isEqualTo(memory.engine.digest());
            }
            // And it goes on.
            memory.learn("f.jsonl", at(4, "v", "z"));
            memory.forgetContext("w");
            memory.copyTo("C");
            memory.forgetConcept("z");
            forgotten = State.of(memory.engine);
            for (String backup : List.of("C", "B", "A")) {
                memory.restore(backup);
                memory.learnEarlier();
                State.of(memory.engine).requireSame(forgotten);
            }
            memory.engine.close();
        }
    }

    @Test
    void aMemoryThatLearnedMoreThanWasForgottenFromIsRefusedWithAWayOut() throws Exception {
        Memory memory = new Memory(directory.resolve("m"));
        memory.learn("f.jsonl", WHOLE, at(0, "u9", "a"));
        memory.copyTo("A");
        memory.learn("f.jsonl", at(1, "u9", "y"));
        memory.copyTo("B");
        memory.restore("A");
        memory.forgetConcept("y-to-come");
        memory.forgetContext("u9");
        memory.learnAll();
        State whole = State.of(memory.engine);
        assertThat(memory.engine.view().conceptOf("y")).isNotNegative();

        memory.restore("B");
        Digest before = memory.engine.digest();
        byte[] commands = Files.readAllBytes(memory.file("forgotten.jsonl"));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> memory.forgetter().learnEarlier(List.of()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in other turns")
                    .hasMessageContaining("Restore an older backup; or move the store out of the data directory")
                    .hasMessageContaining("commands=" + memory.file("forgotten.jsonl"));
            assertThatThrownBy(() -> memory.forgetConcept("a")).hasMessageContaining("in other turns");
        }
        assertThat(memory.engine.digest()).isEqualTo(before);
        assertThat(memory.file("forgotten.jsonl")).hasBinaryContent(commands);
        memory.restore("A");
        memory.learnEarlier();
        memory.learnAll();
        State.of(memory.engine).requireSame(whole);
        memory.restore("B");
        memory.beginAnew();
        memory.learnEarlier();
        memory.learnAll();
        State.of(memory.engine).requireSame(whole);
        memory.engine.close();
    }

    /** What the files say decides, not only how many records were learned of them. */
    @Test
    void aBackupOfOtherRecordsOrOtherTimesIsNoBeginning() throws Exception {
        Memory memory = new Memory(directory.resolve("content"));
        memory.learn("f.jsonl", WHOLE);
        memory.copyTo("A");
        String first = Files.readString(memory.file("f.jsonl"));
        memory.learn("f.jsonl", at(1, "u9", "one"));
        memory.copyTo("B");
        memory.restore("A");
        Files.writeString(memory.file("f.jsonl"), first);
        memory.learn("f.jsonl", at(1, "u9", "two"));
        memory.forgetContext("u9");
        State forgotten = State.of(memory.engine);
        memory.restore("B");
        assertThatThrownBy(() -> memory.forgetter().learnEarlier(List.of()))
                .hasMessageContaining("in other turns")
                .hasMessageContaining("f.jsonl had other records");
        memory.beginAnew();
        memory.learnEarlier();
        State.of(memory.engine).requireSame(forgotten);
        memory.engine.close();

        for (boolean isTimed : List.of(true, false)) {
            Memory other = new Memory(directory.resolve("times" + isTimed));
            other.learn("f.jsonl", WHOLE);
            other.copyTo("A");
            String timed = at(1, "u9", "b");
            other.learn("g.jsonl", isTimed ? timed : timed.replaceFirst("\"at\":\"[^\"]*\",", ""), at(2, "u9", "c"));
            other.copyTo("B");
            other.restore("A");
            other.kit.nowMs += 60_000;
            other.learn("g.jsonl", at(3, "u9", "d"));
            other.forgetContext("u9");
            State whole = State.of(other.engine);
            other.restore("B");
            if (isTimed) {
                other.learnEarlier();
            } else {
                assertThatThrownBy(() -> other.forgetter().learnEarlier(List.of()))
                        .hasMessageContaining(
                                "records that say no time had got another: file=" + other.file("g.jsonl"));
                other.restore("A");
                other.learnEarlier();
            }
            State.of(other.engine).requireSame(whole);
            other.engine.close();
        }
    }

    @Test
    void aLineThatIsMissingIsNoticedAndLinesOfAnOlderVersionAreRead() throws Exception {
        Memory memory = new Memory(directory.resolve("m"));
        memory.learn("f.jsonl", WHOLE, at(0, "u9", "a"));
        memory.copyTo("A");
        memory.forgetConcept("x");
        memory.learn("f.jsonl", at(1, "u9", "b"));
        memory.forgetConcept("y");
        memory.learn("f.jsonl", at(2, "u9", "c"));
        memory.forgetContext("u9");
        State forgotten = State.of(memory.engine);
        Path turns = memory.file("turns.jsonl");
        List<String> lines = Files.readAllLines(turns);
        assertThat(lines).hasSize(3);

        Files.write(turns, List.of(lines.get(0), lines.get(2)));
        memory.restore("A");
        assertThatThrownBy(() -> memory.forgetter().learnEarlier(List.of()))
                .hasMessageContaining("is damaged: file=" + turns);
        // Where the last one is missing nobody knows what came before the last command, which takes back more than
        // there is.
        Files.write(turns, lines.subList(0, 2));
        memory.restore("A");
        assertThatThrownBy(() -> memory.forgetter().learnEarlier(List.of()))
                .hasMessageContaining("nobody has written down")
                .hasMessageContaining("context=u9 episodes=1");
        List<String> older = lines.stream()
                .map(line -> line.replaceFirst("\"count\":\\d+,\"before\":\\d+,", ""))
                .toList();
        assertThat(older).doesNotContainAnyElementsOf(lines);
        Files.write(turns, older);
        memory.restore("A");
        memory.learnEarlier();
        State.of(memory.engine).requireSame(forgotten);
        memory.forgetConcept("z");
        forgotten = State.of(memory.engine);
        assertThat(Files.readAllLines(turns)).hasSize(4);
        memory.restore("A");
        memory.learnEarlier();
        State.of(memory.engine).requireSame(forgotten);
        memory.engine.close();
    }

    /** Whichever backups are put back, and whatever is learned or forgotten in between: as if none had been, or refused with a way out. */
    @Test
    void whicheverBackupsArePutBackTheMemoryIsAsIfNoneHadBeen() throws Exception {
        int refused = 0;
        int restored = 0;
        for (long seed = 1; seed <= 25; seed++) {
            try {
                int[] counts = runRestored(new Memory(directory.resolve("seed-" + seed)), new Random(seed));
                refused += counts[0];
                restored += counts[1];
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed=" + seed, e);
            }
        }
        // Refused is what cannot be mended; most can.
        assertThat(refused).as("of " + restored).isPositive().isLessThan(restored / 2);
    }

    private static int[] runRestored(Memory memory, Random random) throws Exception {
        memory.kit.batchMax = 1 + random.nextInt(4);
        int minute = 0;
        int copies = 0;
        int rotated = 0;
        int refused = 0;
        int restored = 0;
        memory.append("f.jsonl", WHOLE);
        memory.append("g.jsonl", WHOLE.replace("\"a\"", "\"z\""));
        memory.learnAll();
        memory.copyTo("b0");
        State live = null;
        for (int step = 0; step < 11; step++) {
            int what = step == 10 ? 9 : random.nextInt(10);
            if (what < 3) {
                // A context is of one file: its records keep their order, whatever was learned of the other in between.
                String name = random.nextBoolean() ? "f" : "g";
                List<String> records = new ArrayList<>();
                for (int i = random.nextInt(4); i >= 0; i--) {
                    minute = Math.min(59, minute + random.nextInt(2));
                    String record = at(minute, name + random.nextInt(3), "w" + random.nextInt(5));
                    records.add(
                            switch (random.nextInt(8)) {
                                case 0 -> record.replaceFirst("\"at\":\"[^\"]*\",", "");
                                case 1 -> "no record";
                                default -> record;
                            });
                }
                memory.kit.nowMs += 1_000;
                memory.append(name + ".jsonl", records.toArray(String[]::new));
                memory.learnAll();
                live = null;
            } else if (what < 5) {
                memory.copyTo("b" + ++copies);
            } else if (what == 5) {
                memory.learnAll();
                Files.move(memory.file("f.jsonl"), memory.file("f.jsonl." + ++rotated));
                memory.append("f.jsonl", at(minute, "f0", "r" + rotated));
                memory.learnAll();
                live = null;
            } else if (what < 8) {
                if (random.nextBoolean()) {
                    var unused = memory.forgetter()
                            .forgetContext((random.nextBoolean() ? "f" : "g") + random.nextInt(3))
                            .appended();
                } else {
                    memory.forgetConcept("w" + random.nextInt(5));
                }
                live = null;
            } else {
                if (live == null) {
                    memory.learnAll();
                    live = State.of(memory.engine);
                }
                memory.kit.nowMs += 1_000;
                memory.restore("b" + random.nextInt(copies + 1));
                restored++;
                if (random.nextInt(3) == 0 && Files.exists(memory.file("turns.jsonl"))) {
                    Files.writeString(memory.file("turns.jsonl"), "{\"commands\":1,\"fr", StandardOpenOption.APPEND);
                }
                Digest before = memory.engine.digest();
                try {
                    memory.learnEarlier();
                } catch (IllegalStateException e) {
                    assertThat(e).hasMessageContaining("in other turns");
                    assertThat(memory.engine.digest()).isEqualTo(before);
                    refused++;
                    memory.beginAnew();
                    memory.learnEarlier();
                }
                if (step == 10 || random.nextBoolean()) {
                    memory.learnAll();
                    State.of(memory.engine).requireSame(live);
                } else if (random.nextBoolean()) {
                    // Of less than had been learned before.
                    memory.forgetConcept("w" + random.nextInt(5));
                    live = null;
                }
            }
        }
        assertThat(memory.rebuilt().learned()).isEqualTo(State.of(memory.engine).learned());
        memory.engine.close();
        return new int[] {refused, restored};
    }

    /**
     * A memory is rebuilt by other settings, or as of a moment, and goes on; what it had learned of its files is learned the same way by one
     * that begins. By some settings there are records that are none, or events that came before.
     */
    @Test
    void whicheverRebuildsCameBetweenOneThatBeginsBecomesWhatTheMemoryWas() throws Exception {
        for (long seed = 1; seed <= 25; seed++) {
            try {
                runRebuilt(new Memory(directory.resolve("rebuilt-" + seed)), new Random(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed=" + seed, e);
            }
        }
    }

    private static void runRebuilt(Memory memory, Random random) throws Exception {
        memory.kit.batchMax = 1 + random.nextInt(4);
        int minute = 0;
        for (int step = 0; step < 12; step++) {
            int what = step == 0 ? 0 : step == 11 ? 9 : random.nextInt(10);
            if (what < 4) {
                for (int i = random.nextInt(6); i >= 0; i--) {
                    minute = Math.min(59, minute + random.nextInt(3));
                    memory.append(random.nextBoolean() ? "f.jsonl" : "g.jsonl", recordOf(minute, random));
                }
                memory.learnAll();
            } else if (what < 6) {
                memory.kit.learning = Map.of(
                        "max-concepts",
                        "" + (2 + random.nextInt(3)),
                        "event-id-window",
                        random.nextBoolean() ? "3m" : "30d",
                        "half-lives",
                        "none");
                memory.rebuild(random.nextInt(3) == 0 ? Long.valueOf(MINUTE_0_MS + 60_000L * minute / 2) : null);
            } else {
                if (random.nextInt(3) == 0) {
                    memory.forgetConcept("w" + random.nextInt(6));
                } else {
                    var unused = memory.forgetter().forgetContext("c" + random.nextInt(3));
                    // Of a context that is not there nothing is appended.
                    memory.forgetConcept("nothing" + step);
                }
                State wanted = State.of(memory.engine);
                if (what > 7) {
                    long deadLetters = memory.engine.view().counts().deadLetters();
                    memory.beginAnew();
                    memory.learnEarlier();
                    State.of(memory.engine).requireSame(wanted);
                    assertThat(memory.engine.view().counts().deadLetters()).isEqualTo(deadLetters);
                }
            }
        }
        memory.engine.close();
    }

    private static String recordOf(int minute, Random random) {
        List<String> concepts = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            concepts.add("\"w" + random.nextInt(6) + "\"");
        }
        return "{\"at\":\"2024-02-01T10:%02d:00Z\",\"context\":\"c%d\",\"eventId\":\"e%d\",\"concepts\":%s}"
                .formatted(
                        minute,
                        random.nextInt(3),
                        random.nextInt(12),
                        concepts.stream().distinct().toList());
    }

    /** As many records are learned and stored as a process had come to that was killed, with a store that was short of room. */
    private static void killedOnTheWay(Memory memory, int records) throws Exception {
        Turns.Turn turn = Objects.requireNonNull(new Turns(memory.file("turns.jsonl")).last(Long.MAX_VALUE));
        List<Stretch> learned = memory.engine.view().stretches();
        List<Position> goal = new ArrayList<>();
        for (Position position : turn.positions()) {
            boolean isUnlearned = turn
                    .stretches()
                    .subList(learned.size(), turn.stretches().size())
                    .stream()
                    .anyMatch(stretch -> stretch.sourceId().equals(position.sourceId()));
            if (isUnlearned) {
                goal.add(position);
            }
        }
        try (DeadLetterFile rejects = new DeadLetterFile(memory.kit.deadLetters())) {
            var unused = new FileReplay(
                            memory.engine,
                            null,
                            memory.kit.limits,
                            new ReplayOptions(Until.always(), false, Duration.ofDays(1)),
                            rejects,
                            goal,
                            turn.stretches(),
                            beside -> {},
                            FileReplay.AsItWas.WHOLE,
                            new BatchGauge.Size(1, BatchGauge.Size.MAX.bytes()))
                    .learn(FileKit.stoppingBehind(records));
        }
        memory.engine.checkpoint();
        memory.engine.close();
        memory.engine = memory.kit.open("store");
    }
}
