package io.synfire.query.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.HostileIds;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.view.MemoryView;
import io.synfire.query.recall.Answers.LeftOut;
import io.synfire.query.recall.AssociationsQuery.Scoring;
import io.synfire.query.recall.RecallQuery.Cue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Questions to a real memory. */
final class QueriesTest {

    private static final long DAY = 86_400_000;

    @TempDir
    Path directory;

    private Engine engine(Map<String, String> settings, Episode... episodes) {
        Engine engine = Engine.open(directory, settings, new EngineOptions(16 << 20), new SimpleMeterRegistry());
        engine.apply(Batch.of(episodes));
        return engine;
    }

    /** A set that looks at all ids of one hash code before it finds the last of them would take a second for each. */
    @Test
    void idsOfOneHashCodeAreExcludedAndAllowedAsOthersAre() {
        String excluded = HostileIds.alike(7);
        String allowed = HostileIds.alike(Limits.EXCLUDE_MAX);
        try (Engine engine =
                engine(Map.of("half-lives", "none"), Episode.of(0, "a", excluded), Episode.of(0, "a", allowed))) {
            Queries queries = new Queries(engine.view());
            Set<String> alike = new HashSet<>();
            for (int i = 0; i < Limits.EXCLUDE_MAX; i++) {
                alike.add(HostileIds.alike(i));
            }
            assertThat(queries.recall(RecallQuery.builder()
                                    .cues(List.of("a"))
                                    .exclude(alike)
                                    .build())
                            .results())
                    .extracting(Answers.Recalled::concept)
                    .containsExactly(allowed);
            RecallQuery query =
                    RecallQuery.builder().cues(List.of("a")).candidates(alike).build();
            assertThat(queries.recall(query).results())
                    .extracting(Answers.Recalled::concept)
                    .containsExactly(excluded);
            assertThat(query.candidates()).isEqualTo(alike).isUnmodifiable();
            alike.remove(excluded);
            assertThat(query.candidates()).as("a copy").contains(excluded);
        }
    }

    @Test
    void associationsAreRankedByScoreThenIdAndHideTheConceptItself() {
        try (Engine engine = engine(
                Map.of("half-lives", "none"),
                Episode.of(0, "tea", "milk", "sugar"),
                Episode.of(0, "tea", "milk"),
                inContext("k", "tea"),
                inContext("k", "tea"))) {
            Queries queries = new Queries(engine.view());
            assertThat(queries.associations(AssociationsQuery.of("tea")).associations())
                    .extracting(Answers.Association::concept)
                    .containsExactly("milk", "sugar");
            AssociationsQuery withSelf =
                    new AssociationsQuery("tea", 10, Scoring.of(Measure.STRENGTH), "", null, 0, true, null);
            assertThat(queries.associations(withSelf).associations())
                    .extracting(Answers.Association::concept)
                    .containsExactly("milk", "tea", "sugar");
            AssociationsQuery strong =
                    new AssociationsQuery("tea", 10, Scoring.of(Measure.STRENGTH), "", null, 2, false, null);
            assertThat(queries.associations(strong).associations())
                    .extracting(Answers.Association::concept)
                    .containsExactly("milk");
        }
    }

    @Test
    void aNegativeAssociationComesLastAndSubtractsInRecall() {
        Episode bad = new Episode(0, null, List.of(Activation.of("tea"), Activation.of("salt")), -1, null);
        try (Engine engine = engine(
                Map.of("half-lives", "none"),
                Episode.of(0, "tea", "milk"),
                Episode.of(0, "tea", "sugar"),
                bad,
                Episode.of(0, "bread", "salt"),
                Episode.of(0, "bread", "salt"))) {
            Queries queries = new Queries(engine.view());
            assertThat(queries.associations(AssociationsQuery.of("tea")).associations())
                    .extracting(Answers.Association::concept)
                    .containsExactly("milk", "sugar", "salt");
            double alone = score(queries.recall(oneHop("bread")), "salt");
            double withTea = score(queries.recall(oneHop("bread", "tea")), "salt");
            assertThat(withTea).isLessThan(alone).isPositive();
        }
    }

