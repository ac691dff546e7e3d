package io.synfire.query.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeConsumer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who teaches the live memory: one learner at a time, a new one for each memory. One thread at a time starts and stops; any may look.
 */
final class Learners implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Learners.class);

    private final Settings settings;
    private final Supplier<ClientProperties> clients;
    private final MeterRegistry meters;
    private volatile @Nullable Learner learner;
    private boolean wasReady;
    private boolean said;
    private boolean closed;

    /** One learner with what scores it. */
    private static final class Learner {
        final EpisodeConsumer consumer;
        final Deque<AutoCloseable> parts;

        /** Whether it goes on for one that had caught up: then it need not prove that it can. */
        final boolean isSuccessor;

        private volatile boolean hasCaughtUp;

        Learner(EpisodeConsumer consumer, Deque<AutoCloseable> parts, boolean isSuccessor) {
            this.consumer = consumer;
            this.parts = parts;
            this.isSuccessor = isSuccessor;
        }

        boolean isReady() {
            boolean isReady = consumer.ready();
            hasCaughtUp |= isReady;
            return isReady || (isSuccessor && !hasCaughtUp);
        }
    }

    /** {@code clients} gives the cluster's properties once it has answered, before that nothing is started. */
    Learners(Settings settings, Supplier<ClientProperties> clients, MeterRegistry meters) {
        this.settings = settings;
        this.clients = clients;
        this.meters = meters;
    }

    /** Starts to teach a memory, unless this is closed. */
    synchronized void start(LiveMemory memory) {
        if (closed) {
            return;
        }
        if (learner != null) {
            throw new IllegalStateException("one learner at a time: the one before was not stopped");
        }
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        String offsetsGroup =
                memory.engine().storeId().map(settings::offsetsGroup).orElse(null);
        if (offsetsGroup != null && !said) {
            said = true;
            LOG.info("positions are committed for lag tools under the group {}", offsetsGroup);
        }
        EpisodeConsumer.Options options = new EpisodeConsumer.Options(
                settings.topics(), settings.checkpointInterval(), settings.decoding(), settings.faults(), offsetsGroup);
        EpisodeConsumer consumer = Server.consumer(settings, memory.engine(), clients.get(), options, meters, parts);
        learner = new Learner(consumer, parts, wasReady);
        consumer.start();
    }

    /** Stops at a checkpoint. */
    synchronized void stop() {
        Learner stopped = learner;
        if (stopped == null) {
            return;
        }
        wasReady = stopped.isReady();
        Server.close(stopped.parts);
        learner = null;
    }

    /** Whether the memory has caught up with the log once, and learning goes on. */
    boolean ready() {
        Learner now = learner;
        return now == null ? wasReady : now.isReady() && now.consumer.failure() == null;
    }

    /** How far it is behind the log, or null where that is not known. */
    @Nullable
    Long lag() {
        Learner now = learner;
        return now == null || now.consumer.lag() < 0 ? null : Long.valueOf(now.consumer.lag());
    }

    /** How many partitions are read, or null where that is not known. */
    @Nullable
    Integer partitions() {
        Learner now = learner;
        return now == null || now.consumer.partitions() < 0 ? null : Integer.valueOf(now.consumer.partitions());
    }

    /** What the learner waits for, or null. */
    @Nullable
    String waiting() {
        Learner now = learner;
        return now == null ? null : now.consumer.waiting();
    }

    /** Why learning stopped, or null. */
    @Nullable
    Throwable failure() {
        Learner now = learner;
        return now == null ? null : now.consumer.failure();
    }

    /** Stops for good. */
    @Override
    public synchronized void close() {
        closed = true;
        stop();
    }
}
