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
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
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
 * How long the top 20 of one hub take, by where its associations are; and beside two that ask, how long one more episode of the hub takes.
 * Milliseconds, with percentiles.
 *
 * <pre>
 * ./mvnw -q -pl query -am -Pjmh test -DskipTests -Djmh=HubBenchmark
 * ./mvnw -q -pl query -am -Pjmh test -DskipTests "-Djmh=HubBenchmark -p targets=400000 -p where=added"
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 3, time = 3)
@Fork(1)
public class HubBenchmark {

    private static final int STORED_BEFORE = 100;
    private static final int K = 20;

    /** How many associations the hub has. */
    @Param({"100000", "400000"})
    public int targets;

    /** As in the settings; 0 is no bound. */
    @Param({"0", "4096"})
    public int maxAssociations;

    /**
     * {@code added}: nearly all came after a restart, so they are in memory, on top of a small row in the store. {@code stored}: all are in
     * the store, none came since the restart, and somebody has asked before, so that the row is in the cache ({@link ColdHubBenchmark} asks
     * first). {@code memory}: all are in memory.
     */
    @Param({"added", "stored", "memory"})
    public String where = "";

    private @Nullable Hub hub;
    private @Nullable Queries queries;

    /**
     * Learns the hub.
     *
     * @throws IOException if there is no room for the store
     */
    @Setup(Level.Trial)
    public void open() throws IOException {
        Hub opened = new Hub(maxAssociations);
        hub = opened;
        opened.learn(0, STORED_BEFORE);
        if (where.equals("added")) {
            opened.restart();
        }
        opened.learn(STORED_BEFORE, targets);
        if (where.equals("stored")) {
            opened.restart();
        }
        queries = new Queries(opened.engine().view());
        opened.requireRow(targets);
        int answered = asked().associations().size();
        Hub.require(answered == K, "answered", answered, K);
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
     * The 20 strongest of the hub.
     *
     * @return the answer
     */
    @Benchmark
    public Answers.Associations top() {
        return asked();
    }

    /**
     * The same by two at once, while the hub learns.
     *
     * @return the answer
     */
    @Benchmark
    @Group("beside")
    @GroupThreads(2)
    public Answers.Associations topBesideEpisodes() {
        return asked();
    }

    /** One more episode of the hub, while two ask for its strongest. */
    @Benchmark
    @Group("beside")
    @GroupThreads(1)
    public void episodeBesideQuestions() {
        if (hub == null) {
            throw new IllegalStateException("the benchmark was not set up");
        }
        hub.learn(0, 1);
    }

    private Answers.Associations asked() {
        if (queries == null) {
            throw new IllegalStateException("the benchmark was not set up");
        }
        return queries.associations(new AssociationsQuery(
                Hub.ID, K, AssociationsQuery.Scoring.of(Measure.STRENGTH), "", null, 0, false, null));
    }
}
