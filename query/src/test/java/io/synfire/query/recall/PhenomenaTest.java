package io.synfire.query.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.query.recall.Answers.Recalled;
import io.synfire.query.recall.AssociationsQuery.Scoring;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an associative memory is known for, one small worked example each. Run them with
 *
 * <pre>./mvnw test -pl query -am -Dtest=PhenomenaTest -Dsurefire.failIfNoSpecifiedTests=false</pre>
 */
final class PhenomenaTest {

    private static final long MINUTE = 60_000;
    private static final long DAY = 86_400_000;

    @TempDir
    Path directory;

    private Engine memory(Map<String, String> settings) {
        return Engine.open(directory, settings, new EngineOptions(16 << 20), new SimpleMeterRegistry());
    }

    /** Hebb (1949): what fires together wires together, the more the oftener. */
    @Test
    void whatFiresTogetherIsAssociatedMoreStronglyEachTime() {
        try (Engine memory = memory(Map.of("half-lives", "none"))) {
            memory.apply(Batch.of(Episode.of(0, "bell", "food")));
            assertThat(strength(memory, "bell", "food", 0)).isEqualTo(1);
            memory.apply(Batch.of(Episode.of(1, "bell", "food"), Episode.of(2, "bell", "food")));
            assertThat(strength(memory, "bell", "food", 2)).isEqualTo(3);
            assertThat(strength(memory, "food", "bell", 2)).isEqualTo(3);
            // What never fired with it is not associated.
            memory.apply(Batch.of(Episode.of(3, "light")));
            assertThat(strength(memory, "bell", "light", 3)).isZero();
        }
    }

    /** Bi and Poo (1998): what fires before leads to what fires after; the way back is depressed. */
    @Test
    void whatFiresBeforeLeadsToWhatFiresAfterAndNotTheOtherWayRound() {
        try (Engine memory = memory(Map.of("half-lives", "none", "rule", "stdp"))) {
            memory.apply(Batch.of(in("trial", 0, "lightning"), in("trial", 2 * MINUTE, "thunder")));
            // e^(−2/10) forward; half of that, negative, backward.
            assertThat(strength(memory, "lightning", "thunder", 2 * MINUTE)).isCloseTo(Math.exp(-0.2), within(1e-6));
            assertThat(strength(memory, "thunder", "lightning", 2 * MINUTE))
                    .isCloseTo(-0.5 * Math.exp(-0.2), within(1e-6));
            Queries queries = new Queries(memory.view());
            assertThat(recalled(queries, "lightning")).containsExactly("thunder");
            assertThat(recalled(queries, "thunder")).isEmpty();
        }
    }

    /** The spike-timing window: the further apart, before or after, the weaker; out of the window, nothing. */
    @Test
    void whatFiresLongBeforeOrLongAfterIsAssociatedMoreWeakly() {
        try (Engine memory = memory(Map.of("half-lives", "none", "rule", "stdp", "max-gap", "30m"))) {
            memory.apply(Batch.of(
                    in("k", 0, "long-before"),
                    in("k", 25 * MINUTE, "before"),
                    in("k", 29 * MINUTE, "just-before"),
                    in("k", 30 * MINUTE, "now"),
                    in("k", 31 * MINUTE, "just-after"),
                    in("k", 35 * MINUTE, "after"),
                    in("k", 61 * MINUTE, "too-late")));
            double[] falling = {
                strength(memory, "just-before", "now", 61 * MINUTE),
                strength(memory, "before", "now", 61 * MINUTE),
                strength(memory, "long-before", "now", 61 * MINUTE)
            };
            assertThat(falling[0]).isGreaterThan(falling[1]);
            assertThat(falling[1]).isGreaterThan(falling[2]);
            assertThat(falling[2]).isPositive();
            double justAfter = strength(memory, "just-after", "now", 61 * MINUTE);
            double after = strength(memory, "after", "now", 61 * MINUTE);
            assertThat(justAfter).isNegative().isLessThan(after);
            assertThat(after).isNegative();
            assertThat(strength(memory, "now", "too-late", 61 * MINUTE)).isZero();
        }
    }

    /** Use it or lose it: what is not used fades by half each half-life, and is forgotten; what is used stays. */
    @Test
    void whatIsNotUsedIsLost() {
        try (Engine memory = memory(Map.of("half-lives", "30d", "forget.below", "0.1"))) {
            memory.apply(Batch.of(Episode.of(0, "word", "used"), Episode.of(0, "word", "unused")));
            for (int month = 1; month <= 6; month++) {
                memory.apply(Batch.of(Episode.of(month * (30 * DAY), "word", "used")));
            }
            long atMs = 180 * DAY;
            assertThat(strength(memory, "word", "used", atMs)).isCloseTo(2 - Math.pow(2, -6), within(1e-6));
            assertThat(strength(memory, "word", "unused", atMs)).isZero();
            assertThat(new Queries(memory.view())
                            .associations(AssociationsQuery.of("word"))
                            .associations())
                    .extracting(Answers.Association::concept)
                    .containsExactly("used");
        }
    }

