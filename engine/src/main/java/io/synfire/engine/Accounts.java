package io.synfire.engine;

import io.synfire.engine.memory.Memory;
import io.synfire.engine.memory.MemoryFigures;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoreMemory;
import io.synfire.engine.view.MemoryUse;

/** Adds up what an engine takes of its budget. Any thread; goes on when the engine is closed. */
final class Accounts {

    private final Memory memory;
    private final RocksStore store;
    private final long budgetBytes;

    Accounts(Memory memory, RocksStore store, EngineOptions options) {
        this.memory = memory;
        this.store = store;
        this.budgetBytes = options.memoryBytes();
    }

    /** What it takes now. */
    MemoryUse now() {
        MemoryFigures figures = memory.figures();
        StoreMemory stored = store.memory();
        return new MemoryUse(
                budgetBytes,
                figures.bytes() - figures.fixedBytes(),
                figures.fixedBytes() - figures.idBytes() - figures.marginalBytes(),
                figures.idBytes(),
                figures.marginalBytes(),
                memory.rowCacheBytes(),
                memory.checkpointBytes(),
                stored.cacheBytes(),
                stored.memtablesBytes(),
                stored.readersBytes());
    }
}
