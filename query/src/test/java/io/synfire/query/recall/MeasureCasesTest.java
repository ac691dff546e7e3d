package io.synfire.query.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.view.Trials.Unit;
import io.synfire.query.recall.Answers.Direction;
import io.synfire.query.recall.AssociationsQuery.Scoring;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measures of what people's systems really send, made small: baskets, quantities, sessions, dislikes. Values are worked out by hand. */
final class MeasureCasesTest {

    private static final long AT_MS = 1_706_781_600_000L;

    @TempDir
    Path directory;

    @Test
    void aBestSellerThatIsMetLessOftenThanByChanceComesLastByLlr() {
        List<Episode> baskets = new ArrayList<>();
        baskets.addAll(Collections.nCopies(8, Episode.of(AT_MS, "milk", "bread")));
        baskets.addAll(Collections.nCopies(2, Episode.of(AT_MS, "milk", "beer")));
        baskets.addAll(Collections.nCopies(10, Episode.of(AT_MS, "beer", "crisps")));
        baskets.addAll(Collections.nCopies(3, Episode.of(AT_MS, "milk", "jam")));
        baskets.add(Episode.of(AT_MS, "jam", "tea"));
        try (Engine engine = learned(Map.of(), baskets)) {
            Answers.Associations answer = ranked(engine, "milk", Measure.LLR);
            assertThat(answer.trials()).isEqualTo(Unit.EPISODES);
            assertThat(answer.associations())
                    .extracting(Answers.Association::concept)
                    .containsExactly("bread", "jam", "beer");
            assertThat(answer.associations().get(0).score()).isCloseTo(13.23, within(0.005));
            assertThat(answer.associations().get(2).score()).isCloseTo(-15.41, within(0.005));
        }
    }

