package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.view.Associations;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands and ids: what is taken back, once, of what, and what may come again. */
final class CommandsTest {

    private static final long HOUR = 3_600_000;
    private static final long DAY = 24 * HOUR;

    @TempDir
    Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private @Nullable Engine engine;

    @AfterEach
    void close() {
        if (engine != null) {
            engine.close();
        }
    }

    @Test
    void anIdComesAgainOnceItsWindowIsOverByTheEventsOwnTime() {
        open("event-id-window", "1d");
        apply("p", event(DAY, "e"));
        // Nothing else has moved the partition's clock.
        apply("p", event(31 * DAY, "e"));
        assertThat(episodes()).isEqualTo(2);
        apply("p", event(32 * DAY, "e"));
        assertThat(episodes()).as("a day later, to the millisecond").isEqualTo(2);
        reopen();
        apply("p", event(32 * DAY, "e"));
        assertThat(episodes()).as("known from the store").isEqualTo(2);
        apply("p", event(32 * DAY + 1, "e"));
        assertThat(episodes()).isEqualTo(3);
    }

    @Test
    void anEventThatIsTakenBackIsLearnedAnewUnderItsId() {
        open("event-id-window", "1d");
        Episode wrong = new Episode(DAY, null, List.of(Activation.of("a"), Activation.of("b")), 7, "order-1");
        Episode right = new Episode(DAY, null, List.of(Activation.of("a"), Activation.of("b")), 1, "order-1");
        apply("p", wrong);
        reopen();
        apply("p", new Retraction(null, List.of(wrong)));
        reopen();
        apply("p", right);
        assertThat(strength("a", "b")).isCloseTo(1, within(1e-4));
        assertThat(engine().view().counts().duplicates()).isZero();
        // From then on it is known again, also from the store.
        apply("p", right);
        reopen();
        apply("p", right);
        assertThat(strength("a", "b")).isCloseTo(1, within(1e-4));
        assertThat(engine().view().counts().duplicates()).isEqualTo(2);
    }

    @Test
    void theIdIsFreeWhileAnOlderCopyOfItIsOnItsWayIntoTheStore() {
        open("event-id-window", "1h");
        Episode wrong = event(100 * HOUR, "e");
        apply("p", wrong);
        engine().checkpoint();
        // An hour later the id lies in the period before.
        apply("p", event(101 * HOUR, "f"), new Retraction(null, List.of(wrong)), wrong);
        assertThat(episodes()).isEqualTo(2);
        reopen();
        apply("p", wrong);
        assertThat(episodes()).as("known by its second coming").isEqualTo(2);
    }

    @Test
    void aRetractionThatWaitsHasFreedTheIdWhenItWasRead() {
        open("event-id-window", "1d");
        Episode wrong = event(2 * DAY, "e");
        // Read first: the event is of a time that is not reached yet.
        apply("p", new Retraction(null, List.of(wrong)), wrong, wrong);
        assertThat(episodes()).as("learned, taken back; and known").isZero();
        assertThat(engine().view().counts().duplicates()).isEqualTo(1);
    }

    @Test
    void aRetractionThatIsSentTwiceTakesBackOnce() {
        open();
        Episode twice = Episode.of(DAY, "a", "b");
        apply("p", twice, twice);
        Retraction retraction = new Retraction(null, List.of(), List.of(Learned.of(twice)), "r-1");
        apply("p", retraction, retraction);
        reopen();
        apply("p", retraction);
        assertThat(activation("a")).isCloseTo(1, within(1e-5));
        assertThat(strength("a", "b")).isCloseTo(1, within(1e-5));
        assertThat(meters.get("synfire.commands.repeated").functionCounter().count())
                .isEqualTo(1);
        assertThat(engine().view().counts().duplicates()).isZero();
        long learned = engine().digest().learned();
        // In another partition it is another command, and so is one without an id.
        apply("q", retraction);
        assertThat(activation("a")).isCloseTo(0, within(1e-5));
        apply("p", twice);
        assertThat(engine().digest().learned()).isEqualTo(learned);
        apply("p", new Retraction(null, List.of(twice)), new Retraction(null, List.of(twice)));
        assertThat(activation("a")).isCloseTo(-1, within(1e-5));
    }

