package io.synfire.engine;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.synfire.engine.memory.Memory;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.view.MemoryUse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;

/** What the engine counts, in one place; taken out of the registry when the engine is closed. */
final class EngineMeters implements AutoCloseable {

    private final MeterRegistry registry;
    private final List<Meter> meters = new ArrayList<>();
    private final Counter pairs;
    private final Timer checkpoint;
    private final Timer apply;
    private final Timer blocked;
    private final DistributionSummary checkpointBytes;

    EngineMeters(MeterRegistry registry, Memory memory, RocksStore store, Accounts accounts) {
        this.registry = registry;
        add(FunctionCounter.builder(
                        "synfire.episodes", memory, each -> each.figures().fired())
                .description("Episodes learned since the start")
                .register(registry));
        pairs = add(Counter.builder("synfire.pairs")
                .description(
                        "Impulses applied since the start: ordered pairs, counted each time, also those taken back")
                .register(registry));
        checkpoint = add(Timer.builder("synfire.checkpoint")
                .description("Time of writing one checkpoint, during which learning goes on")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofSeconds(10))
                .register(registry));
        apply = add(Timer.builder("synfire.apply")
                .description("Time of learning one batch")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofSeconds(10))
                .register(registry));
        blocked = add(Timer.builder("synfire.apply.blocked")
                .description(
                        "Time for which learning a batch waited for a checkpoint: to begin or end one, or for the room it makes")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofNanos(100_000))
                .maximumExpectedValue(Duration.ofSeconds(10))
                .register(registry));
        checkpointBytes = add(DistributionSummary.builder("synfire.checkpoint.size")
                .description("Bytes that one checkpoint hands to the store")
                .baseUnit("bytes")
                .register(registry));
        gauge("synfire.concepts", "Known concepts", () -> memory.figures()
                .counts()
                .concepts());
        gauge(
                "synfire.associations",
                "Stored directed edges, at most: what was added to a row since it was last written whole may count twice",
                () -> memory.figures().counts().associations());
        gauge(
                "synfire.watermark.seconds",
                "Latest event time learned, seconds since the epoch",
                () -> memory.figures().watermarkMs() / 1000.0);
        add(FunctionCounter.builder("synfire.rowcache.hits", memory, Memory::rowCacheHits)
                .description("Rows of the store that a reader found in memory")
                .register(registry));
        add(FunctionCounter.builder("synfire.rowcache.misses", memory, Memory::rowCacheMisses)
                .description("Rows of the store that a reader did not find in memory")
                .register(registry));
        gauge("synfire.duplicates", "Episodes passed over since their event id was known", () -> memory.figures()
                .counts()
                .duplicates());
        gauge("synfire.retractions.waiting", "Retractions read before what they take back", () -> memory.figures()
                .waiting());
        add(FunctionCounter.builder("synfire.episodes.retracted", memory, each -> each.figures()
                        .retracted())
                .description("Episodes taken back since the start")
                .register(registry));
        add(FunctionCounter.builder("synfire.commands.repeated", memory, each -> each.figures()
                        .repeated())
                .description("Commands passed over since the start, since their id was known")
                .register(registry));
        add(FunctionCounter.builder("synfire.association.prunes", memory, each -> each.figures()
                        .prunes())
                .description("Associations dropped since they were weaker than forget.below at every horizon")
                .register(registry));
        add(FunctionCounter.builder("synfire.association.cuts", memory, each -> each.figures()
                        .cuts())
                .description("How often a row was cut back to its max-associations strongest")
                .register(registry));
        memory(accounts);
        rocksDb(store);
    }

    /** What is accounted, each part under the name that {@link MemoryUse} gives it. */
    private void memory(Accounts accounts) {
        use(accounts, "memory.budget", "What the engine may use in all", MemoryUse::budgetBytes);
        use(
                accounts,
                "memory.used",
                "What the engine accounts in all, to be compared with the budget",
                MemoryUse::usedBytes);
        use(
                accounts,
                "memory.heap",
                "What of it is on the heap: tables, ids, marginals, impulses held back, what is kept for readers",
                MemoryUse::heapBytes);
        use(
                accounts,
                "memory.fixed",
                "What of that cannot leave memory: ids, marginals, impulses held back",
                MemoryUse::fixedBytes);
        use(
                accounts,
                "memory.tables",
                "What associations, windows, and event ids and waiting retractions that are not stored yet take",
                MemoryUse::tablesBytes);
        use(
                accounts,
                "memory.held",
                "What impulses take that are not in their rows yet, clocks and positions of partitions and files, and what a log takes back while it is learned anew",
                MemoryUse::heldBytes);
        use(accounts, "memory.ids", "What ids take, which cannot leave memory", MemoryUse::idsBytes);
        use(accounts, "memory.marginals", "What marginals take, which cannot leave memory", MemoryUse::marginalsBytes);
        use(
                accounts,
                "memory.rowcache",
                "What is kept for readers: rows they have read from the store, the strongest of large tables",
                MemoryUse::rowcacheBytes);
        use(
                accounts,
                "memory.checkpoint",
                "What the checkpoint that is being written takes off the heap",
                MemoryUse::checkpointBytes);
        use(accounts, "rocksdb.cache", "What the block cache holds", MemoryUse::rocksdbCacheBytes);
        use(accounts, "rocksdb.memtables", "Size of all memtables", MemoryUse::rocksdbMemtablesBytes);
        use(accounts, "rocksdb.readers", "Memory of table readers", MemoryUse::rocksdbReadersBytes);
    }

    private void use(Accounts accounts, String name, String description, ToLongFunction<MemoryUse> part) {
        gauge("synfire." + name + ".bytes", description, () -> part.applyAsLong(accounts.now()));
    }

    /** What may go wrong with the store. */
    void store(RocksStore store, BooleanSupplier waitsForRoom) {
        gauge(
                "synfire.learning.paused",
                "1 while learning waits for room on the disk, else 0",
                () -> waitsForRoom.getAsBoolean() ? 1 : 0);
        gauge(
                "synfire.store.damaged",
                "1 once damage of the store was met, else 0",
                () -> store.damage().isPresent() ? 1 : 0);
        gauge(
                "synfire.store.checkpoints.lost",
                "Committed checkpoints that the store had lost when it was opened",
                store::lostCheckpoints);
    }

    void applied(long pairsApplied, long nanos) {
        pairs.increment((double) pairsApplied);
        apply.record(Duration.ofNanos(nanos));
    }

    void blocked(long nanos) {
        blocked.record(Duration.ofNanos(nanos));
    }

    void checkpointed(long bytes, long nanos) {
        checkpoint.record(Duration.ofNanos(nanos));
        checkpointBytes.record((double) bytes);
    }

    @Override
    public void close() {
        meters.forEach(registry::remove);
        meters.clear();
    }

    private void rocksDb(RocksStore store) {
        gauge(
                "synfire.rocksdb.files.bytes",
                "Size of all table files",
                () -> store.figure("rocksdb.total-sst-files-size"));
        gauge(
                "synfire.rocksdb.live.bytes",
                "Estimated size of live data",
                () -> store.figure("rocksdb.estimate-live-data-size"));
        gauge(
                "synfire.rocksdb.compaction.pending.bytes",
                "Bytes that wait for compaction",
                () -> store.figure("rocksdb.estimate-pending-compaction-bytes"));
        gauge(
                "synfire.rocksdb.compactions.running",
                "Compactions under way",
                () -> store.figure("rocksdb.num-running-compactions"));
    }

    private void gauge(String name, String description, java.util.function.Supplier<Number> value) {
        add(Gauge.builder(name, value).description(description).register(registry));
    }

    private <M extends Meter> M add(M meter) {
        meters.add(meter);
        return meter;
    }
}