    @Test
    void strengthFadesAtTheTimeOfTheReadAndThePastIsRefused() {
        try (Engine engine = engine(Map.of("half-lives", "1d,30d"), Episode.of(10 * DAY, "a", "b"))) {
            Queries queries = new Queries(engine.view());
            AssociationsQuery later = new AssociationsQuery(
                    "a", 10, Scoring.of(Measure.STRENGTH), "", Blend.of("1d"), 0, false, 11 * DAY);
            assertThat(queries.associations(later).associations().get(0).strength())
                    .isCloseTo(0.5, within(1e-7));
            assertThatThrownBy(() -> queries.associations(new AssociationsQuery(
                            "a", 10, Scoring.of(Measure.STRENGTH), "", Blend.of("2d"), 0, false, null)))
                    .isInstanceOf(BadQueryException.class)
                    .hasMessageContaining("[1d, 30d]");
            assertThatThrownBy(() -> queries.associations(
                            new AssociationsQuery("a", 10, Scoring.of(Measure.STRENGTH), "", null, 0, false, 9 * DAY)))
                    .isInstanceOf(BadQueryException.class)
                    .hasMessageContaining("watermark");
            assertThatThrownBy(() -> queries.associations(AssociationsQuery.of("zzz")))
                    .isInstanceOf(UnknownConceptException.class);
            assertThatThrownBy(() ->
                            new AssociationsQuery("a", 1001, Scoring.of(Measure.STRENGTH), "", null, 0, false, null))
                    .isInstanceOf(BadQueryException.class);
        }
    }

    @Test
    void everyQuestionRefusesThePastInTheSameWords() {
        try (Engine engine = engine(Map.of("half-lives", "1d,30d"), Episode.of(10 * DAY, "a", "b"))) {
            Queries queries = new Queries(engine.view());
            List<Runnable> questions = List.of(
                    () -> queries.concepts("", 10, null, 9 * DAY),
                    () -> queries.associations(
                            new AssociationsQuery("a", 10, Scoring.of(Measure.STRENGTH), "", null, 0, false, 9 * DAY)),
                    () -> queries.explain(new ExplainQuery("a", "b", null, 0, 9 * DAY)),
                    () -> queries.trending(new TrendingQuery(10, null, null, 3, 9 * DAY)),
                    () -> queries.recall(RecallQuery.builder()
                            .cues(List.of("a"))
                            .atMs(9 * DAY)
                            .build()));
            for (Runnable question : questions) {
                assertThatThrownBy(question::run)
                        .isInstanceOf(BadQueryException.class)
                        .hasMessage("at must not be before the watermark, the past is not kept: at=" + 9 * DAY
                                + " watermark=" + 10 * DAY);
            }
        }
    }

    @Test
    void anExplanationHoldsBothDirectionsAndEveryHorizon() {
        try (Engine engine = engine(
                Map.of("half-lives", "1d,none"), Episode.of(0, "x", "y"), inContext("k", "a"), inContext("k", "b"))) {
            Answers.Explanation answer = new Queries(engine.view()).explain(ExplainQuery.of("a", "b"));
            assertThat(answer.horizons())
                    .extracting(Answers.HorizonExplanation::horizon)
                    .containsExactly("1d", "none");
            Answers.HorizonExplanation none = answer.horizons().get(1);
            assertThat(none.forward().strength()).isEqualTo(1);
            assertThat(none.backward().strength()).isEqualTo(0.5);
            assertThat(none.forward().saturated()).isCloseTo(1 - Math.exp(-1), within(1e-9));
            assertThat(none.episodes()).isEqualTo(3);
            assertThat(new Queries(engine.view())
                            .explain(ExplainQuery.of("a", "y"))
                            .horizons()
                            .get(1)
                            .forward()
                            .strength())
                    .isZero();
        }
    }