    @Test
    void aRepeatedRetractionLeavesWhatItsContextRemembersSince() {
        open("half-lives", "none");
        Retraction retraction = new Retraction("k", List.of(), List.of(new Learned(in("k", DAY, "a"), DAY)), "r-1");
        apply("p", in("k", DAY, "a"), retraction, in("k", DAY + 1, "b"), retraction, in("k", DAY + 2, "c"));
        assertThat(strength("b", "c")).isEqualTo(1);
        assertThat(strength("a", "b")).isZero();
    }

    @Test
    void whatIsAnEventsIdIsNoCommands() {
        open("half-lives", "none");
        Episode order = event(DAY, "order-1");
        apply("p", order, new Retraction(null, List.of(), List.of(Learned.of(order)), "order-1"));
        assertThat(strength("a", "b")).isZero();
        apply("p", order);
        assertThat(strength("a", "b")).isEqualTo(1);
    }

    @Test
    void aForgetThatIsSentTwiceForgetsOnce() {
        open("half-lives", "none");
        Forget forget = new Forget("a", Map.of(), "f-1");
        apply("p", Episode.of(DAY, "a", "b"), forget);
        long learned = engine().digest().learned();
        apply("p", Episode.of(DAY, "a", "b"), forget);
        reopen();
        apply("p", forget);
        assertThat(strength("a", "b")).isEqualTo(1);
        apply("p", new Retraction(null, List.of(Episode.of(DAY, "a", "b"))));
        assertThat(engine().digest().learned()).isEqualTo(learned);
    }

    @Test
    void aCopyThatIsAheadIsPassedOverHoweverLateAndOnce() {
        open("half-lives", "none", "event-id-window", "0ms");
        Forget forget = new Forget("a", Map.of("t", 3), "f-1");
        apply("t-0", Episode.of(DAY, "a", "b"));
        Position behind = new Position("kafka:t", "id", 1, 7, -1);
        engine().apply(new Batch(
                "t-0", List.of(forget), List.of(behind), 0, null, List.of(new Batch.Copy("t-1", Batch.Place.AHEAD))));
        assertThat(engine().positions()).containsExactly(behind);
        assertThat(engine().knowsCommand("t-1", "f-1")).isTrue();
        assertThat(engine().knowsCommand("t-0", "f-1")).as("ids are not kept").isFalse();
        reopen();
        apply("t-1", Episode.of(100 * DAY, "a", "b"), forget);
        assertThat(strength("a", "b")).isEqualTo(1);
        reopen();
        assertThat(engine().knowsCommand("t-1", "f-1")).isFalse();
        apply("t-1", forget);
        assertThat(strength("a", "b")).isZero();
    }

    @Test
    void aCopyThatWasReadIsKnownInItsPartitionWithinTheWindow() {
        open("half-lives", "none", "event-id-window", "1d");
        Forget forget = new Forget("a", Map.of("t", 2), "f-1");
        apply("t-1", Episode.of(5 * DAY, "a", "b"));
        engine().apply(new Batch(
                "t-0",
                List.of(forget),
                List.of(),
                0,
                null,
                List.of(new Batch.Copy("t-1", Batch.Place.READ), new Batch.Copy("t-2", Batch.Place.NOWHERE))));
        assertThat(engine().knowsCommand("t-0", "f-1")).isTrue();
        assertThat(engine().knowsCommand("t-1", "f-1")).isTrue();
        assertThat(engine().knowsCommand("t-2", "f-1")).isTrue();
        assertThat(engine().knowsCommand("t-3", "f-1")).isFalse();
        apply("t-1", Episode.of(6 * DAY, "c"));
        assertThat(engine().knowsCommand("t-1", "f-1")).isTrue();
        apply("t-1", Episode.of(6 * DAY + 1, "c"));
        assertThat(engine().knowsCommand("t-1", "f-1")).isFalse();
    }

