package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Position;
import io.synfire.engine.view.MemoryView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * An engine that has the least budget that there may be, and somebody who looks all the time, not only between batches, at what is accounted: at
 * most a tenth more. Batches are made as sources make them. What ids and marginals take is not counted, since it cannot leave memory.
 */
final class BudgetWatch {

    private static final long MEMORY = EngineOptions.MEMORY_BYTES_MIN;
    private static final double MOST = 1.1 * MEMORY;

    /** A checkpoint begins before its batch is an eighth; what comes while the one before is written may be as much as half of that. */
    private static final double LARGEST = 1.5 * MEMORY / 8;

    /** As the sources of a topic make them. */
    static final int BATCH = 512;

    private static final long PAIRS = 4_096;

    /** As somebody does who keeps his own positions. */
    static final int ANY = 1_000_000;

    private final Path directory;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicBoolean isDone = new AtomicBoolean();
    private volatile double most;
    private volatile String when = "";
    private volatile double largest;

    /** Watches an engine over a store in an empty directory. */
    BudgetWatch(Path directory) {
        this.directory = directory;
    }

    /** Whether all is learned: the engine may be closed from then on. */
    boolean isDone() {
        return isDone.get();
    }

    /** Whether the engine has taken its meters with it. */
    boolean isClosed() {
        return meters.getMeters().isEmpty();
    }

    /** Returns how many pairs were learned. */
    long stays(Map<String, String> settings, int polls, int batch, IntFunction<List<Entry>> poll)
            throws InterruptedException {
        return stays(settings, polls, batch, poll, view -> {});
    }

    /** The same, with somebody who reads meanwhile. */
    long stays(
            Map<String, String> settings,
            int polls,
            int batch,
            IntFunction<List<Entry>> poll,
            Consumer<MemoryView> beside)
            throws InterruptedException {
        long learned = 0;
        Thread looking = new Thread(this::lookAllTheTime);
        try (Engine engine = Engine.open(directory, settings, new EngineOptions(MEMORY), meters)) {
            look();
            looking.start();
            beside.accept(engine.view());
            long offset = 0;
            for (int p = 0; p < polls; p++) {
                List<Batch> batches = new ArrayList<>();
                List<Entry> entries = poll.apply(p);
                int from = 0;
                while (from < entries.size()) {
                    int to = batch > BATCH ? entries.size() : end(engine, entries, from);
                    offset += to - from;
                    // One that is longer than those of sources has no position: it may be stored in parts.
                    List<Position> positions =
                            batch > BATCH ? List.of() : List.of(new Position("log", "", 0, offset, -1, ""));
                    batches.add(new Batch("", entries.subList(from, to), positions, 0));
                    from = to;
                }
                apply(engine, batches);
                look();
                assertThat(most).as("poll %d: %s", p, when).isLessThanOrEqualTo(MOST);
            }
            isDone.set(true);
            looking.join();
            learned = engine.view().counts().pairs();
            engine.abandon();
        } finally {
            isDone.set(true);
        }
        System.out.printf(
                "at most %.1f of %.1f MiB: %s; largest batch of a checkpoint %.1f MiB%n",
                most / 0x1p20, MEMORY / 0x1p20, when, largest / 0x1p20);
        assertThat(most).as(when).isLessThanOrEqualTo(MOST);
        assertThat(largest).as("largest batch of a checkpoint").isLessThanOrEqualTo(LARGEST);
        return learned;
    }

    /** Where a batch ends as the sources of a topic make them. */
    private static int end(Engine engine, List<Entry> entries, int from) {
        long pairs = 0;
        int to = from;
        while (to < entries.size() && to - from < BATCH && pairs < PAIRS) {
            pairs += engine.pairsOf(entries.get(to++));
        }
        return to;
    }

    /** In portions, as who reads a topic does. */
    private static void apply(Engine engine, List<Batch> batches) {
        int from = 0;
        while (from < batches.size()) {
            long pairsMax = engine.pairsAtOnce();
            long sum = engine.pairsOf(batches.get(from));
            int to = from + 1;
            while (to < batches.size() && sum + engine.pairsOf(batches.get(to)) <= pairsMax) {
                sum += engine.pairsOf(batches.get(to));
                to++;
            }
            engine.apply(batches.subList(from, to));
            from = to;
        }
    }

    private void lookAllTheTime() {
        try {
            while (!isDone.get()) {
                look();
                Thread.sleep(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void look() {
        largest = Math.max(largest, gauge("checkpoint"));
        double used = gauge("used") - gauge("ids") - gauge("marginals");
        if (used > most) {
            most = used;
            when = String.format(
                    "heap %.1f, fixed %.1f, batch of a checkpoint %.1f, memtables %.1f, cache %.1f MiB",
                    gauge("heap") / 0x1p20,
                    gauge("fixed") / 0x1p20,
                    gauge("checkpoint") / 0x1p20,
                    meters.get("synfire.rocksdb.memtables.bytes").gauge().value() / 0x1p20,
                    meters.get("synfire.rocksdb.cache.bytes").gauge().value() / 0x1p20);
        }
    }

    private double gauge(String name) {
        return meters.get("synfire.memory." + name + ".bytes").gauge().value();
    }
}