    @Test
    void aBlendReadsTheWeightedSumOfItsHorizonsEverywhere() {
        try (Engine engine =
                engine(Map.of("half-lives", "1d,10d"), Episode.of(0, "a", "b"), Episode.of(10 * DAY, "a", "c"))) {
            Queries queries = new Queries(engine.view());
            Blend blend = Blend.chosen(null, "1d:2,10d:0.5");
            AssociationsQuery query =
                    new AssociationsQuery("a", 10, Scoring.of(Measure.CONFIDENCE), "", blend, 0, false, null);
            List<Answers.Association> found = queries.associations(query).associations();
            assertThat(found).extracting(Answers.Association::concept).containsExactly("c", "b");
            double slow = 0.5;
            double fast = Math.pow(2, -10);
            double mass = 2 * (1 + fast) + 0.5 * (1 + slow);
            assertThat(found.get(1).strength()).isCloseTo(2 * fast + 0.5 * slow, within(1e-6));
            assertThat(found.get(1).confidence()).isCloseTo((2 * fast + 0.5 * slow) / mass, within(1e-6));
            assertThat(found.get(0).strength()).isCloseTo(2.5, within(1e-6));
            // The same horizon, spelled in two ways.
            for (String twice : List.of("1d:1,1d:1", "1d:1,24h:1")) {
                assertThatThrownBy(() -> queries.concepts("a", 1, Blend.chosen(null, twice), null))
                        .isInstanceOf(BadQueryException.class)
                        .hasMessageContaining("a blend must name a horizon once");
            }
            assertThat(queries.concepts("a", 1, blend, null).concepts().get(0).activation())
                    .isCloseTo(mass, within(1e-6));
            assertThat(queries.concepts("a", 1, Blend.of("1d"), 11 * DAY)
                            .concepts()
                            .get(0)
                            .activation())
                    .isCloseTo((1 + fast) / 2, within(1e-6));
        }
        assertThatThrownBy(() -> Blend.chosen("1d", "1d:1")).hasMessageContaining("give horizon or blend, not both");
        assertThatThrownBy(() -> Blend.chosen(null, "1d:0")).hasMessageContaining("above 0");
        assertThatThrownBy(() -> Blend.chosen(null, "1d")).hasMessageContaining("blend=1d");
    }

    @Test
    void whatComesMoreOftenThanBeforeIsTrendingAndWhatIsSteadyIsNot() {
        List<Episode> log = new ArrayList<>();
        for (int day = 0; day < 200; day++) {
            for (int hour = 0; hour < 24; hour++) {
                log.add(Episode.of(day * DAY + hour * DAY / 24, "steady", "always"));
            }
            if (day >= 198) {
                for (int i = 0; i < 20; i++) {
                    log.add(Episode.of(day * DAY + i * DAY / 24, "rising", "new"));
                }
            }
        }
        log.add(Episode.of(200 * DAY, "once", "seldom"));
        try (Engine engine = engine(Map.of("half-lives", "1d,30d,none"), log.toArray(new Episode[0]))) {
            Answers.Trending trending = new Queries(engine.view()).trending(TrendingQuery.defaults());
            assertThat(trending.fast()).isEqualTo("1d");
            assertThat(trending.slow()).isEqualTo("30d");
            assertThat(trending.concepts())
                    .extracting(Answers.TrendingConcept::concept)
                    .containsExactly("new", "rising", "always", "steady");
            assertThat(trending.concepts().get(0).trend()).isBetween(3.0, Math.log(30) / Math.log(2));
            assertThat(trending.concepts().get(3).trend()).isCloseTo(0, within(0.1));
            assertThat(trending.associations())
                    .extracting(a -> a.from() + ">" + a.to())
                    .containsExactly("new>rising", "rising>new", "always>steady", "steady>always");
            assertThatThrownBy(() ->
                            new Queries(engine.view()).trending(new TrendingQuery(10, Blend.of("30d"), "1d", 1, null)))
                    .hasMessageContaining("shorter half-life");
        }
    }