    @Test
    void theDigestHasOneTermForEachCopyThatWasReadWhicheverOfThemCameTogether() {
        open("event-id-window", "1d");
        Forget forget = new Forget("a", Map.of("t", 3), "f-1");
        long empty = engine().digest().learned();
        apply("alone", new Forget("a"));
        long term = engine().digest().learned() - empty;
        List<Batch.Copy> others =
                List.of(new Batch.Copy("t-1", Batch.Place.READ), new Batch.Copy("t-2", Batch.Place.AHEAD));
        engine().apply(new Batch("t-0", List.of(forget), List.of(), 0, null, others));
        assertThat(engine().digest().learned()).isEqualTo(empty + 3 * term);
        apply("t-2", forget);
        assertThat(engine().digest().learned()).isEqualTo(empty + 4 * term);
        // Once more they add nothing.
        apply("t-0", forget);
        apply("t-1", forget);
        apply("t-2", forget);
        assertThat(engine().digest().learned()).isEqualTo(empty + 4 * term);
    }

    @Test
    void whatCameLateAfterAForgetIsTakenBackAndWhatCameBeforeIsNot() {
        open("half-lives", "none");
        Episode late = Episode.of(99 * DAY, "a", "b");
        apply("p", Episode.of(100 * DAY, "a", "b"), new Forget("a"), late);
        assertThat(strength("a", "b")).isEqualTo(1);
        reopen();
        apply("p", new Retraction(null, List.of(late)));
        assertThat(strength("a", "b")).isZero();
        assertThat(activation("a")).isZero();
        assertThat(activation("b")).isEqualTo(1);
        // Once more, of the same time: none of it came since.
        reopen();
        apply("p", new Retraction(null, List.of(late)));
        assertThat(activation("a")).isZero();
        assertThat(activation("b")).isZero();
    }

    @Test
    void ofTheSameEpisodeTwiceBeforeAForgetAndOnceAfterItOneRetractionTakesBackWhatIsThere() {
        open("half-lives", "none");
        Episode same = Episode.of(DAY, "a", "b");
        apply("p", same, same, new Forget("a"), same);
        apply("p", new Retraction(null, List.of(same)));
        assertThat(strength("a", "b")).isZero();
        reopen();
        apply("p", new Retraction(null, List.of(same)), new Retraction(null, List.of(same)));
        assertThat(strength("a", "b")).isZero();
        assertThat(strength("b", "a")).isZero();
        assertThat(activation("a")).isZero();
        assertThat(activation("b")).isZero();
        assertThat(episodes()).isZero();
    }

    @Test
    void whatCameLateIsGoneWithTheNextForget() {
        open("half-lives", "none");
        Episode late = Episode.of(99 * DAY, "a", "b");
        apply("p", Episode.of(100 * DAY, "a", "b"), new Forget("a"), late);
        reopen();
        apply("p", new Forget("a"), Episode.of(98 * DAY, "a", "b"));
        reopen();
        // Of the one that was forgotten twice nothing is left to take back.
        apply("p", new Retraction(null, List.of(late)));
        assertThat(strength("a", "b")).isEqualTo(1);
        assertThat(activation("a")).isEqualTo(1);
        apply("p", new Retraction(null, List.of(Episode.of(98 * DAY, "a", "b"))));
        assertThat(strength("a", "b")).isZero();
    }

    @Test
    void aContextIsTakenBackInPartsAlsoWhereAConceptWasForgottenInBetween() {
        open("half-lives", "none");
        apply("p", in("k", DAY, "a"), in("k", DAY + 3, "b"), new Forget("a"), in("k", DAY + 1, "a"));
        apply("p", in("k", DAY + 4, "c"), in("k", DAY + 5, "d"));
        // The first part takes back what came late; to the second it is what was before.
        Learned a = new Learned(in("k", DAY, "a"), DAY);
        Learned b = new Learned(in("k", DAY + 3, "b"), DAY + 3);
        Learned lateA = new Learned(in("k", DAY + 1, "a"), DAY + 3);
        Learned c = new Learned(in("k", DAY + 4, "c"), DAY + 4);
        Learned d = new Learned(in("k", DAY + 5, "d"), DAY + 5);
        assertThat(strength("a", "c")).isEqualTo(1);
        apply("p", new Retraction("k", List.of(), List.of(a, b, lateA), "r-1"));
        reopen();
        apply("p", new Retraction("k", List.of(a, b, lateA), List.of(c), "r-2"));
        apply("p", new Retraction("k", List.of(a, b, lateA, c), List.of(d), "r-3"));
        for (String cue : List.of("a", "b", "c", "d")) {
            assertThat(activation(cue)).isZero();
            for (String target : List.of("a", "b", "c", "d")) {
                assertThat(strength(cue, target)).as("%s to %s", cue, target).isZero();
            }
        }
    }

