package io.synfire.query.app.bench;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.view.MemoryView;
import io.synfire.query.recall.Answers;
import io.synfire.query.recall.AssociationsQuery;
import io.synfire.query.recall.Measure;
import io.synfire.query.recall.Queries;
import io.synfire.query.recall.RecallQuery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long questions take in the process, asked of the whole workload (28 million edges, no cue's associations cut), while a thread beside goes on to
 * learn at full speed and checkpoints every five seconds, or while nothing is learned. Microseconds, with percentiles; the memory is learned first, which
 * takes a minute.
 *
 * <pre>
 * ./mvnw -q -pl query -am -Pjmh test -DskipTests -Djmh=QueryBenchmark
 * ./mvnw -q -pl query -am -Pjmh test -DskipTests "-Djmh=QueryBenchmark -p learning=true"
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 5)
@Measurement(iterations = 3, time = 5)
@Fork(1)
public class QueryBenchmark {

    private static final int BASKETS_EACH = 1_000;
    private static final int LIVE_BATCHES = 50;
    private static final int K = 20;
    private static final int HUB_EDGES_MIN = 300_000;
    private static final int QUESTIONS = 1_000;
    private static final int CUES = 5;
    private static final long CHECKPOINT_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Whether a thread beside learns. */
    @Param({"true", "false"})
    public boolean learning;

    private final SplittableRandom random = new SplittableRandom(1);
    private @Nullable Memory memory;
    private AssociationsQuery hub = AssociationsQuery.of("");
    private List<AssociationsQuery> usual = List.of();
    private List<RecallQuery> recalls = List.of();

    /** A store, an engine, and what learns beside. */
    private static final class Memory implements AutoCloseable {
        private final Path directory;
        private final Engine engine;
        private final Queries queries;
        private final Thread learner;
        private volatile boolean stopping;
        private volatile @Nullable Throwable failure;

        Memory(Path directory, Workload workload) {
            this.directory = directory;
            this.engine = Engine.open(
                    directory, Map.of("max-associations", "0"), EngineOptions.defaults(), new SimpleMeterRegistry());
            this.queries = new Queries(engine.view());
            for (int i = 0; i < Workload.BASKETS / BASKETS_EACH; i++) {
                engine.apply(Baskets.read(workload, 1, BASKETS_EACH).batches());
            }
            engine.checkpoint();
            List<Batch> more =
                    Baskets.read(workload, LIVE_BATCHES, BASKETS_EACH).batches();
            this.learner = new Thread(() -> learn(more), "learner");
        }

        private void learn(List<Batch> batches) {
            try {
                long last = System.nanoTime();
                for (int i = 0; !stopping; i = (i + 1) % batches.size()) {
                    engine.apply(batches.get(i));
                    if (System.nanoTime() - last > CHECKPOINT_NANOS) {
                        engine.checkpoint();
                        last = System.nanoTime();
                    }
                }
            } catch (RuntimeException | Error e) {
                failure = e;
            }
        }

        Queries queries() {
            if (failure != null) {
                throw new IllegalStateException("nothing is learned any more", failure);
            }
            return queries;
        }

        @Override
        public void close() throws IOException {
            stopping = true;
            try {
                learner.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            engine.close();
            Directories.delete(directory);
        }
    }

    /**
     * Learns the workload and looks for what to ask.
     *
     * @throws IOException if there is no room for the store
     */
    @Setup(Level.Trial)
    public void open() throws IOException {
        Workload workload = new Workload(1);
        Memory opened = new Memory(Files.createTempDirectory("synfire-jmh"), workload);
        memory = opened;
        MemoryView view = opened.engine.view();
        int[] degrees = IntStream.range(0, view.conceptCount())
                .map(view::associationsMax)
                .toArray();
        int largest = IntStream.range(0, degrees.length).reduce(0, (a, b) -> degrees[b] > degrees[a] ? b : a);
        if (degrees[largest] < HUB_EDGES_MIN) {
            throw new IllegalStateException("the hub is too small: edges=" + degrees[largest]);
        }
        hub = top(view.idOf(largest));
        usual = random.ints(0, degrees.length)
                .filter(concept -> degrees[concept] >= 40 && degrees[concept] <= 60)
                .limit(QUESTIONS)
                .mapToObj(concept -> top(view.idOf(concept)))
                .toList();
        recalls = recalls(workload);
        if (learning) {
            opened.learner.start();
        }
    }

    /**
     * Stops and deletes everything.
     *
     * @throws IOException if the store cannot be deleted
     */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        if (memory != null) {
            memory.close();
        }
    }

    /**
     * The 20 strongest of a cue that has about 50 associations.
     *
     * @return the answer
     */
    @Benchmark
    public Answers.Associations topOfAbout50Edges() {
        return queries().associations(usual.get(random.nextInt(QUESTIONS)));
    }

    /**
     * The 20 strongest of the largest hub, that has more than 300,000 associations.
     *
     * @return the answer
     */
    @Benchmark
    public Answers.Associations topOfTheHub() {
        return queries().associations(hub);
    }

    /**
     * What five concepts of one basket bring to mind, over two hops.
     *
     * @return the answer
     */
    @Benchmark
    public Answers.Recall recallOf5CuesOver2Hops() {
        return queries().recall(recalls.get(random.nextInt(QUESTIONS)));
    }

    private Queries queries() {
        if (memory == null) {
            throw new IllegalStateException("the benchmark was not set up");
        }
        return memory.queries();
    }

    private static AssociationsQuery top(String concept) {
        return new AssociationsQuery(
                concept, K, AssociationsQuery.Scoring.of(Measure.STRENGTH), "", null, 0, false, null);
    }

    private static List<RecallQuery> recalls(Workload workload) {
        List<RecallQuery> recalls = new ArrayList<>(QUESTIONS);
        while (recalls.size() < QUESTIONS) {
            workload.next();
            if (workload.concepts() >= CUES) {
                recalls.add(RecallQuery.builder()
                        .cues(IntStream.range(0, CUES)
                                .mapToObj(index -> Workload.id(workload.concept(index)))
                                .toList())
                        .hops(2)
                        .k(K)
                        .build());
            }
        }
        return recalls;
    }
}
