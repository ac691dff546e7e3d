package io.synfire.query.app.bench;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.query.recall.Answers;
import io.synfire.query.recall.AssociationsQuery;
import io.synfire.query.recall.Measure;
import io.synfire.query.recall.Queries;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
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
 * What questions and learning cost by how many other concepts were forgotten: the top 20 of a hub of 100,000, all of it, a row of 50, and a
 * thousand episodes of five concepts each. Microseconds.
 *
 * <pre>
 * ./mvnw -q -pl query -am -Pjmh test -DskipTests -Djmh=ForgetBenchmark
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(1)
public class ForgetBenchmark {

    private static final int TARGETS = 100_000;
    private static final int ROW = 50;
    private static final int K = 20;
    private static final int BATCH = 1_000;
    private static final long FROM_MS = 1_700_000_000_000L;

    /** How many were forgotten. */
    @Param({"0", "10000"})
    public int forgets;

    /** Whether each came in a batch of its own. */
    @Param("false")
    public boolean oneByOne;

    private @Nullable Hub hub;

    /** What is learned next: drawn while the clock stands still. */
    @State(Scope.Benchmark)
    public static class Episodes {

        private final SplittableRandom random = new SplittableRandom(7);
        private List<Entry> drawn = List.of();
        private long atMs = FROM_MS + TARGETS;

        /** Draws them. */
        @Setup(Level.Invocation)
        public void draw() {
            List<Entry> next = new ArrayList<>(BATCH);
            for (int i = 0; i < BATCH; i++) {
                String[] concepts = new String[5];
                for (int at = 0; at < concepts.length; at++) {
                    concepts[at] = "c" + (int) (20_000 * Math.pow(random.nextDouble(), 2));
                }
                next.add(Episode.of(atMs++, concepts));
            }
            drawn = next;
        }
    }

    /**
     * Learns, forgets, and checks.
     *
     * @throws IOException if there is no room for the store
     */
    @Setup(Level.Trial)
    public void open() throws IOException {
        Hub opened = new Hub(0);
        hub = opened;
        opened.learn(0, TARGETS);
        List<Entry> others = new ArrayList<>();
        List<Entry> gone = new ArrayList<>();
        for (int i = 0; i < forgets; i++) {
            others.add(Episode.of(FROM_MS, "gone" + i, "beside" + i % 1_000));
            gone.add(new Forget("gone" + i));
        }
        for (int i = 0; i < ROW; i++) {
            others.add(Episode.of(FROM_MS, "small", "s" + i));
        }
        apply(others, BATCH);
        opened.engine().checkpoint();
        apply(gone, oneByOne ? 1 : Math.max(1, gone.size()));
        opened.engine().checkpoint();
        requireRight(opened);
    }

    private void requireRight(Hub opened) {
        int gone = opened.engine().view().conceptOf("gone" + (forgets - 1));
        Hub.require(gone < 0, "a forgotten concept", gone, "-1");
        opened.requireRow(TARGETS);
        Hub.require(small().size() == ROW, "a row", small().size(), ROW);
        int answered = top().associations().size();
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
        return new Queries(engine().view())
                .associations(new AssociationsQuery(
                        Hub.ID, K, AssociationsQuery.Scoring.of(Measure.STRENGTH), "", null, 0, false, null));
    }

    /**
     * All of the hub.
     *
     * @return the answer
     */
    @Benchmark
    public Associations all() {
        return row(Hub.ID);
    }

    /**
     * A row of 50.
     *
     * @return the answer
     */
    @Benchmark
    public Associations small() {
        return row("small");
    }

    /**
     * A thousand episodes.
     *
     * @param episodes what to learn
     */
    @Benchmark
    public void learn(Episodes episodes) {
        engine().apply(new Batch("", episodes.drawn, List.of(), 0));
    }

    private Associations row(String cue) {
        MemoryView view = engine().view();
        return view.associations(view.conceptOf(cue), view.watermarkMs());
    }

    private void apply(List<Entry> entries, int atOnce) {
        for (int from = 0; from < entries.size(); from += atOnce) {
            int to = Math.min(entries.size(), from + atOnce);
            engine().apply(new Batch("", entries.subList(from, to), List.of(), 0));
        }
    }

    private Engine engine() {
        if (hub == null) {
            throw new IllegalStateException("the benchmark was not set up");
        }
        return hub.engine();
    }
}
