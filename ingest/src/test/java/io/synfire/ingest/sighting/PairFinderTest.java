package io.synfire.ingest.sighting;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.HostileIds;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.LearningSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Where two concepts fired together: what counts as that, and what does not any more. */
final class PairFinderTest {

    private static final long MINUTE = 60_000;

    private final LearningSettings settings =
            LearningSettings.parse(Map.of("max-gap", "30m", "max-steps", "3", "event-id-window", "1d"));

    /** Offsets of what is found in a log: of the latest episode, or of it and the one before. */
    private List<String> find(String from, String to, Entry... log) {
        return find(Map.of(), from, to, log);
    }

    private List<String> find(Map<String, String> more, String from, String to, Entry... log) {
        PairFinder finder = new PairFinder(from, to, settings.changedBy(more), true);
        for (int offset = 0; offset < log.length; offset++) {
            finder.take("kafka:t", 0, offset, offset, log[offset]);
        }
        List<String> found = new ArrayList<>(
                finder.found().stream().map(PairFinderTest::offsets).toList());
        Collections.reverse(found);
        return found;
    }

    private static String offsets(Sighting sighting) {
        Place earlier = sighting.earlier();
        return sighting.latest().offset() + (earlier == null ? "" : " after " + earlier.offset());
    }

    private static Episode in(@Nullable String context, long atMs, String... concepts) {
        return new Episode(
                atMs, context, Stream.of(concepts).map(Activation::of).toList(), 1, null);
    }

    private static Episode event(String id, long atMs, String... concepts) {
        return new Episode(atMs, null, Stream.of(concepts).map(Activation::of).toList(), 1, id);
    }

    /** A search through all of them for each of them would take minutes. */
    @Test
    void episodesAndEventsWhoseHashCodesAreOneAreToldApart() {
        int count = 15_000;
        PairFinder finder = new PairFinder("a", "b", settings, true);
        for (int i = 0; i < count; i++) {
            Episode alike = event(HostileIds.alike(i), 0, "a", "b", HostileIds.alike(i));
            finder.take("kafka:t", 0, 2L * i, 0, alike);
            // Sent again.
            finder.take("kafka:t", 0, 2L * i + 1, 0, alike);
        }
        assertThat(finder.found()).hasSize(count);
        for (int i = 0; i < count; i += 2) {
            Episode alike = event("e", 0, "a", "b", HostileIds.alike(i));
            finder.take("kafka:t", 0, 2L * count + i, 0, new Retraction(null, List.of(alike)));
        }
        assertThat(finder.found()).hasSize(count / 2);
        assertThat(finder.found()).allMatch(each -> each.latest().offset() % 4 == 2);
        // Those of another partition are taken back together.
        PairFinder other = new PairFinder("a", "b", settings, true);
        for (int i = 1; i < count; i += 2) {
            Episode alike = event("e", 0, "a", "b", HostileIds.alike(i));
            other.take("kafka:t", 1, i, 1, new Retraction(null, List.of(alike)));
        }
        assertThat(PairFinder.found(List.of(finder, other))).isEmpty();
    }

    @Test
    void anEpisodeInWhichBothFiredIsEvidenceAndTheLatestComesFirst() {
        assertThat(find(
                        "a",
                        "b",
                        in(null, 0, "a", "x", "b"),
                        in(null, 1, "a"),
                        in(null, 2, "b", "a"),
                        in(null, 3, "b")))
                .containsExactly("2", "0");
    }

    @Test
    void twoEpisodesOfOneContextAreEvidenceIfTheyAreNearEnoughToPair() {
        assertThat(find("a", "b", in("k", 0, "a"), in("other", 1, "b"), in("k", 2, "x"), in("k", 3, "b")))
                .containsExactly("3 after 0");
        assertThat(find("b", "a", in("k", 0, "a"), in("k", 3, "b")))
                .as("in either order")
                .containsExactly("1 after 0");
        assertThat(find("a", "b", in("k", 0, "a"), in("k", 31 * MINUTE, "b")))
                .as("more than max-gap apart")
                .isEmpty();
        assertThat(find("a", "b", in("k", 0, "a"), in("k", 1, "x"), in("k", 2, "x"), in("k", 3, "b")))
                .as("three steps")
                .containsExactly("3 after 0");
        assertThat(find("a", "b", in("k", 0, "a"), in("k", 1, "x"), in("k", 2, "x"), in("k", 3, "x"), in("k", 4, "b")))
                .as("four steps, more than max-steps")
                .isEmpty();
    }

