package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a memory forgets by itself, and what it is told to forget. */
final class ForgettingTest {

    private static final long HOUR = 3_600_000;
    private static final long DAY = 24 * HOUR;

    @TempDir
    Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private Engine open(Map<String, String> learning) {
        return Engine.open(directory, learning, new EngineOptions(16 << 20), meters);
    }

    @Test
    void whatIsUsedALittleButAgainAndAgainIsNotPrunedAwayAtEveryFold() {
        // Each impulse, and a few of them, are below the threshold; all together are thirteen. A fold after each must
        // not lose them.
        try (Engine engine = open(Map.of("half-lives", "10h", "forget.below", "5"))) {
            double expected = 0;
            for (int hour = 1; hour <= 200; hour++) {
                Episode weak =
                        new Episode(hour * HOUR, null, List.of(Activation.of("a"), new Activation("b", 0.9)), 1, null);
                engine.apply(Batch.of(weak));
                engine.checkpoint();
                expected = expected * Math.pow(2, -0.1) + 0.9;
            }
            assertThat(expected).isGreaterThan(13);
            assertThat(strength(engine.view(), "a", "b")).isBetween(expected - 2 * 5, expected + 1e-3);
        }
    }

    @Test
    void whatHasFallenBelowTheThresholdIsHiddenAndOnceItsRowIsWrittenAgainGone() {
        try (Engine engine = open(Map.of("half-lives", "1d", "forget.below", "0.3"))) {
            engine.apply(Batch.of(Episode.of(DAY, "a", "seldom"), Episode.of(DAY, "a", "often")));
            engine.checkpoint();
            assertThat(engine.digest().associations()).isEqualTo(4);
            engine.apply(Batch.of(Episode.of(3 * DAY, "a", "often")));
            // A quarter is left of it: hidden, and taken out of the row that is written now.
            assertThat(strength(engine.view(), "a", "seldom")).isZero();
            engine.checkpoint();
            assertThat(engine.digest().associations()).isEqualTo(3);
            assertThat(strength(engine.view(), "a", "often")).isCloseTo(1.25, within(1e-6));
            assertThat(meters.get("synfire.association.prunes")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
            assertThat(engine.view().counts().associations()).isEqualTo(3);
        }
    }

    @Test
    void withoutDecayNothingIsPruned() {
        try (Engine engine = open(Map.of("half-lives", "1h,none", "forget.below", "2"))) {
            engine.apply(Batch.of(Episode.of(0, "a", "b")));
            engine.checkpoint();
            engine.apply(Batch.of(Episode.of(10_000 * DAY, "a", "c")));
            engine.checkpoint();
            engine.apply(Batch.of(Episode.of(10_000 * DAY, "a", "b")));
            assertThat(strength(engine.view(), "a", "b")).isEqualTo(2);
        }
    }

    @Test
    void whatACutDropsIsBoundedByWhatTheRowSays() {
        try (Engine engine = open(Map.of("half-lives", "none", "max-associations", "10"))) {
            for (int round = 0; round < 40; round++) {
                List<Entry> episodes = new ArrayList<>();
                for (int target = 0; target < 30; target++) {
                    for (int times = 0; times < 1 + target / 10; times++) {
                        episodes.add(Episode.of(round, "cue", "t" + target));
                    }
                }
                engine.apply(new Batch("", episodes, List.of(), 0));
                engine.checkpoint();
            }
            Associations row = row(engine.view(), "cue");
            assertThat(row.cuts()).isPositive();
            assertThat(row.size()).isLessThan(20);
            assertThat(meters.get("synfire.association.cuts").functionCounter().count())
                    .isGreaterThanOrEqualTo(row.cuts());
            for (int target = 0; target < 30; target++) {
                double learned = 40.0 * (1 + target / 10);
                assertThat(strength(engine.view(), "cue", "t" + target)).isBetween(learned - row.cutBound(), learned);
            }
        }
    }

    @Test
    void aRowNeverShowsTwiceAsManyAsItKeepsNorMoreThanItsBoundIsLost() {
        int max = 32;
        Map<String, String> learning = Map.of("half-lives", "none", "max-associations", "" + max);
        SplittableRandom random = new SplittableRandom(7);
        Map<String, Double> counts = new HashMap<>();
        for (int round = 0; round < 8; round++) {
            // Opened anew: what is learned of the cue lies on top of what is stored.
            try (Engine engine = open(learning)) {
                for (int batch = 0; batch < 10; batch++) {
                    List<Entry> episodes = new ArrayList<>();
                    for (int i = 0; i < 200; i++) {
                        String target = "t" + (int) (400 * Math.pow(random.nextDouble(), 3));
                        counts.merge(target, 1.0, Double::sum);
                        episodes.add(Episode.of(round, "cue", target));
                    }
                    engine.apply(new Batch("", episodes, List.of(), 0));
                    Associations row = row(engine.view(), "cue");
                    assertThat(row.size()).isBetween(max, 2 * max - 1);
                    counts.forEach((target, count) -> assertThat(strength(engine.view(), "cue", target))
                            .as(target)
                            .isBetween(count - row.cutBound(), count));
                }
                assertThat(engine.view()
                                .associations(engine.view().conceptOf("cue"), 7)
                                .cutBound())
                        .isLessThan(counts.getOrDefault("t0", 0.0) / 2);
            }
        }
    }

    @Test
    void aRetractedEpisodeLeavesNothingAndItsNeighbourStays() {
        Episode wrong = new Episode(2 * DAY, null, List.of(Activation.of("tea"), new Activation("salt", 3)), 2, "e");
        try (Engine engine = open(Map.of("half-lives", "1h,30d"))) {
            engine.apply(Batch.of(Episode.of(DAY, "tea", "milk")));
            long before = engine.digest().learned();
            engine.apply(Batch.of(wrong));
            engine.checkpoint();
            engine.apply(Batch.of(new Retraction(null, List.of(wrong))));
            assertThat(engine.digest().learned()).isEqualTo(before);
            assertThat(row(engine.view(), "tea").size()).isEqualTo(1);
            assertThat(engine.view().conceptOf("salt")).isNegative();
            assertThat(engine.view().watermarkMs()).isEqualTo(2 * DAY);
            assertThat(engine.view().counts().episodes()).isEqualTo(1);
            assertThat(engine.view().counts().pairs()).isEqualTo(2);
            // Retractions are not de-duplicated, not even by the event id of what they take back.
            engine.apply(Batch.of(new Retraction(null, List.of(wrong))));
            assertThat(strength(engine.view(), "tea", "salt")).isCloseTo(-6, within(1e-5));
        }
    }

    @Test
    void aRetractionThatIsReadFirstWaitsForItsEpisodeAlsoAcrossARestart() {
        Episode future = Episode.of(5 * DAY, "a", "b");
        try (Engine engine = open(Map.of("half-lives", "1h"))) {
            engine.apply(Batch.of(Episode.of(DAY, "a", "b"), new Retraction(null, List.of(future))));
            assertThat(strength(engine.view(), "a", "b")).isEqualTo(1);
            assertThat(engine.view().watermarkMs()).isEqualTo(DAY);
            assertThat(meters.get("synfire.retractions.waiting").gauge().value())
                    .isEqualTo(1);
        }
        try (Engine engine = open(Map.of())) {
            engine.apply(Batch.of(future));
            assertThat(strength(engine.view(), "a", "b")).isCloseTo(Math.pow(2, -96), within(1e-30));
            assertThat(engine.view().counts().episodes()).isEqualTo(1);
            assertThat(meters.get("synfire.retractions.waiting").gauge().value())
                    .isZero();
        }
        try (Engine engine = open(Map.of())) {
            assertThat(engine.view().counts().episodes()).isEqualTo(1);
        }
    }

    @Test
    void aRetractedContextRemembersNothing() {
        Episode first = at(DAY, "k", "a");
        Episode second = at(DAY + 1000, "k", "b");
        try (Engine engine = open(Map.of("half-lives", "none"))) {
            long empty = engine.digest().learned();
            engine.apply(Batch.of(first, second));
            engine.checkpoint();
            engine.apply(Batch.of(new Retraction("k", List.of(first, second))));
            assertThat(engine.digest().learned()).isEqualTo(empty);
            engine.apply(Batch.of(at(DAY + 2000, "k", "c")));
            assertThat(engine.view().conceptOf("b")).isNegative();
            assertThat(row(engine.view(), "c").size()).isZero();
        }
        try (Engine engine = open(Map.of())) {
            engine.apply(Batch.of(at(DAY + 3000, "k", "d")));
            assertThat(strength(engine.view(), "c", "d")).isEqualTo(1);
            assertThat(engine.view().conceptOf("b")).isNegative();
        }
    }

    @Test
    void takingBackWhatWasForgottenSinceTakesNothingFromWhatCameAfter() {
        Episode old = Episode.of(DAY, "a", "b");
        try (Engine engine = open(Map.of("half-lives", "none"))) {
            engine.apply(Batch.of(old, new Forget("b"), Episode.of(2 * DAY, "a", "b")));
            engine.checkpoint();
            engine.apply(Batch.of(new Retraction(null, List.of(old))));
            assertThat(strength(engine.view(), "a", "b")).isEqualTo(1);
            assertThat(strength(engine.view(), "b", "a")).isEqualTo(1);
            assertThat(engine.view().activity(2 * DAY).of(engine.view().conceptOf("a"), 0))
                    .isEqualTo(1);
            assertThat(engine.view().activity(2 * DAY).of(engine.view().conceptOf("b"), 0))
                    .isEqualTo(1);
        }
    }

    @Test
    void aForgottenConceptIsGoneFromRowsInMemoryAndOnDiskAndItsNumberIsNeverReused() {
        try (Engine engine = open(Map.of("half-lives", "none"))) {
            engine.apply(Batch.of(Episode.of(0, "a", "b", "gone"), Episode.of(0, "c", "gone")));
            engine.checkpoint();
        }
        try (Engine engine = open(Map.of())) {
            int number = engine.view().conceptOf("gone");
            engine.apply(Batch.of(new Forget("gone")));
            assertThat(engine.view().conceptOf("gone")).isNegative();
            assertThat(engine.view().isKnown(number)).isFalse();
            assertThat(row(engine.view(), "c").size()).isZero();
            assertThat(row(engine.view(), "a").size()).isEqualTo(1);
            assertThat(engine.digest().associations()).isEqualTo(2);
            engine.apply(Batch.of(Episode.of(1, "gone", "a")));
            assertThat(engine.view().conceptOf("gone")).isNotEqualTo(number);
            assertThat(strength(engine.view(), "gone", "a")).isEqualTo(1);
        }
        try (Engine engine = open(Map.of())) {
            assertThat(row(engine.view(), "a").size()).isEqualTo(2);
            assertThat(row(engine.view(), "c").size()).isZero();
            assertThat(row(engine.view(), "gone").size()).isEqualTo(1);
            assertThat(engine.view().counts().concepts()).isEqualTo(4);
            assertThat(engine.view().idOf(engine.view().conceptOf("gone"))).isEqualTo("gone");
        }
    }

    @Test
    void anEventIsLearnedOnceWithinItsWindowAndAgainAfterIt() {
        try (Engine engine = open(Map.of("half-lives", "none", "event-id-window", "1h"))) {
            engine.apply(Batch.of(event(DAY, "e"), event(DAY, "e")));
            assertThat(engine.view().counts().episodes()).isEqualTo(1);
        }
        try (Engine engine = open(Map.of())) {
            engine.apply(Batch.of(event(DAY + HOUR, "other"), event(DAY, "e")));
            assertThat(engine.view().counts().episodes()).isEqualTo(2);
            assertThat(engine.view().counts().duplicates()).isEqualTo(2);
            engine.checkpoint();
            engine.apply(Batch.of(event(DAY + 2 * HOUR, "later"), event(DAY + 2 * HOUR, "e")));
            assertThat(engine.view().counts().episodes()).isEqualTo(4);
            // Of another partition it is another event.
            engine.apply(new Batch("p1", List.of(event(DAY, "e")), List.of(), 0));
            assertThat(engine.view().counts().episodes()).isEqualTo(5);
            assertThat(meters.get("synfire.duplicates").gauge().value()).isEqualTo(2);
        }
    }

    @Test
    void aContextExpiresByItsPartitionsClockAndNotByAnothersOrByTheWatermark() {
        try (Engine engine = open(Map.of("half-lives", "none", "max-gap", "30d", "max-late", "1h"))) {
            engine.apply(new Batch("p0", List.of(at(DAY, "k", "a"), at(DAY, "expired", "x")), List.of(), 0));
            engine.checkpoint();
            // Another partition is far ahead.
            engine.apply(new Batch("p1", List.of(Episode.of(1000 * DAY, "y")), List.of(), 0));
            engine.checkpoint();
            engine.apply(new Batch("p0", List.of(at(DAY + HOUR, "k", "b")), List.of(), 0));
            assertThat(strength(engine.view(), "a", "b")).isEqualTo(1);
            engine.apply(new Batch("p0", List.of(Episode.of(100 * DAY, "y")), List.of(), 0));
            engine.checkpoint();
            // It is late by more than the window waits: it finds nothing, whether the store still holds it or not.
            engine.apply(new Batch("p0", List.of(at(DAY, "expired", "z")), List.of(), 0));
            assertThat(strength(engine.view(), "x", "z")).isZero();
        }
    }

    private static Episode event(long atMs, String eventId) {
        return new Episode(atMs, null, List.of(Activation.of("a"), Activation.of("b")), 1, eventId);
    }

    private static Episode at(long atMs, String context, String concept) {
        return new Episode(atMs, context, List.of(Activation.of(concept)), 1, null);
    }

    private static Associations row(MemoryView view, String cue) {
        return view.associations(view.conceptOf(cue), view.watermarkMs());
    }

    private static double strength(MemoryView view, String cue, String target) {
        Associations row = row(view, cue);
        int index = row.indexOf(view.conceptOf(target));
        return index < 0 ? 0 : row.strength(index, view.settings().slowest());
    }
}