    @Test
    void aTrendOfABlendIsOfTheRateOfItsHorizonsTogether() {
        List<Episode> log = new ArrayList<>();
        for (int i = 0; i < 24 * 300; i++) {
            log.add(Episode.of(i * DAY / 24, "steady", "always"));
        }
        log.add(Episode.of(300 * DAY, "new", "newer"));
        try (Engine engine = engine(Map.of("half-lives", "1d,3d,30d,none"), log.toArray(new Episode[0]))) {
            Queries queries = new Queries(engine.view());
            Blend blend = Blend.chosen(null, "1d:2,3d:0.5");
            Answers.Trending trending = queries.trending(new TrendingQuery(10, blend, "30d", 1, null));
            assertThat(trending.fast()).isEqualTo("1d:2,3d:0.5");
            assertThat(trending.slow()).isEqualTo("30d");
            Map<String, Double> trends = new HashMap<>();
            trending.concepts().forEach(each -> trends.put(each.concept(), each.trend()));
            assertThat(trends.get("steady")).isCloseTo(0, within(0.05));
            // What fired once just now: its sum is 2.5 of 1, its rate 2.5/(2·1 d + 0.5·3 d) of 1/30 d.
            assertThat(trends.get("new")).isCloseTo(Math.log(2.5 / 3.5 * 30) / Math.log(2), within(1e-9));
            assertThat(trending.concepts())
                    .filteredOn(each -> each.concept().equals("new"))
                    .extracting(Answers.TrendingConcept::activation)
                    .containsExactly(2.5);
            assertThat(trending.associations())
                    .filteredOn(each -> each.from().equals("new"))
                    .singleElement()
                    .satisfies(each -> assertThat(each.trend()).isCloseTo(trends.get("new"), within(1e-5)));
            assertThatThrownBy(() ->
                            queries.trending(new TrendingQuery(10, Blend.chosen(null, "1d:1,none:1"), null, 1, null)))
                    .hasMessageContaining("horizons that decay");
            assertThatThrownBy(() ->
                            queries.trending(new TrendingQuery(10, Blend.chosen(null, "1d:1,30d:9"), "3d", 1, null)))
                    .hasMessageContaining("fast must be a shorter half-life than slow: fast=1d:1,30d:9 slow=3d");
        }
    }

    @Test
    void anExplanationOfABlendIsOfItsHorizonsTogether() {
        try (Engine engine = engine(
                Map.of("half-lives", "1d,10d"),
                Episode.of(0, "a", "b"),
                Episode.of(0, "a", "c"),
                Episode.of(10 * DAY, "a", "c"))) {
            Queries queries = new Queries(engine.view());
            Answers.Explanation answer =
                    queries.explain(new ExplainQuery("a", "c", Blend.chosen(null, "1d:2,10d:0.5"), 0, null));
            assertThat(answer.horizons()).hasSize(1);
            Answers.HorizonExplanation blended = answer.horizons().get(0);
            assertThat(blended.horizon()).isEqualTo("1d:2,10d:0.5");
            double once = 2 * Math.pow(2, -10) + 0.5 * 0.5;
            assertThat(blended.episodes()).isCloseTo(2.5 + 2 * once, within(1e-9));
            assertThat(blended.forward().strength()).isCloseTo(2.5 + once, within(1e-5));
            assertThat(blended.forward().row()).isCloseTo(2.5 + 2 * once, within(1e-9));
            assertThat(blended.forward().column()).isCloseTo(2.5 + once, within(1e-9));
            assertThat(blended.forward().total()).isCloseTo(2.5 + 2 * once, within(1e-9));
            assertThat(blended.forward().measures().get(Measure.CONFIDENCE))
                    .isCloseTo((2.5 + once) / (2.5 + 2 * once), within(1e-5));
            // Recall reads the same blend.
            assertThat(answer.forwardRecall().score())
                    .isEqualTo(queries.recall(RecallQuery.builder()
                                    .cues(List.of("a"))
                                    .blend(Blend.chosen(null, "1d:2,10d:0.5"))
                                    .build())
                            .results()
                            .get(0)
                            .score());
        }
    }

    @Test
    void withOneHorizonNothingIsTrending() {
        try (Engine engine = engine(Map.of("half-lives", "30d,none"), Episode.of(0, "a", "b"))) {
            Answers.Trending trending = new Queries(engine.view()).trending(TrendingQuery.defaults());
            assertThat(trending.concepts()).isEmpty();
            assertThat(trending.associations()).isEmpty();
        }
    }

