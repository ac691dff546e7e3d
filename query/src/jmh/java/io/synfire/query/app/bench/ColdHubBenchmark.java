package io.synfire.query.app.bench;

import io.synfire.query.recall.Answers;
import io.synfire.query.recall.AssociationsQuery;
import io.synfire.query.recall.Measure;
import io.synfire.query.recall.Queries;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
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
 * How long the first question for the top 20 of a hub takes after a restart, when its row is read from the store and folded. The files are in
 * the system's cache, and the code is warm: each iteration opens the store anew in the same process. Milliseconds.
 *
 * <pre>
 * ./mvnw -q -pl query -am -Pjmh test -DskipTests -Djmh=ColdHubBenchmark
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 10)
@Measurement(iterations = 20)
@Fork(1)
public class ColdHubBenchmark {

    private static final int K = 20;

    /** How many associations the hub has. */
    @Param({"100000", "400000"})
    public int targets;

    /** As in the settings; 0 is no bound. */
    @Param({"0", "4096"})
    public int maxAssociations;

    private @Nullable Hub hub;
    private @Nullable Queries queries;

    /**
     * Learns the hub, and checks it.
     *
     * @throws IOException if there is no room for the store
     */
    @Setup(Level.Trial)
    public void open() throws IOException {
        Hub opened = new Hub(maxAssociations);
        hub = opened;
        opened.learn(0, targets);
        opened.restart();
        opened.requireRow(targets);
    }

    /** Opens the store again. */
    @Setup(Level.Iteration)
    public void restart() {
        if (hub == null) {
            throw new IllegalStateException("the benchmark was not set up");
        }
        hub.restart();
        queries = new Queries(hub.engine().view());
    }

    /**
     * Closes and deletes it.
     *
     * @throws IOException if it cannot be deleted
     */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        if (hub != null) {
            hub.close();
        }
    }

    /**
     * The 20 strongest of the hub, asked for the first time.
     *
     * @return the answer
     */
    @Benchmark
    public Answers.Associations first() {
        if (queries == null) {
            throw new IllegalStateException("the benchmark was not set up");
        }
        return queries.associations(new AssociationsQuery(
                Hub.ID, K, AssociationsQuery.Scoring.of(Measure.STRENGTH), "", null, 0, false, null));
    }
}
