package io.synfire.query.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.query.recall.Answers.Missing.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an explanation says of a pair, and of a pair that is not where it is expected. */
final class ExplainTest {

    private static final long DAY = 86_400_000;

    @TempDir
    Path directory;

    private Engine engine(Map<String, String> settings, Episode... episodes) {
        Engine engine = Engine.open(directory, settings, new EngineOptions(16 << 20), new SimpleMeterRegistry());
        engine.apply(Batch.of(episodes));
        return engine;
    }

    private static Answers.Explanation explain(Engine engine, String from, String to) {
        return new Queries(engine.view()).explain(ExplainQuery.of(from, to));
    }

    private static List<Reason> missing(Answers.RecallPath path) {
        return path.missing().stream().map(Answers.Missing::reason).toList();
    }

    @Test
    void ranksAreThePlacesInTheListsByEachMeasure() {
        List<Episode> log = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            log.add(Episode.of(0, "tea", "milk"));
            log.add(Episode.of(0, "milk", "c" + i));
        }
        log.add(Episode.of(0, "tea", "honey"));
        log.add(Episode.of(0, "tea", "honey"));
        log.add(Episode.of(0, "tea", "honey", "lemon"));
        try (Engine engine = engine(Map.of("half-lives", "none"), log.toArray(new Episode[0]))) {
            Queries queries = new Queries(engine.view());
            Answers.Direction direction =
                    explain(engine, "tea", "honey").horizons().get(0).forward();
            for (Measure measure : Measure.values()) {
                AssociationsQuery query = new AssociationsQuery(
                        "tea", 1000, AssociationsQuery.Scoring.of(measure), "", null, 0, false, null);
                List<String> list = queries.associations(query).associations().stream()
                        .map(Answers.Association::concept)
                        .toList();
                assertThat(direction.ranks().get(measure))
                        .as("%s of %s", measure, list)
                        .isEqualTo(1 + list.indexOf("honey"));
            }
            assertThat(direction.ranks().get(Measure.STRENGTH)).isEqualTo(2);
            assertThat(direction.ranks().get(Measure.LIFT)).isEqualTo(1);
        }
    }

    @Test
    void whatIsBroughtToMindOverAnotherConceptIsExplainedByThatPath() {
        try (Engine engine = engine(
                Map.of("half-lives", "none"),
                Episode.of(0, "a", "b"),
                Episode.of(0, "a", "b"),
                Episode.of(0, "b", "c"),
                Episode.of(0, "x", "y"))) {
            Answers.Explanation answer = explain(engine, "a", "c");
            assertThat(answer.forwardRecall().rank()).isEqualTo(2);
            assertThat(answer.forwardRecall().paths()).singleElement().satisfies(path -> assertThat(path.via())
                    .isEqualTo("b"));
            assertThat(answer.forwardRecall().score())
                    .isCloseTo(answer.forwardRecall().paths().get(0).contribution(), within(1e-12));
            assertThat(missing(answer.forwardRecall())).containsExactly(Reason.NEVER_SEEN);
            Answers.Explanation apart = explain(engine, "a", "x");
            assertThat(apart.forwardRecall().rank()).isNull();
            assertThat(apart.forwardRecall().paths()).isEmpty();
            assertThat(explain(engine, "a", "b").forwardRecall().missing()).isEmpty();
        }
    }

    @Test
    void aCueIsMissingAmongItsOwnResultsSinceItIsHidden() {
        try (Engine engine = engine(Map.of(), inContext("k", "a"), inContext("k", "a"))) {
            Answers.Explanation answer = explain(engine, "a", "a");
            assertThat(missing(answer.forwardRecall())).containsExactly(Reason.HIDDEN_AS_CUE);
            assertThat(answer.forwardRecall().rank()).isEqualTo(1);
            assertThat(answer.horizons().get(0).forward().strength()).isEqualTo(1.5);
        }
    }

    @Test
    void whatWasCutIsMissingSinceTheRowWasCut() {
        try (Engine engine = engine(
                Map.of("half-lives", "none", "max-associations", "2"),
                Episode.of(0, "a", "b"),
                Episode.of(0, "a", "b"),
                Episode.of(0, "a", "c"),
                Episode.of(0, "a", "c"),
                Episode.of(0, "a", "d"),
                Episode.of(0, "a", "e"))) {
            Answers.RecallPath path = explain(engine, "a", "e").forwardRecall();
            assertThat(path.missing()).singleElement().satisfies(missing -> {
                assertThat(missing.reason()).isEqualTo(Reason.CUT);
                assertThat(missing.detail()).contains("max-associations=2", "cuts=1", "at most 1.0");
            });
        }
    }

    @Test
    void whatIsTooWeakIsMissingByTheThresholdOrTheSupportAskedFor() {
        try (Engine engine = engine(
                Map.of("half-lives", "1d", "forget.below", "0.3"),
                Episode.of(0, "a", "b"),
                Episode.of(2 * DAY, "a", "c"))) {
            assertThat(explain(engine, "a", "b").forwardRecall().missing())
                    .singleElement()
                    .satisfies(missing -> {
                        assertThat(missing.reason()).isEqualTo(Reason.NEVER_SEEN);
                        assertThat(missing.detail())
                                .isEqualTo("the two were not learned together, or what was learned is below"
                                        + " forget.below=0.3 at every horizon: the memory drops that, and cannot tell"
                                        + " which");
                    });
            ExplainQuery query = new ExplainQuery("a", "c", null, 5, null);
            Answers.RecallPath path = new Queries(engine.view()).explain(query).forwardRecall();
            assertThat(missing(path)).containsExactly(Reason.UNDER_MIN_SUPPORT);
            assertThat(path.rank()).isNull();
        }
    }

    @Test
    void whatWasPunishedIsMissingSinceItsEvidenceIsNegative() {
        Episode bad = new Episode(0, null, List.of(Activation.of("a"), Activation.of("b")), -2, null);
        try (Engine engine = engine(Map.of("half-lives", "none"), Episode.of(0, "a", "b"), bad)) {
            assertThat(missing(explain(engine, "a", "b").forwardRecall())).containsExactly(Reason.DEPRESSED);
        }
    }

    private static Episode inContext(String context, String concept) {
        return new Episode(0, context, List.of(Activation.of(concept)), 1, null);
    }
}
