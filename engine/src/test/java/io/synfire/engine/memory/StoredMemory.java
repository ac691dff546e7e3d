package io.synfire.engine.memory;

import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.Salt;
import io.synfire.engine.store.Origin;
import io.synfire.engine.store.Retirement;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoreBudget;
import io.synfire.engine.store.StoreContents;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A memory over a store of its own, which can be dropped without a checkpoint and opened again. */
final class StoredMemory implements AutoCloseable {

    private static final StoreBudget STORE = new StoreBudget(1 << 20, 1 << 20);
    private static final AtomicLong NAMES = new AtomicLong();

    private final LearningSettings settings;
    private final long budget;
    private final Path path;
    private RocksStore store;
    private Memory memory;
    private @Nullable Checkpoint underWay;
    private boolean isWritten;

    StoredMemory(Path directory, LearningSettings settings, long budget) {
        this(directory, settings, budget, Salts.of(1));
    }

    /** A memory whose ids are hashed by this salt. */
    StoredMemory(Path directory, LearningSettings settings, long budget, Salt salt) {
        this.settings = settings;
        this.budget = budget;
        this.path = directory.resolve("store" + NAMES.incrementAndGet());
        this.store = RocksStore.open(path, STORE);
        store.create(settings.toMap(), salt);
        this.memory = opened();
    }

    /** A memory that keeps all in memory. */
    StoredMemory(Path directory, LearningSettings settings) {
        this(directory, settings, Long.MAX_VALUE);
    }

    Memory memory() {
        return memory;
    }

    /** Both checksums, once nothing is under way. */
    Memory.Checksums checksums() {
        endCheckpoint();
        return memory.checksums();
    }

    Path path() {
        return path;
    }

    RocksStore store() {
        return store;
    }

    /** Takes the next step of a checkpoint that learning goes on beside: it begins, is written, or ends. */
    void advanceCheckpoint() {
        if (underWay == null) {
            underWay = memory.begin();
            isWritten = false;
        } else if (!isWritten) {
            underWay.write();
            isWritten = true;
        } else {
            memory.end(underWay);
            underWay = null;
        }
    }

    /** Brings the one under way to its end, and writes the rest. */
    void checkpoint() {
        endCheckpoint();
        memory.checkpoint();
    }

    /** Brings the one under way to its end. */
    void endCheckpoint() {
        while (underWay != null) {
            advanceCheckpoint();
        }
    }

    /** Applies records of one log, in their order across all partitions. */
    void apply(List<Line> lines) {
        List<Batch> batches = new ArrayList<>();
        int from = 0;
        for (int to = 1; to <= lines.size(); to++) {
            String partition = lines.get(from).partition();
            if (to == lines.size() || !lines.get(to).partition().equals(partition)) {
                List<Entry> run =
                        lines.subList(from, to).stream().map(Line::entry).toList();
                batches.add(new Batch(partition, run, List.of(), 0));
                from = to;
            }
        }
        memory.apply(batches);
    }

    /** The same, and moves the one position there is. */
    void apply(List<Line> lines, int next) {
        apply(lines);
        memory.apply(List.of(new Batch("", List.of(), List.of(new Position("file:log", "", 0, next, -1)), 0)));
    }

    /** Where {@link #apply(List, int)} left off, as far as it was checkpointed. */
    int next() {
        return memory.reader().positions().isEmpty()
                ? 0
                : (int) memory.reader().positions().get(0).nextOffset();
    }

    /** How many records the store has of concepts that were forgotten: three for each that an id had last. */
    int left() {
        int[] left = {0};
        store.contents().concepts(new StoreContents.ConceptVisitor() {
            @Override
            public void concept(int concept, byte[] utf8, Origin origin) {}

            @Override
            public void retired(int concept, long hash, long watermarkMs) {
                left[0]++;
            }

            @Override
            public void forgotten(long hash, Retirement retirement) {
                left[0]++;
            }
        });
        store.forgets().byWatermark(0, (hash, retirement) -> ++left[0] > 0);
        return left[0];
    }

    /** Of how many episodes the store says that they came late. */
    int late() {
        int[] late = {0};
        store.contents().lateEpisodes((retired, count) -> late[0]++);
        return late[0];
    }

    /** Does something to the directory of the store; forgets what was not checkpointed. */
    void whileClosed(Consumer<Path> change) {
        store.close();
        change.accept(path);
        store = RocksStore.open(path, STORE);
        memory = opened();
    }

    /** Forgets what was not checkpointed. */
    void reopen() {
        if (underWay != null) {
            underWay.abandon();
            underWay = null;
        }
        store.close();
        store = RocksStore.open(path, STORE);
        memory = opened();
    }

    private Memory opened() {
        return new Memory(settings, store, store.salt().orElseThrow(), new MemoryBudget(budget));
    }

    @Override
    public void close() {
        if (underWay != null) {
            underWay.abandon();
        }
        store.close();
    }
}
