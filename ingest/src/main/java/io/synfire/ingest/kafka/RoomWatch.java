package io.synfire.ingest.kafka;

import io.synfire.engine.Engine;
import io.synfire.engine.store.StoreFullException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once that learning waits for room on the disk, and once that it goes on; whoever meets it. Thread-safe. */
final class RoomWatch {

    private static final Logger LOG = LoggerFactory.getLogger(RoomWatch.class);

    private boolean isFull;

    synchronized void met(StoreFullException e) {
        if (!isFull) {
            isFull = true;
            LOG.warn("{}", e.getMessage());
        }
    }

    synchronized void look(Engine engine) {
        if (isFull && engine.waitsForRoom().isEmpty()) {
            isFull = false;
            LOG.info("there is room on the disk again, learning goes on");
        }
    }
}
