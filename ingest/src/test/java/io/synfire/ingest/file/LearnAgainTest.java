package io.synfire.ingest.file;

import static io.synfire.ingest.file.FileKit.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Position;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.replay.ReplayWatch;
import io.synfire.ingest.replay.Until;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters are learned once, whatever is learned again, and where they were learned. */
@SuppressWarnings("NullAway.Init")
final class LearnAgainTest {

    private static final String A = record(1, "k", "a1", "x");
    private static final String B = record(2, "k", "b2", "x");
    private static final String C = record(3, "k", "c3", "x");

    /** Records that are longer than the limit was at first. */
    private static final String LONG = record(2, "k", "long-concept-of-the-first", "x");

    private static final String LONG_WITHOUT_TIME =
            "{\"context\":\"k\",\"concepts\":[\"long-concept-without-any-time-of-its-very-own\",\"x\"]}";
    private static final RecordLimits SMALL = new RecordLimits(75, RecordLimits.AT_MS_MAX);

    @TempDir
    Path directory;

    private FileKit kit;
    private Engine engine;

    @BeforeEach
    void open() {
        kit = new FileKit(directory);
        kit.limits = SMALL;
        engine = kit.open("store");
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private LearnSummary again() throws IOException {
        return kit.learner(engine).learnAgain(false, lines -> {});
    }

    private void mend() {
        kit.limits = RecordLimits.DEFAULTS;
    }

    private void assertLearned(String... records) throws Exception {
        assertThat(engine.digest()).isEqualTo(kit.told(records));
        try (Engine replayed = kit.open("replayed-" + System.nanoTime())) {
            kit.replay(engine, replayed);
            assertThat(replayed.digest()).isEqualTo(engine.digest());
            assertThat(replayed.positions()).isEqualTo(engine.positions());
            assertThat(replayed.view().counts()).isEqualTo(engine.view().counts());
            assertThat(replayed.view().stretches()).isEqualTo(engine.view().stretches());
        }
    }

    @Test
    void onceTheCauseIsMendedTheyAreLearnedBehindWhatWasLearnedSince() throws Exception {
        Path file = kit.write("a.jsonl", A, LONG, LONG_WITHOUT_TIME, B);
        assertThat(kit.learn(engine, file).rejected()).isEqualTo(2);
        mend();
        kit.append(file, C + "\n");
        kit.learn(engine, file);
        LearnSummary again = again();
        assertThat(again.records()).isEqualTo(2);
        assertThat(again.episodes()).isEqualTo(2);
        assertThat(again.rejected()).isZero();
        // Where it was it would have had the time of the record before it that was learned.
        String timed = LONG_WITHOUT_TIME.replace("{\"context", "{\"at\":\"2024-02-01T10:00:00Z\",\"context");
        assertLearned(A, B, C, LONG, timed);
        assertThat(engine.view().counts().deadLetters()).isEqualTo(2);
        assertThat(again().records()).isZero();
        assertThat(kit.learn(engine, file).records()).isZero();
        assertLearned(A, B, C, LONG, timed);
    }

    @Test
    void whatIsStillBadStaysADeadLetterAndMayBeLearnedTheNextTime() throws Exception {
        kit.learn(engine, kit.write("a.jsonl", "{}", LONG, A));
        LearnSummary early = again();
        assertThat(early.rejected()).isEqualTo(2);
        assertThat(early.isAllRejected()).isTrue();
        assertThat(early.rejections())
                .extracting(LearnSummary.Rejection::record)
                .containsExactly(0L, 1L);
        mend();
        LearnSummary later = again();
        assertThat(later.records()).isEqualTo(2);
        assertThat(later.episodes()).isEqualTo(1);
        assertThat(later.rejected()).isEqualTo(1);
        assertLearned(A, LONG);
        assertThat(engine.view().counts().deadLetters()).isEqualTo(2);
        assertThat(Files.readAllLines(kit.deadLetters())).hasSize(5);
    }

    @Test
    void aLetterThatWasWrittenTwiceOrIsLearnedByNowIsPassedOver() throws Exception {
        kit.batchMax = 1;
        Path file = kit.write("a.jsonl", A, LONG, LONG, B);
        // Killed between the dead letters and what is applied, twice.
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> kit.learner(engine).learn(file, lines -> {
                        if (lines == 3) {
                            throw new IllegalStateException("killed");
                        }
                    }))
                    .hasMessage("killed");
            engine.abandon();
            engine = kit.open("store");
        }
        assertThat(Files.readAllLines(kit.deadLetters())).hasSize(4);
        kit.learn(engine, file);
        assertThat(Files.readAllLines(kit.deadLetters())).hasSize(6);
        mend();
        LearnSummary again = again();
        assertThat(again.episodes()).isEqualTo(2);
        assertThat(again.passedOver()).isEqualTo(4);
        assertLearned(A, B, LONG, LONG);
    }

    @Test
    void aLetterWhoseRecordIsLearnedFromItsFileIsPassedOver() throws Exception {
        Path file = kit.write("a.jsonl", A, LONG);
        kit.batchMax = 1;
        assertThatThrownBy(() -> kit.learner(engine).learn(file, lines -> {
                    if (lines == 2) {
                        throw new IllegalStateException("killed");
                    }
                }))
                .hasMessage("killed");
        engine.abandon();
        engine = kit.open("store");
        mend();
        assertThat(kit.learn(engine, file).episodes()).isEqualTo(2);
        assertThat(again().passedOver()).isEqualTo(1);
        assertLearned(A, LONG);
    }

    @Test
    void theLettersOfStreamsAreLearnedAndOfOtherMemoriesAndTopicsNone() throws Exception {
        kit.learner(engine)
                .learn(new ByteArrayInputStream((LONG + "\n" + A).getBytes(StandardCharsets.UTF_8)), "-", lines -> {});
        String piped = LONG.replace("first", "pipe");
        kit.learner(engine)
                .learn(new ByteArrayInputStream(piped.getBytes(StandardCharsets.UTF_8)), "/dev/fd/63", lines -> {});
        try (Engine other = kit.open("other")) {
            kit.learn(other, kit.write("other.jsonl", B, LONG));
        }
        try (DeadLetterFile dead = new DeadLetterFile(kit.deadLetters())) {
            byte[] value = LONG.getBytes(StandardCharsets.UTF_8);
            dead.add(new io.synfire.ingest.replay.Rejects.Place("kafka:topic-0", "", 7, -1), "too long", value);
        }
        Files.writeString(kit.deadLetters(), "no letter\n", java.nio.file.StandardOpenOption.APPEND);
        mend();
        LearnSummary again = again();
        assertThat(again.records()).isEqualTo(5);
        assertThat(again.episodes()).isEqualTo(2);
        assertThat(again.passedOver()).isEqualTo(2);
        assertThat(again.notes()).containsExactly("lines that are no dead letters were passed over: lines=1");
        // A stream leaves no log, its letter does.
        assertThat(engine.digest()).isEqualTo(kit.told(A, LONG, piped));
        try (Engine replayed = kit.open("replayed")) {
            kit.replay(engine, replayed);
            assertThat(replayed.digest()).isEqualTo(kit.told(LONG, piped));
        }
    }

    @Test
    void whatIsReadForAContextFindsThemWhereTheyWereLearned() throws Exception {
        kit.learn(engine, kit.write("a.jsonl", A, LONG, B));
        mend();
        again();
        String forgotten = record(4, "other", "y", "z");
        kit.learn(engine, kit.write("b.jsonl", forgotten));
        FileForgetter forgetter = new FileForgetter(
                engine,
                directory.resolve("forgotten.jsonl"),
                kit.deadLetters(),
                new Decoding(null, false, null, kit.limits));
        assertThat(forgetter.forgetContext("k").episodes()).isEqualTo(3);
        assertThat(engine.digest().learned()).isEqualTo(kit.told(forgotten).learned());
    }

    @Test
    void aMemoryBuiltAnewUnderMendedSettingsLearnsEachOnce() throws Exception {
        kit.learn(engine, kit.write("a.jsonl", A, LONG, "{}", LONG_WITHOUT_TIME, B));
        // One of them is tried in vain; the other two stay where they are.
        again();
        mend();
        String timed = LONG_WITHOUT_TIME.replace("{\"context", "{\"at\":\"2024-02-02T10:00:00Z\",\"context");
        try (Engine replayed = kit.open("replayed")) {
            kit.replay(engine, replayed);
            assertThat(replayed.digest()).isEqualTo(kit.told(A, LONG, timed, B));
            // None of the old letters is open for it.
            LearnSummary again = kit.learner(replayed).learnAgain(false, lines -> {});
            assertThat(again.episodes()).isZero();
            assertThat(replayed.digest()).isEqualTo(kit.told(A, LONG, timed, B));
        }
    }

    @Test
    void aMemoryBuiltAnewUnderOlderSettingsHasThemAsDeadLettersAgain() throws Exception {
        kit.learn(engine, kit.write("a.jsonl", A, LONG, B));
        mend();
        again();
        kit.limits = SMALL;
        try (Engine replayed = kit.open("replayed")) {
            kit.replay(engine, replayed);
            assertThat(replayed.digest()).isEqualTo(kit.told(A, B));
            mend();
            LearnSummary again = kit.learner(replayed, kit.replayed).learnAgain(false, lines -> {});
            assertThat(again.episodes()).isEqualTo(1);
            assertThat(replayed.digest()).isEqualTo(kit.told(A, B, LONG));
        }
    }

    /** A letter is longer than its record: it is read all the same, up to the longest record that there may be. */
    @Test
    void theLargestRecordsAreLearnedAgain() throws Exception {
        kit.limits = new RecordLimits(1 << 20, RecordLimits.AT_MS_MAX);
        String pad = ",\"pad\":[" + "\"%s\",".formatted("x".repeat(700_000)).repeat(20) + "0]}";
        String large = A.substring(0, A.length() - 1) + pad;
        assertThat(large.length()).isBetween(13 << 20, 16 << 20);
        assertThat(kit.learn(engine, kit.write("a.jsonl", large, B)).rejected()).isEqualTo(1);
        kit.limits = new RecordLimits(16 << 20, RecordLimits.AT_MS_MAX);
        LearnSummary again = again();
        assertThat(again.episodes()).isEqualTo(1);
        assertThat(again.passedOver()).isZero();
        assertLearned(B, A);
    }

    @Test
    void linesThatAreNoLettersAreNotSaidToBeLearnedElsewhere() throws Exception {
        kit.learn(engine, kit.write("a.jsonl", A, LONG));
        Files.writeString(kit.deadLetters(), "no letter\n{}\n", java.nio.file.StandardOpenOption.APPEND);
        mend();
        LearnSummary again = again();
        assertThat(again.episodes()).isEqualTo(1);
        assertThat(again.passedOver()).isZero();
        assertThat(again.notes()).containsExactly("lines that are no dead letters were passed over: lines=2");
        assertLearned(A, LONG);
    }

    @Test
    void deadLettersThatAreGoneAreMissed() throws Exception {
        kit.learn(engine, kit.write("a.jsonl", A, LONG));
        mend();
        again();
        String letters = Files.readString(kit.deadLetters());
        Files.writeString(kit.deadLetters(), letters.replace("\"record\":1", "\"record\":2"));
        try (Engine replayed = kit.open("replayed")) {
            assertThatThrownBy(() -> kit.replay(engine, replayed))
                    .hasMessageContaining("dead-letters.jsonl partition=0");
            // Where that is accepted their records are learned from their files.
            kit.replay(engine, replayed, Until.always(), true, ReplayWatch.NONE);
            assertThat(replayed.digest()).isEqualTo(kit.told(A, LONG));
        }
        assertThatThrownBy(this::again).isInstanceOf(ReplacedFileException.class);
        LearnSummary asNew = kit.learner(engine).learnAgain(true, lines -> {});
        assertThat(asNew.passedOver()).isEqualTo(1);
        assertThat(engine.digest()).isEqualTo(kit.told(A, LONG));
    }

    @Test
    void withoutDeadLettersThereIsNothingToLearnAgain() {
        assertThatThrownBy(this::again)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there are no dead letters: file=" + kit.deadLetters());
    }

    @Test
    void lettersThatWereMovedAreKnownAndNotTakenForRecords() throws Exception {
        kit.learn(engine, kit.write("a.jsonl", A, LONG));
        mend();
        again();
        Path moved = directory.resolve("moved.jsonl");
        Files.move(kit.deadLetters(), moved);
        LearnSummary summary = kit.learn(engine, moved);
        assertThat(summary.records()).isZero();
        assertThat(summary.notes()).containsExactly("these are dead letters, which `learn --again` learns");
        assertThat(engine.positions()).extracting(Position::source).contains("file:" + moved.toRealPath());
        assertLearned(A, LONG);
    }
}
