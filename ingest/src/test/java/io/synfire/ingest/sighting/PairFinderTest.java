package io.synfire.ingest.sighting;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.LearningSettings;
import java.util.ArrayList;
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
        PairFinder finder = new PairFinder(from, to, settings);
        for (int offset = log.length - 1; offset >= 0; offset--) {
            if (finder.matters(log[offset])) {
                finder.take("kafka:t", 0, offset, offset, log[offset]);
            }
        }
        return finder.found().stream().map(PairFinderTest::offsets).toList();
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
                .containsExactly("3 after 2", "2 after 1");
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
    void whatIsFoundBackwardsIsWhatAForwardWalkOverEachContextFinds() {
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

    /** The naive way: of each episode, both at once, or the next episode of its context that has the other. */
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
                for (int j = i + 1; j < log.size() && steps < settings.maxSteps(); j++) {
                    Episode next = (Episode) log.get(j);
                    if (episode.context().equals(next.context())) {
                        steps++;
                        if (next.atMs() - episode.atMs() <= settings.maxGapMs() && has(next, hasA ? "c1" : "c0")) {
                            found.add(j + " after " + i);
                            break;
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