    @Test
    void aConceptGoesWithItselfWhereItCameAgain() {
        assertThat(find("a", "a", in(null, 0, "a", "b"), in("k", 0, "a"), in("k", 1, "a"), in("k", 2, "a")))
                .containsExactly("3 after 2", "3 after 1", "2 after 1");
    }

    @Test
    void whatWasTakenBackSinceIsNoEvidence() {
        Episode first = in(null, 5, "a", "b");
        assertThat(find("a", "b", first, first, new Retraction(null, List.of(first))))
                .as("one of two alike")
                .containsExactly("0");
        Episode a = in("k", 1, "a");
        Episode b = in("k", 2, "b");
        assertThat(find("a", "b", a, b, new Retraction("k", List.of(a, b)), in("k", 3, "b"), in("k", 4, "a")))
                .containsExactly("4 after 3");
    }

    @Test
    void whatWasLearnedBeforeOneOfThemWasForgottenIsNoEvidence() {
        assertThat(find("a", "b", in(null, 0, "a", "b"), new Forget("b"), in(null, 1, "a", "b")))
                .containsExactly("2");
        assertThat(find("a", "b", in(null, 0, "a", "b"), new Forget("x"))).containsExactly("0");
    }

    @Test
    void ofCopiesOfOneEventTheFirstIsTheEvidence() {
        assertThat(find("a", "b", event("e", 0, "a", "b"), event("f", 1, "a", "b"), event("e", 2, "a", "b")))
                .containsExactlyInAnyOrder("0", "1");
    }

    @Test
    void ofTwoEpisodesEachThatPairedIsEvidence() {
        assertThat(find("a", "b", in("u", 0, "a"), in("u", 1, "b"), in("u", 2, "b")))
                .containsExactly("2 after 0", "1 after 0");
        assertThat(find("a", "b", in("u", 2, "b"), in("u", 1, "a")))
                .as("late, as log order has it")
                .containsExactly("1 after 0");
    }

    @Test
    void aCopyOfAnEventDoesNotTakeTheRetractionForItself() {
        Entry retraction = new Retraction(null, List.of(event("e", 0, "b", "a")));
        assertThat(find("a", "b", event("e", 0, "a", "b"), event("e", 0, "a", "b"), retraction))
                .isEmpty();
        assertThat(find("a", "b", event("e", 0, "a", "b"), retraction, event("e", 0, "a", "b")))
                .as("it came again under its id")
                .containsExactly("2");
        assertThat(find("a", "b", event("e", 0, "a", "b"), event("f", 0, "a", "b"), retraction))
                .as("the event that is named")
                .containsExactly("1");
    }

    @Test
    void anIdThatIsUsedAgainAfterItsWindowIsAnotherEvent() {
        long day = 24 * 60 * MINUTE;
        assertThat(find("a", "b", event("e", 0, "a", "b"), event("e", day, "a", "b"), event("e", 2 * day, "a", "b")))
                .containsExactly("2", "0");
    }

    @Test
    void aCommandThatIsSentTwiceCountsOnce() {
        Episode episode = in(null, 5, "a", "b");
        Entry retraction = new Retraction(null, List.of(), List.of(Learned.of(episode)), "r");
        assertThat(find("a", "b", episode, episode, retraction, retraction)).containsExactly("0");
        Entry forget = new Forget("b", Map.of(), "f");
        assertThat(find("a", "b", forget, in(null, 5, "a", "b"), forget)).containsExactly("1");
    }

    @Test
    void whatStaysInItsContextMeetsTheOtherAfterAForget() {
        assertThat(find("a", "b", in("k", 0, "a", "b"), new Forget("b"), in("k", 1, "b")))
                .as("a was not forgotten")
                .containsExactly("2 after 0");
        assertThat(find("a", "b", in("k", 0, "a", "b"), in("k", 1, "b"), new Forget("b"), in("k", 2, "a")))
                .as("b is another since")
                .isEmpty();
        assertThat(find("a", "b", in("k", 0, "a", "b"), new Forget("b"), new Forget("a"), in("k", 1, "b")))
                .isEmpty();
    }

