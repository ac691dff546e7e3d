package io.synfire.query.recall;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A question looks at the clock as it goes, and ends when its time is over: by a clock that goes a millisecond further with each look. */
final class DeadlineTest {

    @TempDir
    Path directory;

    @Test
    void everyQuestionEndsWhenItsTimeIsOver() {
        try (Engine engine = Engine.open(
                directory, Map.of("half-lives", "1d,30d"), new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
            for (int i = 0; i < 4_000; i++) {
                engine.apply(Batch.of(Episode.of(i, "cue", "other " + i, "third " + i / 2)));
            }
            Queries queries = new Queries(engine.view());
            List<Consumer<Queries>> questions = List.of(
                    asked -> asked.concepts("other", 10, null, null),
                    asked -> asked.trending(new TrendingQuery(10, null, null, 0.1, null)),
                    asked -> asked.explain(ExplainQuery.of("cue", "other 1")),
                    asked -> asked.associations(new AssociationsQuery(
                            "cue", 10, AssociationsQuery.Scoring.of(Measure.NPMI), "", null, 0, false, null)),
                    asked -> asked.recall(RecallQuery.builder()
                            .cues(List.of("cue", "other 1", "third 2"))
                            .hops(3)
                            .build()));
            for (int i = 0; i < questions.size(); i++) {
                Consumer<Queries> question = questions.get(i);
                assertThatThrownBy(() -> question.accept(queries.within(afterLooks(3))))
                        .as("question " + i)
                        .isInstanceOf(OutOfTimeException.class)
                        .hasMessageContaining("query-time-max=3ms");
                question.accept(queries.within(afterLooks(100_000)));
                question.accept(queries);
            }
        }
    }

    private static Deadline afterLooks(int looks) {
        AtomicLong nanos = new AtomicLong();
        return Deadline.after(Duration.ofMillis(looks), () -> nanos.getAndAdd(1_000_000));
    }

    @Test
    void theClockMayPassTheLargestLong() {
        AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
        Deadline deadline = Deadline.after(Duration.ofNanos(10), nanos::get);
        deadline.check();
        nanos.addAndGet(9);
        deadline.check();
        nanos.addAndGet(1);
        assertThatThrownBy(deadline::check).isInstanceOf(OutOfTimeException.class);
    }
}