    @Test
    void oneBasketHasNoInformation() {
        try (Engine engine = learned(Map.of(), List.of(Episode.of(AT_MS, "a", "b")))) {
            Direction there = explained(engine, "a", "b");
            assertThat(there.measures().get(Measure.NPMI)).isNull();
            assertThat(there.measures().get(Measure.PMI)).isEqualTo(0.0);
            assertThat(there.measures().get(Measure.LIFT)).isEqualTo(1.0);
            assertThat(there.measures().get(Measure.LLR)).isEqualTo(0.0);
            assertThat(there.measures().get(Measure.CONFIDENCE)).isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void aSessionStaysWithinTheRanges() {
        List<Episode> session = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            session.add(
                    new Episode(AT_MS + i * 10_000L, "s1", List.of(Activation.of(i % 2 == 0 ? "a" : "b")), 1, null));
        }
        try (Engine engine = learned(Map.of("half-lives", "none"), session)) {
            assertThat(new Queries(engine.view())
                            .explain(ExplainQuery.of("a", "b"))
                            .trials())
                    .isEqualTo(Unit.PAIRS);
            Direction there = explained(engine, "a", "b");
            // Forward 1/steps: three at 1, two at 3, one at 5. Backward a half of that: two at 1, one at 3.
            double s = 3 + 2 / 3.0 + 1 / 5.0 + 0.5 * (2 + 1 / 3.0);
            double back = 2 + 1 / 3.0 + 0.5 * (3 + 2 / 3.0 + 1 / 5.0);
            double self = 1.5 * (2 / 2.0 + 1 / 4.0);
            assertThat(there.strength()).isCloseTo(s, within(1e-5));
            assertThat(there.row()).isCloseTo(s + self, within(1e-9));
            assertThat(there.column()).isCloseTo(s + self, within(1e-9));
            assertThat(there.total()).isCloseTo(s + back + 2 * self, within(1e-9));
            double confidence = s / (s + self);
            double lift = confidence * there.total() / there.column();
            assertThat(there.measures().get(Measure.CONFIDENCE))
                    .isCloseTo(confidence, within(1e-5))
                    .isBetween(0.0, 1.0);
            assertThat(there.measures().get(Measure.LIFT)).isCloseTo(lift, within(1e-5));
            assertThat(there.measures().get(Measure.PMI)).isCloseTo(Math.log(lift) / Math.log(2), within(1e-5));
            assertThat(explained(engine, "b", "a").row()).isCloseTo(back + self, within(1e-9));
        }
    }

    @Test
    void manySessionsOfTheSamePairStayWithinTheRanges() {
        List<Episode> log = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 10; j++) {
                for (String concept : List.of("x", "y")) {
                    log.add(new Episode(AT_MS + j, "k" + i, List.of(Activation.of(concept)), 1, null));
                }
            }
        }
        try (Engine engine = learned(Map.of("kernel", "uniform", "backward", "1"), log)) {
            Direction there = explained(engine, "x", "y");
            assertThat(there.measures().get(Measure.CONFIDENCE)).isBetween(0.0, 1.0);
            assertThat(there.measures().get(Measure.NPMI)).isBetween(-1.0, 1.0);
        }
    }

    @Test
    void quantitiesMakeMeasuresOfTheSameKindAsBaskets() {
        List<Episode> orders = List.of(
                ofStrength(10, "nail", "hammer"),
                ofStrength(10, "nail", "hammer"),
                ofStrength(1, "soap", "towel"),
                ofStrength(1, "soap", "towel"));
        try (Engine engine = learned(Map.of(), orders)) {
            for (Direction each : List.of(explained(engine, "nail", "hammer"), explained(engine, "soap", "towel"))) {
                assertThat(each.measures().get(Measure.CONFIDENCE)).isCloseTo(1, within(1e-6));
                assertThat(each.measures().get(Measure.COSINE)).isCloseTo(1, within(1e-6));
                assertThat(each.measures().get(Measure.JACCARD)).isCloseTo(1, within(1e-5));
                assertThat(each.measures().get(Measure.NPMI)).isBetween(0.99, 1.0);
                assertThat(each.measures().get(Measure.LLR)).isPositive();
            }
            // 200 of 404, and 2 of 404.
            assertThat(explained(engine, "nail", "hammer").measures().get(Measure.LIFT))
                    .isCloseTo(404 / 200.0, within(1e-5));
            assertThat(explained(engine, "soap", "towel").measures().get(Measure.LIFT))
                    .isCloseTo(404 / 2.0, within(1e-3));
        }
    }

    @Test
    void strengthsAboveOneDoNotLeaveTheRanges() {
        // p:2, q:1.1 beside p:3, q:3
        try (Engine engine = learned(
                Map.of(),
                List.of(
                        new Episode(AT_MS, null, List.of(new Activation("p", 2), new Activation("q", 1.1)), 1, null),
                        ofStrength(3, "p", "q"),
                        Episode.of(AT_MS, "r", "s")))) {
            Direction there = explained(engine, "p", "q");
            assertThat(there.measures().get(Measure.CONFIDENCE)).isCloseTo(1, within(1e-6));
            assertThat(there.measures().get(Measure.NPMI)).isBetween(0.99, 1.0);
            assertThat(there.measures().get(Measure.PMI)).isCloseTo(Math.log(24.4 / 11.2) / Math.log(2), within(1e-5));
        }
    }

    @Test
    void whatIsKeptAwayComesLastByEveryMeasure() {
        Episode disliked = new Episode(AT_MS, null, List.of(Activation.of("a"), Activation.of("bad")), -5, null);
        List<Episode> log = new ArrayList<>(List.of(disliked, Episode.of(AT_MS, "a", "bad")));
        log.addAll(Collections.nCopies(20, Episode.of(AT_MS, "rare", "often")));
        log.addAll(Collections.nCopies(20, Episode.of(AT_MS, "a", "other")));
        log.add(Episode.of(AT_MS, "a", "often"));
        try (Engine engine = learned(Map.of("half-lives", "none"), log)) {
            for (Measure measure : Measure.values()) {
                Answers.Associations answer = ranked(engine, "a", measure);
                assertThat(answer.associations()).hasSize(3);
                assertThat(answer.associations().get(2).concept())
                        .as("%s", measure)
                        .isEqualTo("bad");
            }
            Direction there = explained(engine, "a", "bad");
            assertThat(there.strength()).isEqualTo(-4);
            for (Measure measure : List.of(Measure.CONFIDENCE, Measure.LIFT, Measure.COSINE, Measure.JACCARD)) {
                assertThat(there.measures().get(measure)).as("%s", measure).isEqualTo(0.0);
            }
            for (Measure measure : List.of(Measure.PMI, Measure.NPMI, Measure.LLR)) {
                assertThat(there.measures().get(measure)).as("%s", measure).isNull();
            }
            // Met once among 21 of a and 21 of often, in 42: by chance 10.5 times.
            assertThat(explained(engine, "a", "often").measures().get(Measure.LLR))
                    .isNegative();
        }
    }

    @Test
    void trialsAreEpisodesAgainOnceWhatIsNotPlainWasTakenBack() {
        Episode rated = new Episode(AT_MS, null, List.of(Activation.of("a"), Activation.of("b")), 3, null);
        List<Episode> plain =
                List.of(Episode.of(AT_MS, "a", "b"), Episode.of(AT_MS, "a", "c"), Episode.of(AT_MS, "d"), rated);
        try (Engine engine = learned(Map.of("half-lives", "none"), plain)) {
            assertThat(explained(engine, "a", "b").measures().get(Measure.CONFIDENCE))
                    .isEqualTo(4 / 5.0);
            engine.apply(new Batch("p", List.of(new Retraction(null, List.of(rated))), List.of(), 0));
            Answers.Explanation answer = new Queries(engine.view()).explain(ExplainQuery.of("a", "b"));
            assertThat(answer.trials()).isEqualTo(Unit.EPISODES);
            Direction there = answer.horizons().get(0).forward();
            assertThat(List.of(there.row(), there.column(), there.total())).containsExactly(2.0, 1.0, 3.0);
            assertThat(there.measures().get(Measure.CONFIDENCE)).isEqualTo(1 / 2.0);
            assertThat(there.measures().get(Measure.LIFT)).isEqualTo(1.5);
        }
    }

    private Engine learned(Map<String, String> settings, List<Episode> episodes) {
        Engine engine = Engine.open(directory, settings, new EngineOptions(16 << 20), new SimpleMeterRegistry());
        episodes.forEach(episode -> engine.apply(new Batch("p", List.of(episode), List.of(), 0)));
        return engine;
    }

    private static Answers.Associations ranked(Engine engine, String concept, Measure measure) {
        return new Queries(engine.view())
                .associations(new AssociationsQuery(concept, 10, Scoring.of(measure), "", null, 0, false, null));
    }

    private static Direction explained(Engine engine, String from, String to) {
        return new Queries(engine.view())
                .explain(ExplainQuery.of(from, to))
                .horizons()
                .get(0)
                .forward();
    }

    private static Episode ofStrength(double strength, String... concepts) {
        return new Episode(
                AT_MS,
                null,
                Stream.of(concepts).map(each -> new Activation(each, strength)).toList(),
                1,
                null);
    }
}
