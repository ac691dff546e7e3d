package io.synfire.engine;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.Salt;
import io.synfire.engine.memory.MemoryBudget;
import io.synfire.engine.store.RocksStore;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;

/** Opens an engine whose disk, thread and clock are a test's, with less memory than an operator may give. */
public final class EngineOverStore {

    private EngineOverStore() {}

    /** Opens an engine over an open store. */
    public static Engine open(
            RocksStore store,
            Path directory,
            Map<String, String> learning,
            long heapBytes,
            ExecutorService checkpointThread,
            LongSupplier nanoTime) {
        return open(store, directory, learning, heapBytes, checkpointThread, nanoTime, new SimpleMeterRegistry());
    }

    /** The same, with where it counts. */
    public static Engine open(
            RocksStore store,
            Path directory,
            Map<String, String> learning,
            long heapBytes,
            ExecutorService checkpointThread,
            LongSupplier nanoTime,
            MeterRegistry meters) {
        return Engine.over(
                store,
                directory,
                LearningSettings.parse(learning),
                learning,
                new EngineOptions(EngineOptions.MEMORY_BYTES_MIN),
                meters,
                "simulated",
                new Machinery(
                        new MemoryBudget(heapBytes), checkpointThread, nanoTime, () -> Salt.of(new byte[Salt.BYTES])));
    }
}
