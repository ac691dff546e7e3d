package io.synfire.engine;

import io.synfire.engine.learn.Salt;
import io.synfire.engine.memory.MemoryBudget;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What an engine runs on. None of it changes what is learned, but for what the limits of a row drop, within their bounds. A test that decides when
 * a checkpoint is written, or how long a wait is, brings its own.
 *
 * @param budget what the memory may use on the heap
 * @param checkpointThread where checkpoints are written, one at a time; the engine shuts it down
 * @param nanoTime a clock for how long learning waits, in nanoseconds
 * @param newSalt draws the salt of a store that has none
 */
record Machinery(MemoryBudget budget, ExecutorService checkpointThread, LongSupplier nanoTime, Supplier<Salt> newSalt) {

    /** A thread of its own, the system's clock and its randomness. */
    static Machinery real(EngineOptions options) {
        ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
            Thread writer = new Thread(task, "synfire-checkpoint");
            writer.setDaemon(true);
            return writer;
        });
        return new Machinery(new MemoryBudget(options.heapBytes()), thread, System::nanoTime, Salt::draw);
    }
}
