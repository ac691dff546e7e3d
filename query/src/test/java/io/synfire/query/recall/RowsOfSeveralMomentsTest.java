package io.synfire.query.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.view.Activity;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.ReadTime;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A memory that moves on between two rows of one recall: each row counts with the marginals of its own moment. */
final class RowsOfSeveralMomentsTest {

    private static final long DAY = 86_400_000;
    private static final double ALPHA = 0.75;
    private static final double BETA = 0.2;

    @TempDir
    Path directory;

    private final List<Associations> rows = new ArrayList<>();

    /** Learns after each row that is read. */
    private MemoryView movingOn(Engine engine, IntConsumer after) {
        return movingOn(engine, "associations", after);
    }

    private MemoryView movingOn(Engine engine, String call, IntConsumer after) {
        return (MemoryView) Proxy.newProxyInstance(
                MemoryView.class.getClassLoader(), new Class<?>[] {MemoryView.class}, (proxy, method, arguments) -> {
                    Object result = method.invoke(engine.view(), arguments);
                    if (result instanceof Associations row) {
                        rows.add(row);
                    }
                    if (method.getName().equals(call)) {
                        after.accept(rows.size());
                    }
                    return result;
                });
    }

    private Engine engine() {
        Engine engine = Engine.open(
                directory, Map.of("half-lives", "1d"), new EngineOptions(16 << 20), new SimpleMeterRegistry());
        engine.apply(Batch.of(
                Episode.of(0, "a", "x"),
                Episode.of(0, "a", "x", "y"),
                Episode.of(0, "b", "x"),
                Episode.of(0, "c", "x", "z"),
                Episode.of(0, "c", "y")));
        return engine;
    }

    @Test
    void eachRowCountsWithTheMarginalsOfItsMoment() {
        try (Engine engine = engine()) {
            MemoryView view = movingOn(
                    engine,
                    read -> engine.apply(Batch.of(
                            Episode.of(read * DAY, "x", "y"),
                            Episode.of(read * DAY, "b", "y"),
                            Episode.of(read * DAY, "x"))));
            Answers.Recall answer = new Queries(view)
                    .recall(RecallQuery.builder()
                            .cues(List.of("c", "a", "b"))
                            .hops(1)
                            .build());
            assertThat(rows).hasSize(3);
            assertThat(rows.stream().map(row -> row.moment().number()).distinct())
                    .hasSize(3);
            Map<String, Double> expected = new HashMap<>();
            for (int i = 0; i < 3; i++) {
                Associations row = rows.get(i);
                Activity activity = row.moment().activity(ReadTime.WATERMARK);
                int cue = view.conceptOf(List.of("c", "a", "b").get(i));
                for (int j = 0; j < row.size(); j++) {
                    double score = row.strength(j, 0)
                            / Math.pow(activity.of(cue, 0), ALPHA)
                            / Math.pow(activity.of(row.target(j), 0), BETA);
                    expected.merge(view.idOf(row.target(j)), score, Double::sum);
                }
            }
            assertThat(answer.asOfMs()).isEqualTo(2 * DAY);
            assertThat(answer.results()).extracting(Answers.Recalled::concept).containsExactlyInAnyOrder("x", "y", "z");
            for (Answers.Recalled result : answer.results()) {
                assertThat(result.score()).isCloseTo(expected.get(result.concept()), within(1e-12));
                assertThat(result.because().stream()
                                .mapToDouble(Answers.Contribution::contribution)
                                .sum())
                        .isCloseTo(result.score(), within(1e-12));
            }
        }
    }

    @Test
    void whatIsForgottenBetweenTwoRowsLeavesAFiniteAnswer() {
        try (Engine engine = engine()) {
            List<String> order = List.of("x", "c", "y", "a", "b", "z");
            MemoryView view = movingOn(engine, read -> {
                if (read <= order.size()) {
                    engine.apply(Batch.of(
                            new Forget(order.get(read - 1), Map.of(), null), Episode.of(40L * read * DAY, "new", "x")));
                }
            });
            for (int i = 0; i < 4; i++) {
                Answers.Recall answer = new Queries(view)
                        .recall(RecallQuery.builder()
                                .cues(List.of("c", "a", "b", "new", "x"))
                                .hops(4)
                                .includeCues(true)
                                .build());
                assertThat(answer.results()).isNotEmpty().allSatisfy(result -> assertThat(result.score())
                        .isFinite()
                        .isPositive());
            }
        }
    }

    @Test
    void anAnswerAboutOneConceptIsOfTheMomentOfItsRow() {
        try (Engine engine = engine()) {
            // Between a look at the memory and the row.
            MemoryView view = movingOn(engine, "moment", read -> engine.apply(Batch.of(Episode.of(2 * DAY, "c", "w"))));
            Answers.Associations answer = new Queries(view)
                    .associations(new AssociationsQuery(
                            "c", 10, AssociationsQuery.Scoring.of(Measure.CONFIDENCE), "x", null, 0, false, null));
            assertThat(answer.asOfMs()).isEqualTo(2 * DAY);
            // S is 1/4, M of the cue 2/4 + 1.
            assertThat(answer.associations()).singleElement().satisfies(association -> assertThat(
                            association.confidence())
                    .isCloseTo(1 / 6.0, within(1e-6)));
        }
    }
}
