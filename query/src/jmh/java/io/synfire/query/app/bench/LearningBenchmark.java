package io.synfire.query.app.bench;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How fast an engine learns what was read and decoded before: {@code learn:pairs} is ordered pairs per second. Each iteration begins with an empty
 * store and goes through 400,000 baskets, of which more than half of the edges are new; if it is faster than that, it begins with them again.
 *
 * <pre>
 * ./mvnw -q -pl query -am -Pjmh test -DskipTests -Djmh=LearningBenchmark
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
@Fork(1)
public class LearningBenchmark {

    private static final int BATCHES = 400;
    private static final int BASKETS_EACH = 1_000;

    private Baskets.@Nullable Read read;
    private @Nullable Path directory;
    private @Nullable Engine engine;
    private int next;

    /** Counted beside the batches. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Counters {

        /** Ordered pairs. */
        public long pairs;
    }

    /** Reads the workload. */
    @Setup(Level.Trial)
    public void read() {
        read = Baskets.read(new Workload(1), BATCHES, BASKETS_EACH);
    }

    /**
     * Opens an empty store.
     *
     * @throws IOException if there is no room for it
     */
    @Setup(Level.Iteration)
    public void open() throws IOException {
        directory = Files.createTempDirectory("synfire-jmh");
        engine = Engine.open(directory, Map.of(), EngineOptions.defaults(), new SimpleMeterRegistry());
        next = 0;
    }

    /**
     * Closes and deletes it.
     *
     * @throws IOException if it cannot be deleted
     */
    @TearDown(Level.Iteration)
    public void close() throws IOException {
        if (engine != null) {
            engine.close();
        }
        if (directory != null) {
            Directories.delete(directory);
        }
    }

    /**
     * Applies a batch.
     *
     * @param counters count its pairs
     */
    @Benchmark
    public void learn(Counters counters) {
        if (engine == null || read == null) {
            throw new IllegalStateException("the benchmark was not set up");
        }
        engine.apply(read.batches().get(next));
        counters.pairs += read.pairs().get(next);
        next = (next + 1) % BATCHES;
    }
}