    @Test
    void anExplanationSaysWhatAHalfLifeKeepsWhenAnAssociationIsForgottenAndWhenItWasLastReinforcedAtMost() {
        try (Engine engine = engine(
                Map.of("half-lives", "1d,30d", "forget.below", "0.25"),
                Episode.of(10 * DAY, "a", "b"),
                Episode.of(20 * DAY, "a", "c"))) {
            Answers.Explanation answer =
                    new Queries(engine.view()).explain(new ExplainQuery("a", "b", Blend.of("30d"), 0, null));
            assertThat(answer.horizons())
                    .extracting(Answers.HorizonExplanation::horizon)
                    .containsExactly("30d");
            assertThat(answer.lastReinforcedMs()).isEqualTo(10 * DAY);
            // Two half-lives after it was learned a half of a half is left.
            assertThat(answer.forwardBelowMs()).isCloseTo(70 * DAY, within(1000L));
            assertThat(answer.backwardBelowMs()).isCloseTo(70 * DAY, within(1000L));
            assertThat(answer.retention().get(1)).isEqualTo(new Retention("30d", 0.5, 0.125, Math.pow(2, -365 / 30.0)));
            long forgotten = Objects.requireNonNull(answer.forwardBelowMs()) + 1;
            assertThat(engine.view()
                            .associations(engine.view().conceptOf("a"), forgotten - 10_000)
                            .size())
                    .isEqualTo(2);
            assertThat(engine.view()
                            .associations(engine.view().conceptOf("a"), forgotten)
                            .size())
                    .isEqualTo(1);
            assertThat(new Queries(engine.view())
                            .explain(ExplainQuery.of("b", "c"))
                            .lastReinforcedMs())
                    .isNull();
            // Of a context's pair the impulse is of the later one's time.
            engine.apply(Batch.of(at(30 * DAY, "k", "x"), at(30 * DAY + 60_000, "k", "y")));
            assertThat(new Queries(engine.view())
                            .explain(ExplainQuery.of("x", "y"))
                            .lastReinforcedMs())
                    .isEqualTo(30 * DAY + 60_000);
        }
    }

    @Test
    void aForgottenConceptIsGoneFromEveryAnswerAndStartsAfreshWhenItComesAgain() {
        try (Engine engine =
                engine(Map.of("half-lives", "none"), Episode.of(0, "tea", "milk", "gone"), at(0, "k", "gone"))) {
            engine.checkpoint();
            engine.apply(Batch.of(new Forget("gone")));
            Queries queries = new Queries(engine.view());
            assertThatThrownBy(() -> queries.associations(AssociationsQuery.of("gone")))
                    .isInstanceOf(UnknownConceptException.class);
            assertThatThrownBy(() -> queries.explain(ExplainQuery.of("tea", "gone")))
                    .isInstanceOf(UnknownConceptException.class);
            assertThat(queries.concepts("", 10, null, null).concepts())
                    .extracting(Answers.Concept::concept)
                    .containsExactly("milk", "tea");
            assertThat(queries.associations(AssociationsQuery.of("tea")).associations())
                    .extracting(Answers.Association::concept)
                    .containsExactly("milk");
            assertThat(queries.recall(RecallQuery.of(List.of("tea", "gone"))).unknownCues())
                    .containsExactly("gone");
            assertThat(queries.recall(RecallQuery.of(List.of("tea"))).results())
                    .extracting(Answers.Recalled::concept)
                    .containsExactly("milk");
            engine.apply(Batch.of(Episode.of(1, "gone", "milk"), at(1, "k", "sugar")));
            engine.checkpoint();
            assertThat(queries.associations(AssociationsQuery.of("gone")).associations())
                    .extracting(Answers.Association::concept, Answers.Association::strength)
                    .containsExactly(tuple("milk", 1.0));
            assertThat(queries.associations(AssociationsQuery.of("sugar")).associations())
                    .isEmpty();
            assertThat(engine.view().counts().concepts()).isEqualTo(4);
            assertThat(engine.digest().concepts()).isEqualTo(4);
        }
    }

