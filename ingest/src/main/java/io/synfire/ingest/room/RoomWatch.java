package io.synfire.ingest.room;

import io.synfire.engine.Engine;
import io.synfire.engine.store.StoreFullException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once that learning waits for room on the disk, and once that it goes on; whoever meets it. Thread-safe. */
public final class RoomWatch {

    /** How long who met a full disk waits before it is tried again. */
    public static final Duration RETRY = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(RoomWatch.class);

    private boolean isFull;

    /**
     * Somebody met a full disk.
     *
     * @param e what the engine said
     */
    public synchronized void met(StoreFullException e) {
        if (!isFull) {
            isFull = true;
            LOG.warn("{}", e.getMessage());
        }
    }

    /**
     * Looks whether there is room again.
     *
     * @param engine what waited for it
     */
    public synchronized void look(Engine engine) {
        if (isFull && engine.waitsForRoom().isEmpty()) {
            isFull = false;
            LOG.info("there is room on the disk again, learning goes on");
        }
    }

    /**
     * Writes, and where the disk is full waits until there is room, however long. The calling thread waits.
     *
     * @param engine what writes
     * @param write what it is to do; after a refusal it is done again
     * @throws StoreFullException if the thread is interrupted meanwhile
     */
    public void untilThereIsRoom(Engine engine, Runnable write) {
        while (true) {
            try {
                write.run();
                look(engine);
                return;
            } catch (StoreFullException e) {
                met(e);
                try {
                    Thread.sleep(RETRY.toMillis());
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw e;
                }
            }
        }
    }
}