    /** Early and late long-term potentiation: a burst fills the fast horizon, practice that is spaced fills the slow one. */
    @Test
    void repeatedPracticeOutlastsABurst() {
        try (Engine memory = memory(Map.of("half-lives", "1d,60d"))) {
            List<Episode> log = new ArrayList<>();
            for (int day = 0; day < 30; day++) {
                log.add(Episode.of(day * DAY, "piano", "practised"));
            }
            for (int i = 0; i < 20; i++) {
                log.add(Episode.of(30 * DAY + i * MINUTE, "piano", "crammed"));
            }
            memory.apply(Batch.of(log.toArray(new Episode[0])));
            Queries queries = new Queries(memory.view());
            long now = 30 * DAY + 20 * MINUTE;
            // Right after the burst the fast horizon knows nothing else …
            assertThat(best(queries, "piano", Blend.of("1d"), now)).isEqualTo("crammed");
            assertThat(best(queries, "piano", Blend.of("60d"), now)).isEqualTo("practised");
            // … and half of both, which was the burst, soon is the practice.
            Blend blend = Blend.chosen(null, "1d:1,60d:0.5");
            assertThat(best(queries, "piano", blend, now)).isEqualTo("crammed");
            assertThat(best(queries, "piano", blend, now + 30 * DAY)).isEqualTo("practised");
        }
    }

    /** A lesser stimulus recalls a strongly wired response: a part of the cues, or a weak one, is enough. */
    @Test
    void aLesserStimulusRecallsAStronglyWiredResponse() {
        try (Engine memory = memory(Map.of("half-lives", "none"))) {
            for (int i = 0; i < 50; i++) {
                memory.apply(Batch.of(Episode.of(i, "smell", "sight", "taste", "madeleine")));
            }
            memory.apply(Batch.of(Episode.of(50, "smell", "coffee")));
            Queries queries = new Queries(memory.view());
            List<Recalled> whole =
                    queries.recall(query(1, "smell", "sight", "taste")).results();
            List<Recalled> part = queries.recall(query(0.1, "smell")).results();
            assertThat(whole.get(0).concept()).isEqualTo("madeleine");
            assertThat(part).extracting(Recalled::concept).startsWith("madeleine");
            assertThat(part.get(0).score()).isPositive().isLessThan(whole.get(0).score());
        }
    }

    /** Generalisation: what never fired together is recalled through a neighbour that both share. */
    @Test
    void whatNeverFiredTogetherIsRecalledThroughASharedNeighbour() {
        try (Engine memory = memory(Map.of("half-lives", "none"))) {
            for (int i = 0; i < 10; i++) {
                memory.apply(Batch.of(
                        Episode.of(i, "sparrow", "bird"),
                        Episode.of(i, "bird", "egg"),
                        Episode.of(i, "stone", "wall")));
            }
            assertThat(strength(memory, "sparrow", "egg", 9)).isZero();
            Recalled egg = new Queries(memory.view())
                    .recall(RecallQuery.of(List.of("sparrow"))).results().stream()
                            .filter(result -> result.concept().equals("egg"))
                            .findFirst()
                            .orElseThrow();
            assertThat(egg.because()).extracting(Answers.Contribution::via).containsExactly("bird");
            assertThat(recalled(new Queries(memory.view()), "sparrow")).doesNotContain("wall", "stone");
        }
    }

    /** Depression: what was punished together keeps away from each other, and says so. */
    @Test
    void whatWasPunishedKeepsAway() {
        try (Engine memory = memory(Map.of("half-lives", "none"))) {
            Episode burnt = new Episode(0, null, List.of(Activation.of("hand"), Activation.of("stove")), -10, null);
            memory.apply(Batch.of(Episode.of(0, "hand", "stove"), burnt, Episode.of(0, "hand", "glove")));
            assertThat(strength(memory, "hand", "stove", 0)).isEqualTo(-9);
            // Marginals count exposure, not reward.
            assertThat(memory.view().activity(0).of(memory.view().conceptOf("hand"), 0))
                    .isEqualTo(3);
            assertThat(recalled(new Queries(memory.view()), "hand")).containsExactly("glove");
            Answers.Direction away = new Queries(memory.view())
                    .explain(ExplainQuery.of("hand", "stove"))
                    .horizons()
                    .get(0)
                    .forward();
            assertThat(away.strength()).isEqualTo(-9);
            assertThat(away.saturated()).isCloseTo(Math.exp(-9) - 1, within(1e-9));
        }
    }

    private static Episode in(String context, long atMs, String concept) {
        return new Episode(atMs, context, List.of(Activation.of(concept)), 1, null);
    }

    private static double strength(Engine memory, String cue, String target, long atMs) {
        var row = memory.view().associations(memory.view().conceptOf(cue), atMs);
        int index = row.indexOf(memory.view().conceptOf(target));
        return index < 0 ? 0 : row.strength(index, 0);
    }

    private static List<String> recalled(Queries queries, String cue) {
        return queries.recall(RecallQuery.of(List.of(cue))).results().stream()
                .map(Recalled::concept)
                .toList();
    }

    private static String best(Queries queries, String cue, @Nullable Blend blend, long atMs) {
        return queries.associations(
                        new AssociationsQuery(cue, 1, Scoring.of(Measure.STRENGTH), "", blend, 0, false, atMs))
                .associations()
                .get(0)
                .concept();
    }

    private static RecallQuery query(double weight, String... cues) {
        return RecallQuery.builder()
                .weightedCues(List.of(cues).stream()
                        .map(cue -> new RecallQuery.Cue(cue, weight))
                        .toList())
                .build();
    }
}
