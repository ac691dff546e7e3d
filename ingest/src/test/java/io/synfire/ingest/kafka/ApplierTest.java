package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.ingest.room.RoomWatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was polled, on its way into the engine. */
@SuppressWarnings("NullAway.Init")
final class ApplierTest {

    private static final int BATCHES = 300;
    private static final int CONCEPTS = 200;

    @TempDir
    Path directory;

    @Test
    void whatIsAbandonedIsNotLearnedAnyFurtherAndThePositionStandsWhereLearningDoes() throws Exception {
        BatchGate gate = new BatchGate();
        try (Engine engine = LearnerKit.open(directory);
                Applier applier = new Applier(engine, gate, new RoomWatch())) {
            applier.apply(batches(), BATCHES);
            gate.awaitHeld();
            CountDownLatch asked = new CountDownLatch(1);
            Thread abandoning = new Thread(() -> {
                try {
                    asked.countDown();
                    applier.abandon();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            abandoning.start();
            asked.await();
            // It waits for what the gate holds: then it has said that nothing else is to be begun.
            org.awaitility.Awaitility.await()
                    .atMost(LearnerKit.LONG)
                    .until(() -> abandoning.getState() == Thread.State.WAITING);
            gate.open();
            abandoning.join();
            long learned = engine.view().counts().episodes();
            assertThat(learned).isBetween(1L, BATCHES - 1L);
            assertThat(engine.positions().get(0).nextOffset()).isEqualTo(learned);

            // From there on the rest, once.
            applier.apply(batches().subList((int) learned, BATCHES), BATCHES - learned);
            applier.await();
            assertThat(engine.view().counts().episodes()).isEqualTo(BATCHES);
            assertThat(engine.positions().get(0).nextOffset()).isEqualTo(BATCHES);
        }
    }

    private static List<Batch> batches() {
        List<Batch> batches = new ArrayList<>();
        for (int i = 0; i < BATCHES; i++) {
            String[] concepts = new String[CONCEPTS];
            for (int c = 0; c < CONCEPTS; c++) {
                concepts[c] = "c" + (i * 7 + c) % 1000;
            }
            batches.add(new Batch(
                    "t-0", List.of(Episode.of(i, concepts)), List.of(new Position("kafka:t", "id", 0, i + 1, -1)), 0));
        }
        return batches;
    }
}
