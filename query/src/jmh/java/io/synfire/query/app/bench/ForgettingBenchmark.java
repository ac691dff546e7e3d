package io.synfire.query.app.bench;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.view.MemoryView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
 * How long it takes to forget many concepts, in one batch or in many, and to write the checkpoint after that. Each concept has four
 * associations, and is in the rows of the four others. Milliseconds. {@link ForgetBenchmark} tells what questions and learning cost then.
 *
 * <pre>
 * ./mvnw -q -pl query -am -Pjmh test -DskipTests -Djmh=ForgettingBenchmark
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5)
@Measurement(iterations = 10)
@Fork(1)
public class ForgettingBenchmark {

    private static final int OTHERS = 4;
    private static final int KEPT = 1_000;
    private static final int LEARNED_AT_ONCE = 1_000;
    private static final long FROM_MS = 1_700_000_000_000L;

    /** How many are forgotten. */
    @Param({"10000", "40000"})
    public int forgets;

    /** How many in a batch; 0 is all. */
    @Param({"0", "100", "1"})
    public int atOnce;

    private @Nullable Hub hub;

    /**
     * Learns.
     *
     * @throws IOException if there is no room for the store
     */
    @Setup(Level.Iteration)
    public void open() throws IOException {
        Hub opened = new Hub(0);
        hub = opened;
        List<Entry> episodes = new ArrayList<>();
        for (int i = 0; i < forgets; i++) {
            String[] concepts = new String[1 + OTHERS];
            concepts[0] = "gone" + i;
            for (int at = 1; at <= OTHERS; at++) {
                concepts[at] = "kept" + (i + at * 7) % KEPT;
            }
            episodes.add(Episode.of(FROM_MS + i, concepts));
        }
        apply(opened.engine(), episodes, LEARNED_AT_ONCE);
        opened.engine().checkpoint();
        require(opened.engine().view(), forgets + KEPT);
    }

    /**
     * Checks that these are gone and no others, closes and deletes the store.
     *
     * @throws IOException if it cannot be deleted
     */
    @TearDown(Level.Iteration)
    public void close() throws IOException {
        if (hub != null) {
            require(hub.engine().view(), KEPT);
            hub.close();
        }
    }

    /** Forgets them. */
    @Benchmark
    public void forget() {
        List<Entry> commands = new ArrayList<>(forgets);
        for (int i = 0; i < forgets; i++) {
            commands.add(new Forget("gone" + i));
        }
        apply(engine(), commands, atOnce == 0 ? forgets : atOnce);
    }

    /** Forgets them, and writes that down. */
    @Benchmark
    public void forgetAndCheckpoint() {
        forget();
        engine().checkpoint();
    }

    private void require(MemoryView view, int concepts) {
        Hub.require(
                view.counts().concepts() == concepts, "concepts", view.counts().concepts(), concepts);
        boolean isKnown = view.conceptOf("gone" + (forgets - 1)) >= 0;
        Hub.require(isKnown == (concepts > KEPT), "the last is known", isKnown, concepts > KEPT);
        int row = view.associations(view.conceptOf("kept0"), view.watermarkMs()).size();
        // What it shares with those that are kept, and one for each that is to go.
        int left = 2 * (OTHERS - 1);
        int right = isKnown ? left + OTHERS * (forgets / KEPT) : left;
        Hub.require(row == right, "associations", row, right);
    }

    private static void apply(Engine engine, List<Entry> entries, int atOnce) {
        for (int from = 0; from < entries.size(); from += atOnce) {
            int to = Math.min(entries.size(), from + atOnce);
            engine.apply(new Batch("", entries.subList(from, to), List.of(), 0));
        }
    }

    private Engine engine() {
        if (hub == null) {
            throw new IllegalStateException("the benchmark was not set up");
        }
        return hub.engine();
    }
}
