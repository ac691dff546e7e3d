package io.synfire.query.app.bench;

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
 * How long a checkpoint takes after a hub got many associations since a restart: to the small row that is stored of it they are appended,
 * or they are folded into it. Each of the others has a row of its own, of one association, which is written, too. Milliseconds.
 *
 * <pre>
 * ./mvnw -q -pl query -am -Pjmh test -DskipTests -Djmh=FoldBenchmark
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 10)
@Fork(1)
public class FoldBenchmark {

    private static final int STORED_BEFORE = 100;

    /** How many associations come after the restart. */
    @Param({"100000", "400000"})
    public int targets;

    /** As in the settings; 0 is no bound. */
    @Param({"0", "4096"})
    public int maxAssociations;

    /** Whether the row is folded; else it is appended to. */
    @Param({"false", "true"})
    public boolean isFolded;

    private @Nullable Hub hub;

    /**
     * Learns the hub.
     *
     * @throws IOException if there is no room for the store
     */
    @Setup(Level.Iteration)
    public void open() throws IOException {
        Hub opened = new Hub(maxAssociations);
        hub = opened;
        opened.learn(0, STORED_BEFORE);
        opened.restart();
        int from = STORED_BEFORE;
        if (isFolded) {
            // Once more was appended than the whole row has, the next time folds.
            from = 3 * STORED_BEFORE;
            opened.learn(STORED_BEFORE, from);
            opened.engine().checkpoint();
        }
        opened.learn(from, targets);
    }

    /**
     * Checks what the checkpoint has made of it, closes and deletes it.
     *
     * @throws IOException if it cannot be deleted
     */
    @TearDown(Level.Iteration)
    public void close() throws IOException {
        if (hub != null) {
            hub.requireRow(targets);
            hub.close();
        }
    }

    /** Writes the checkpoint. */
    @Benchmark
    public void checkpoint() {
        if (hub == null) {
            throw new IllegalStateException("the benchmark was not set up");
        }
        hub.engine().checkpoint();
    }
}