    @Test
    void aConceptThatWasAllTakenBackIsAsUnknownAsOneThatWasNeverLearned() {
        Episode wrong = Episode.of(0, "tea", "salt");
        try (Engine engine = engine(Map.of(), Episode.of(0, "tea", "milk"), wrong)) {
            Queries queries = new Queries(engine.view());
            assertThat(queries.associations(AssociationsQuery.of("salt")).associations())
                    .hasSize(1);
            engine.apply(Batch.of(new Retraction(null, List.of(wrong))));
            assertThat(queries.concepts("", 10, null, null).concepts())
                    .extracting(Answers.Concept::concept)
                    .containsExactly("milk", "tea");
            for (String unknown : List.of("salt", "never")) {
                assertThatThrownBy(() -> queries.associations(AssociationsQuery.of(unknown)))
                        .isInstanceOf(UnknownConceptException.class);
                assertThat(queries.recall(RecallQuery.of(List.of("tea", unknown)))
                                .unknownCues())
                        .containsExactly(unknown);
            }
            assertThat(queries.associations(AssociationsQuery.of("tea")).associations())
                    .extracting(Answers.Association::concept)
                    .containsExactly("milk");
            engine.apply(Batch.of(new Retraction(null, List.of(Episode.of(0, "tea", "milk")))));
            assertThat(queries.concepts("", 10, null, null).concepts()).isEmpty();
        }
    }

    @Test
    void aHubPassesNothingOnAndAnswersByItsStrongestWhereItIsACue() {
        Map<String, String> unbounded = Map.of("half-lives", "none", "max-associations", "0");
        List<Episode> log = new ArrayList<>();
        for (int i = 0; i < 9_000; i++) {
            log.add(Episode.of(0, "hub", "spoke" + i));
        }
        for (int i = 0; i < 300; i++) {
            log.add(Episode.of(0, "hub", "strong" + i % 3));
        }
        log.add(Episode.of(0, "x", "hub"));
        try (Engine engine = engine(unbounded, log.toArray(new Episode[0]))) {
            RecallSettings bounded = RecallSettings.parse(Map.of("recall.hub-max", "5000"));
            Queries queries = new Queries(engine.view(), bounded);
            Queries large = new Queries(engine.view(), RecallSettings.parse(Map.of("recall.hub-max", "10000")));
            Answers.Recall ofNeighbour = queries.recall(RecallQuery.of(List.of("x")));
            assertThat(ofNeighbour.results())
                    .extracting(Answers.Recalled::concept)
                    .containsExactly("hub");
            assertThat(ofNeighbour.work())
                    .isEqualTo(new Answers.Work(1, 1, 1, 0, List.of(new LeftOut("hub", LeftOut.Rule.HUB))));
            assertThat(large.recall(RecallQuery.of(List.of("x"))).results())
                    .extracting(Answers.Recalled::concept)
                    .contains("hub", "strong0", "strong1", "strong2");
            RecallQuery ofHub =
                    RecallQuery.builder().cues(List.of("hub")).k(3).hops(1).build();
            Answers.Recall whole = large.recall(ofHub);
            Answers.Recall partly = queries.recall(ofHub);
            assertThat(partly.results()).isEqualTo(whole.results()).hasSize(3);
            assertThat(whole.work()).isEqualTo(new Answers.Work(1, 9_004, 0, 0, List.of()));
            // All with as much evidence as the last of the strongest: each of the others fired once.
            assertThat(partly.work())
                    .isEqualTo(new Answers.Work(1, 9_004, 0, 1, List.of(new LeftOut("hub", LeftOut.Rule.PARTLY))));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 550, 1_000, 1_070})
    void scoresAreFiniteHoweverLongAfterTheLastEventAndWhateverTheExponents(int halfLives) {
        RecallSettings steep = RecallSettings.parse(
                Map.of("recall.cue-exponent", "2", "recall.popularity", "2", "recall.spread", "10"));
        try (Engine engine = engine(
                Map.of("half-lives", "1d"),
                Episode.of(0, "tea", "milk"),
                Episode.of(0, "tea", "milk", "sugar"),
                Episode.of(0, "milk", "honey"))) {
            RecallQuery query = RecallQuery.builder()
                    .cues(List.of("tea", "honey"))
                    .hops(4)
                    .atMs(halfLives * DAY)
                    .build();
            assertThat(new Queries(engine.view(), steep).recall(query).results())
                    .isNotEmpty()
                    .allSatisfy(result -> assertThat(result.score()).isFinite());
        }
    }

