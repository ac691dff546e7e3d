package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.query.recall.Queries;
import io.synfire.query.recall.RecallSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
final class LiveMemoryTest {

    @TempDir
    Path directory;

    @Test
    void aQuestionUnderWayIsAnsweredByTheMemoryItWasPutTo() throws Exception {
        try (LiveMemory memory = new LiveMemory(engine("old"), RecallSettings.defaults())) {
            CountDownLatch asked = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> memory.ask(queries -> {
                asked.countDown();
                await(goOn);
                return concept(queries);
            }));
            await(asked);
            CompletableFuture<Void> replaced = CompletableFuture.runAsync(
                    () -> memory.replace(engine("new")).close());
            while (!memory.ask(LiveMemoryTest::concept).equals("new")) {
                Thread.onSpinWait();
            }
            assertThatThrownBy(() -> replaced.get(500, TimeUnit.MILLISECONDS))
                    .as("the old one waits for who asks it")
                    .isInstanceOf(TimeoutException.class);
            goOn.countDown();
            assertThat(answer.get(1, TimeUnit.MINUTES)).isEqualTo("old");
            replaced.get(1, TimeUnit.MINUTES);
        }
    }

    @Test
    void noQuestionFailsHoweverOftenMemoriesAreReplaced() throws Exception {
        try (LiveMemory memory = new LiveMemory(engine("m0"), RecallSettings.defaults())) {
            AtomicBoolean enough = new AtomicBoolean();
            List<CompletableFuture<Long>> asking = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                asking.add(CompletableFuture.supplyAsync(() -> {
                    long answers = 0;
                    while (!enough.get()) {
                        assertThat(memory.ask(LiveMemoryTest::concept)).startsWith("m");
                        answers++;
                    }
                    return answers;
                }));
            }
            for (int i = 1; i <= 20; i++) {
                memory.replace(engine("m" + i)).close();
            }
            enough.set(true);
            for (CompletableFuture<Long> each : asking) {
                assertThat(each.get(1, TimeUnit.MINUTES)).isNotNegative();
            }
            assertThat(memory.ask(LiveMemoryTest::concept)).isEqualTo("m20");
        }
    }

    private static String concept(Queries queries) {
        return queries.concepts("", 1, null, null).concepts().get(0).concept();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Engine engine(String concept) {
        Engine engine = Engine.open(
                directory.resolve(concept), Map.of(), new EngineOptions(16 << 20), new SimpleMeterRegistry());
        engine.apply(Batch.of(Episode.of(0, concept)));
        return engine;
    }
}