    @Test
    void theWindowExpiresInTheReplayWhereItDidWhenItWasLearned() {
        open("half-lives", "none", "max-gap", "1h", "max-late", "1h");
        apply("p", in("k", 100 * HOUR, "a"), Episode.of(103 * HOUR, "x"), in("k", 100 * HOUR + 1, "b"));
        assertThat(strength("a", "b")).as("it had expired by another's time").isZero();
        long before = engine().digest().learned();
        apply("p", in("k2", 100 * HOUR, "a"), in("k2", 100 * HOUR + 1, "b"));
        Learned a = new Learned(in("k", 100 * HOUR, "a"), 100 * HOUR);
        Learned b = new Learned(in("k", 100 * HOUR + 1, "b"), 103 * HOUR);
        apply("p", new Retraction("k", List.of(), List.of(a, b), null));
        assertThat(strength("a", "b")).isEqualTo(1);
        apply("p", in("k", 100 * HOUR, "a"), Episode.of(106 * HOUR, "x"), in("k", 100 * HOUR + 1, "b"));
        apply("p", new Retraction(null, List.of(Episode.of(106 * HOUR, "x"))));
        apply("p", new Retraction("k2", List.of(in("k2", 100 * HOUR, "a"), in("k2", 100 * HOUR + 1, "b"))));
        assertThat(engine().digest().learned()).isEqualTo(before);
    }

    @Test
    void withoutClocksTheTimesTellWhereTheWindowExpired() {
        open("half-lives", "none", "max-gap", "1h", "max-late", "1h");
        long before = engine().digest().learned();
        Episode a = in("k", 100 * HOUR, "a");
        Episode b = in("k", 103 * HOUR, "b");
        Episode late = in("k", 100 * HOUR + 1, "c");
        apply("p", a, b, late);
        assertThat(strength("a", "c")).isZero();
        apply("p", new Retraction("k", List.of(a, b, late)));
        assertThat(engine().digest().learned()).isEqualTo(before);
        assertThat(strength("a", "c")).isZero();
    }

    private void open(String... learning) {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < learning.length; i += 2) {
            given.put(learning[i], learning[i + 1]);
        }
        engine = Engine.open(directory, given, new EngineOptions(16 << 20), meters);
    }

    private void reopen() {
        engine().close();
        open();
    }

    private Engine engine() {
        return Objects.requireNonNull(engine);
    }

    private void apply(String partition, Entry... entries) {
        engine().apply(new Batch(partition, List.of(entries), List.of(), 0));
    }

    private long episodes() {
        return engine().view().counts().episodes();
    }

    private double activation(String concept) {
        int c = engine().view().conceptOf(concept);
        return c < 0
                ? 0
                : engine().view().activity(engine().view().watermarkMs()).of(c, 0);
    }

    private double strength(String cue, String target) {
        int c = engine().view().conceptOf(cue);
        if (c < 0) {
            return 0;
        }
        Associations row = engine().view().associations(c, engine().view().watermarkMs());
        int index = row.indexOf(engine().view().conceptOf(target));
        return index < 0 ? 0 : row.strength(index, 0);
    }

    private static Episode event(long atMs, String eventId) {
        return new Episode(atMs, null, List.of(Activation.of("a"), Activation.of("b")), 1, eventId);
    }

    private static Episode in(String context, long atMs, String... concepts) {
        return new Episode(
                atMs, context, Stream.of(concepts).map(Activation::of).toList(), 1, null);
    }
}
