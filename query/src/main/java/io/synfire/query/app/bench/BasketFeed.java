package io.synfire.query.app.bench;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeProducer;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Appends baskets to a topic by a thread of its own, and keeps a little ahead of what has been learned: far enough that learning need not wait,
 * not so far that it fills the disk. The other methods may be called from any thread.
 */
final class BasketFeed implements AutoCloseable {

    private static final int CHUNK_MAX = 10_000;
    private static final int CHUNKS_AHEAD = 8;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final EpisodeProducer producer;
    private final BasketSource source;
    private final LongSupplier learned;
    private final long aheadMax;
    private final int chunkSize;
    private final Thread thread = new Thread(this::run, "synfire-bench-feed");

    private volatile boolean stopping;
    private volatile Produced produced = new Produced(0, 0);
    private volatile @Nullable RuntimeException failure;

    /**
     * What was appended and acknowledged.
     *
     * @param baskets how many
     * @param pairs how many ordered pairs they make
     */
    record Produced(long baskets, long pairs) {}

    /**
     * A feed, not yet started.
     *
     * @param client how to reach the cluster
     * @param topic where baskets go
     * @param source makes them
     * @param learned how many have been learned
     * @param aheadMax how many may be in the topic and not yet learned
     */
    BasketFeed(ClientProperties client, String topic, BasketSource source, LongSupplier learned, long aheadMax) {
        this.source = source;
        this.learned = learned;
        this.aheadMax = aheadMax;
        this.chunkSize = (int) Math.max(1, Math.min(CHUNK_MAX, aheadMax / CHUNKS_AHEAD));
        this.producer = new EpisodeProducer(client, topic, new SimpleMeterRegistry());
        thread.setDaemon(true);
    }

    /** Starts, and waits until it is as far ahead as it may be. */
    void start() {
        thread.start();
        while (isAppending() && produced.baskets() + chunkSize <= aheadMax) {
            Clock.pause();
        }
        requireNoFailure();
    }

    /** What was appended so far. */
    Produced produced() {
        return produced;
    }

    /** Appends what it has begun, and no more. */
    void stop() {
        stopping = true;
    }

    /** Whether more may come. */
    boolean isAppending() {
        return thread.isAlive();
    }

    /**
     * Tells if it could not go on.
     *
     * @throws IllegalStateException if so
     */
    void requireNoFailure() {
        RuntimeException cause = failure;
        if (cause != null) {
            throw new IllegalStateException("producing stopped: " + cause.getMessage(), cause);
        }
    }

    /** Stops in milliseconds, also where the benchmark was interrupted: then the broker is there still. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        stopping = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            interrupted = true;
            thread.interrupt();
        }
        producer.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!stopping) {
                if (produced.baskets() + chunkSize - learned.getAsLong() > aheadMax) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                } else {
                    append();
                }
            }
        } catch (RuntimeException e) {
            failure = e;
        }
    }

    private void append() {
        List<Outgoing> chunk = new ArrayList<>(chunkSize);
        long pairs = produced.pairs();
        for (int i = 0; i < chunkSize; i++) {
            Workload basket = source.next();
            pairs += basket.pairs();
            chunk.add(new Outgoing(null, basket.json()));
        }
        producer.append(chunk);
        produced = new Produced(produced.baskets() + chunkSize, pairs);
    }
}