    @Test
    void aContextThatWasTakenBackOrHasExpiredIsMetNoMore() {
        Episode a = in("k", 1, "a");
        assertThat(find("a", "b", a, new Retraction("k", List.of(a)), in("k", 2, "b")))
                .isEmpty();
        long late = 2 * 24 * 60 * MINUTE;
        assertThat(find("a", "b", in("k", 0, "a"), in(null, late, "x"), in("k", 1, "b")))
                .as("max-late after it")
                .isEmpty();
    }

    @Test
    void whatAnotherPartitionTakesBackIsNoEvidenceUnlessItCameLater() {
        PairFinder one = new PairFinder("a", "b", settings, true);
        PairFinder other = new PairFinder("a", "b", settings, true);
        one.take("kafka:t", 0, 0, 10, in(null, 5, "a", "b"));
        one.take("kafka:t", 0, 1, 30, in(null, 5, "a", "b"));
        one.take("kafka:t", 0, 2, 40, in(null, 6, "a", "b"));
        other.take("kafka:t", 1, 0, 20, new Retraction(null, List.of(in(null, 5, "b", "a"))));
        assertThat(PairFinder.found(List.of(one, other)).stream().map(PairFinderTest::offsets))
                .containsExactlyInAnyOrder("1", "2");
    }

    @Test
    void whatIsNamedOnceIsTakenBackOnceOfAllPartitions() {
        List<PairFinder> finders = Stream.generate(() -> new PairFinder("a", "b", settings, true))
                .limit(3)
                .toList();
        finders.get(1).take("kafka:t", 1, 0, 10, in(null, 5, "a", "b"));
        finders.get(2).take("kafka:t", 2, 0, 11, in(null, 5, "a", "b"));
        finders.get(0).take("kafka:t", 0, 0, 20, new Retraction(null, List.of(in(null, 5, "a", "b"))));
        assertThat(PairFinder.found(finders)).hasSize(1);
        finders.get(0).take("kafka:t", 0, 1, 21, new Retraction(null, List.of(in(null, 5, "a", "b"))));
        assertThat(PairFinder.found(finders)).isEmpty();
    }

    @Test
    void aRetractionOfWhatWasForgottenLeavesWhatComesAfterIt() {
        Episode both = in(null, 5, "a", "b");
        Entry named = new Retraction(null, List.of(both));
        assertThat(find("a", "b", both, new Forget("a"), named, both)).containsExactly("3");
        assertThat(find("a", "b", both, new Forget("a"), both, named)).isEmpty();
        assertThat(find("a", "b", both, new Forget("a"), named, in(null, 9, "x"), both, named))
                .isEmpty();
    }

    @Test
    void aRetractionThatWaitsForItsTimeWaitsThroughAForget() {
        Episode later = in(null, 9, "a", "b");
        Entry named = new Retraction(null, List.of(later));
        assertThat(find("a", "b", in(null, 5, "a", "b"), named, new Forget("a"), later))
                .isEmpty();
        assertThat(find("a", "b", in(null, 9, "a"), named, new Forget("a"), later))
                .as("its time had come: it went with the concept")
                .containsExactly("3");
    }

    @Test
    void whatMadeNoImpulseIsNoEvidence() {
        Entry[] log = {in("k", 0, "a"), in("k", 1, "b"), in("k", 29 * MINUTE, "b")};
        assertThat(find(Map.of("forward", "0", "backward", "0"), "a", "b", log)).isEmpty();
        assertThat(find(Map.of("forward", "0", "backward", "-1"), "a", "b", log))
                .as("less is evidence, too")
                .containsExactly("2 after 0", "1 after 0");
        assertThat(find(Map.of("kernel", "exponential", "tau", "1s", "tau-backward", "1s"), "a", "b", log))
                .as("e^-1740 is 0")
                .containsExactly("1 after 0");
        Episode unrewarded = new Episode(5, null, List.of(Activation.of("a"), Activation.of("b")), 0, null);
        Episode unrewardedIn = new Episode(6, "k", List.of(Activation.of("a"), Activation.of("b")), 0, null);
        assertThat(find("a", "b", unrewarded, unrewardedIn)).isEmpty();
    }

