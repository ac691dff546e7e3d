package io.synfire.query.app;

import io.synfire.ingest.kafka.BrokerInUseException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The cluster that holds the topic, from when it is needed first. One thread at a time. */
final class LateCluster implements AutoCloseable {

    private static final long RETRY_NANOS = 200_000_000;

    private final Settings settings;
    private final Duration patience;
    private @Nullable TopicCluster cluster;

    /** {@code patience} is how long another process may start or stop the broker of the same data directory. */
    LateCluster(Settings settings, Duration patience) {
        this.settings = settings;
        this.patience = patience;
    }

    /**
     * The cluster; opened, if it is not.
     *
     * @throws BrokerInUseException if another process still starts or stops the broker
     */
    TopicCluster get() {
        TopicCluster opened = cluster == null ? opened() : cluster;
        cluster = opened;
        return opened;
    }

    private TopicCluster opened() {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                return TopicCluster.of(settings);
            } catch (BrokerInUseException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    /** Ends a broker that runs in this process, so that another may have its directory. Whoever asks afterwards gets the cluster anew. */
    @Override
    public void close() {
        TopicCluster opened = cluster;
        cluster = null;
        if (opened != null) {
            opened.close();
        }
    }
}
