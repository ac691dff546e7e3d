package io.synfire.query.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.query.recall.Queries;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The score of a memory while it learns. */
final class LiveScoreTest {

    @TempDir
    Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private Engine engine;
    private LiveScore score;
    private long atMs;

    @BeforeEach
    void open() {
        engine = Engine.open(directory, Map.of(), new EngineOptions(16 << 20), meters);
        score = new LiveScore(new Queries(engine.view()), 1, waiting::add, meters);
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private void learn(String context, String concept) {
        Episode episode = new Episode(atMs++, context, List.of(Activation.of(concept)), 1, null);
        List<Batch> batches = List.of(Batch.of(episode));
        score.before(batches);
        engine.apply(batches);
        score.after(batches);
    }

    private void predictAll() {
        while (!waiting.isEmpty()) {
            waiting.remove().run();
        }
    }

    private double count(String name) {
        return meters.counter(name).count();
    }

    @Test
    void whatIsPredictedBeforeItIsLearnedCountsAsAHitAndNothingElseDoes() {
        assertThat(score.hitRate()).isNaN();
        learn("k1", "a");
        predictAll();
        learn("k1", "b");
        predictAll();
        assertThat(score.hitRate()).as("a→b was not known yet").isZero();
        for (int i = 2; i < 6; i++) {
            learn("k" + i, "a");
            predictAll();
            learn("k" + i, "b");
        }
        assertThat(count("synfire.prequential.predictions")).isEqualTo(5);
        assertThat(score.hitRate()).isEqualTo(4 / 5.0);
        assertThat(score.mrr()).isEqualTo(4 / 5.0);
    }

    @Test
    void aPredictionThatWasNotReadyIsDroppedSinceItMightHaveSeenWhatItPredicts() {
        learn("k1", "a");
        learn("k1", "b");
        predictAll();
        assertThat(count("synfire.prequential.predictions")).isZero();
        assertThat(count("synfire.prequential.dropped")).isEqualTo(1);
        assertThat(score.hitRate()).isNaN();
    }

    @Test
    void predictionsThatAreRefusedAreCountedAndLearningGoesOn() {
        LiveScore busy = new LiveScore(
                new Queries(engine.view()),
                1,
                task -> {
                    throw new RejectedExecutionException("full");
                },
                new SimpleMeterRegistry());
        Batch batch = Batch.of(new Episode(0, "k", List.of(Activation.of("a")), 1, null));
        busy.before(List.of(batch));
        busy.after(List.of(batch));
        busy.before(List.of(batch));
        assertThat(busy.hitRate()).isNaN();
    }

    @Test
    void onlyTheShareThatWasAskedForIsLookedAt() {
        LiveScore tenth = new LiveScore(new Queries(engine.view()), 0.1, waiting::add, new SimpleMeterRegistry());
        for (int i = 0; i < 10_000; i++) {
            Batch batch = Batch.of(new Episode(0, "context " + i, List.of(Activation.of("a")), 1, null));
            tenth.before(List.of(batch));
            tenth.after(List.of(batch));
        }
        assertThat(waiting).hasSizeBetween(850, 1_150);
    }
}