    @Test
    void recallSpreadsToWhatNoCueTouchesAndSaysVia() {
        try (Engine engine = engine(
                Map.of("half-lives", "none"),
                Episode.of(0, "a", "b"),
                Episode.of(0, "a", "b"),
                Episode.of(0, "b", "c"))) {
            Queries queries = new Queries(engine.view());
            assertThat(queries.recall(oneHop("a")).results())
                    .extracting(Answers.Recalled::concept)
                    .containsExactly("b");
            Answers.Recall two = queries.recall(RecallQuery.of(List.of("a", "nothing")));
            assertThat(two.unknownCues()).containsExactly("nothing");
            assertThat(two.results()).extracting(Answers.Recalled::concept).containsExactly("b", "c");
            assertThat(two.results().get(1).because()).singleElement().satisfies(reason -> {
                assertThat(reason.cue()).isEqualTo("a");
                assertThat(reason.via()).isEqualTo("b");
            });
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void oneHopRecallEqualsTheFormulaOnRandomMemories(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Episode> log = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            String[] concepts = new String[2 + random.nextInt(4)];
            for (int j = 0; j < concepts.length; j++) {
                concepts[j] = "c" + random.nextInt(25);
            }
            log.add(Episode.of(i * DAY / 10, concepts));
        }
        try (Engine engine = engine(Map.of(), log.toArray(Episode[]::new))) {
            MemoryView view = engine.view();
            List<Cue> cues = List.of(new Cue("c1", 1), new Cue("c2", 0.5), new Cue("c1", 2));
            RecallQuery query = RecallQuery.builder()
                    .weightedCues(cues)
                    .ordered(true)
                    .exclude(Set.of("c9"))
                    .k(8)
                    .hops(1)
                    .build();
            Map<String, Double> expected = new HashMap<>();
            double[] weights = {1 / 9.0, 0.5 / 4, 2};
            for (int c = 0; c < 3; c++) {
                int cue = view.conceptOf(cues.get(c).concept());
                var row = view.associations(cue, view.watermarkMs());
                for (int i = 0; i < row.size(); i++) {
                    double score = weights[c]
                            * row.strength(i, 0)
                            / Math.pow(view.activity(view.watermarkMs()).of(cue, 0), 0.75)
                            / Math.pow(view.activity(view.watermarkMs()).of(row.target(i), 0), 0.2);
                    expected.merge(view.idOf(row.target(i)), score, Double::sum);
                }
            }
            Set.of("c1", "c2", "c9").forEach(expected::remove);
            List<String> ranking = expected.entrySet().stream()
                    .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()))
                    .limit(8)
                    .map(Map.Entry::getKey)
                    .toList();
            Answers.Recall answer = new Queries(view).recall(query);
            assertThat(answer.results()).extracting(Answers.Recalled::concept).containsExactlyElementsOf(ranking);
            answer.results().forEach(result -> assertThat(result.score())
                    .isCloseTo(expected.getOrDefault(result.concept(), 0.0), within(1e-9)));
        }
    }

    private static double score(Answers.Recall answer, String concept) {
        return answer.results().stream()
                .filter(result -> result.concept().equals(concept))
                .mapToDouble(Answers.Recalled::score)
                .sum();
    }

    private static RecallQuery oneHop(String... cues) {
        return RecallQuery.builder().cues(List.of(cues)).hops(1).build();
    }

    private static Episode at(long atMs, String context, String concept) {
        return new Episode(atMs, context, List.of(Activation.of(concept)), 1, null);
    }

    private static Episode inContext(String context, String concept) {
        return new Episode(0, context, List.of(Activation.of(concept)), 1, null);
    }
}