    @Test
    void ofWhatIsFoundTheLatestIsKept() {
        PairFinder finder = new PairFinder("a", "b", settings, true);
        int count = 3 * PairFinder.FOUND_MAX;
        for (int i = 0; i < count; i++) {
            finder.take("kafka:t", 0, i, i, in(null, i, "a", "b"));
        }
        finder.take("kafka:t", 0, count, count, new Retraction(null, List.of(in(null, count - 1, "a", "b"))));
        List<Sighting> found = finder.found();
        assertThat(found).hasSizeBetween(PairFinder.FOUND_MAX - 1, 2 * PairFinder.FOUND_MAX);
        assertThat(found.get(found.size() - 1).latest().offset()).isEqualTo(count - 2);
    }

    @Test
    void whatIsFoundIsWhatAForwardWalkOverEachContextFinds() {
        long seed = 20111209;
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 300; round++) {
            List<Entry> log = new ArrayList<>();
            long atMs = 0;
            for (int i = 0; i < 60; i++) {
                atMs += random.nextLong(20 * MINUTE);
                String context = random.nextInt(4) == 0 ? null : "k" + random.nextInt(3);
                log.add(in(context, atMs, "c" + random.nextInt(5), "c" + random.nextInt(5)));
            }
            assertThat(find("c0", "c1", log.toArray(new Entry[0])))
                    .as("round %d of seed %d", round, seed)
                    .isEqualTo(forwards(log));
        }
    }

    /** In a memory that learned its log anew a command that forgets a context takes back all of it that stands before, whatever it names. */
    @Test
    void ofAForgottenContextThatWasLearnedAnewNothingBeforeTheCommandIsEvidence() {
        Retraction part = new Retraction(
                "u",
                List.of(),
                List.of(new Learned(in("u", 0, "x", "y"), 0)),
                Retraction.PART_ID + "0123456789abcdef0123456789abcdef");
        List<Entry> log = List.of(
                in("u", 1, "a", "b"),
                in("v", 1, "a", "b"),
                in("u", 2, "a"),
                in("u", 3, "b"),
                part,
                in("u", 4, "b", "a"));
        for (boolean isAnew : new boolean[] {true, false}) {
            PairFinder finder = new PairFinder("a", "b", settings, true);
            for (int offset = 0; offset < log.size(); offset++) {
                finder.take("kafka:t", 0, offset, offset, log.get(offset), isAnew);
            }
            List<String> found =
                    finder.found().stream().map(PairFinderTest::offsets).toList();
            if (isAnew) {
                assertThat(found).containsExactly("1", "5");
            } else {
                assertThat(found).contains("0", "1", "3 after 2", "5");
            }
        }
    }

    /** The naive way: of each episode, both at once, or all that came before it in its context, near enough, and have the other. */
    private List<String> forwards(List<Entry> log) {
        List<String> found = new ArrayList<>();
        for (int i = log.size() - 1; i >= 0; i--) {
            Episode episode = (Episode) log.get(i);
            boolean hasA = has(episode, "c0");
            boolean hasB = has(episode, "c1");
            if (hasA && hasB) {
                found.add(Integer.toString(i));
            } else if ((hasA || hasB) && episode.context() != null) {
                int steps = 0;
                for (int j = i - 1; j >= 0 && steps < settings.maxSteps(); j--) {
                    Episode before = (Episode) log.get(j);
                    if (episode.context().equals(before.context())) {
                        steps++;
                        if (episode.atMs() - before.atMs() <= settings.maxGapMs() && has(before, hasA ? "c1" : "c0")) {
                            found.add(i + " after " + j);
                        }
                    }
                }
            }
        }
        return found;
    }

    private static boolean has(Episode episode, String concept) {
        return episode.activations().stream().anyMatch(one -> one.concept().equals(concept));
    }
}
