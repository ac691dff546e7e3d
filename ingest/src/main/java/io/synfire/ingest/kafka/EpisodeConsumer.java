package io.synfire.ingest.kafka;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.store.StoreFullException;
import io.synfire.ingest.codec.Decoding;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The learner: reads a topic into an engine, each record exactly once. One thread reads and decodes, another applies what was read before.
 *
 * <p>Positions come from the engine and go back to it with the state they produced; the group's offsets, if there is a group, are
 * committed for lag tools and never read. All partitions are assigned by hand, unless {@code group.id} is given. What cannot be
 * learned is safe in the dead-letter topic before the position passes it; if it cannot be made safe, learning stops.
 *
 * <p>Failures of the network and the brokers are waited out. Any other ends the thread and is kept in {@link #failure()}: what was
 * learned stays readable. The other methods may be called from any thread.
 */
public final class EpisodeConsumer implements AutoCloseable {

    /**
     * How the learner reads.
     *
     * @param topics what it reads, and where rejected records go
     * @param checkpointInterval at most this long between two checkpoints while something is learned
     * @param decoding how records become entries
     */
    public record Options(TopicNames topics, Duration checkpointInterval, Decoding decoding) {}

    private static final Logger LOG = LoggerFactory.getLogger(EpisodeConsumer.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long DISCOVERY_NANOS = Duration.ofSeconds(30).toNanos();
    private static final long RETRY_MS = 1_000;

    private final Engine engine;
    private final ClientProperties properties;
    private final Options options;
    private final Applier applier;
    private final RoomWatch room = new RoomWatch();
    private final MeterRegistry meters;
    private final RecordDecoder decoder;
    private final Counter records;
    private final Counter deadLetters;
    private final Thread thread = new Thread(this::run, "synfire-learner");

    private volatile boolean stopping;
    private volatile boolean ready;
    private volatile long lag = -1;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable KafkaConsumer<byte[], byte[]> live;

    /**
     * A learner, not yet started.
     *
     * @param engine what learns; this is its one writer
     * @param properties how to reach the cluster
     * @param options how to read
     * @param meters where its figures go
     */
    public EpisodeConsumer(Engine engine, ClientProperties properties, Options options, MeterRegistry meters) {
        this(engine, properties, options, BatchListener.NONE, meters);
    }

    /**
     * A learner that is heard, not yet started.
     *
     * @param engine what learns; this is its one writer
     * @param properties how to reach the cluster
     * @param options how to read
     * @param listener hears what is learned
     * @param meters where its figures go
     */
    public EpisodeConsumer(
            Engine engine, ClientProperties properties, Options options, BatchListener listener, MeterRegistry meters) {
        this.engine = engine;
        this.applier = new Applier(engine, listener, room);
        this.properties = properties;
        this.options = options;
        this.meters = meters;
        this.decoder = new RecordDecoder(options.decoding(), engine.view().settings());
        this.records = Counter.builder("synfire.records")
                .description("Records read since the start")
                .register(meters);
        this.deadLetters = Counter.builder("synfire.dead.letters")
                .description("Records rejected since the start")
                .register(meters);
        Gauge.builder("synfire.lag", () -> (double) lag)
                .description("Records that are in the log and not yet learned; -1 while unknown")
                .register(meters);
    }

    /** Starts the thread. */
    public void start() {
        thread.start();
    }

    /**
     * Whether it has once caught up with where the log ended when it started.
     *
     * @return true from then on
     */
    public boolean ready() {
        return ready;
    }

    /**
     * How far it is behind the log.
     *
     * @return records, -1 while unknown
     */
    public long lag() {
        return lag;
    }

    /**
     * Why it stopped, if not because it was closed.
     *
     * @return the failure, or null
     */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** Checkpoints and stops. Idempotent. */
    @Override
    public void close() {
        stopping = true;
        KafkaConsumer<byte[], byte[]> consumer = live;
        if (consumer != null) {
            consumer.wakeup();
        }
        applier.stopWaiting();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        applier.close();
    }

    private void run() {
        try {
            String topicId = topicId();
            if (topicId != null) {
                learn(topicId);
            }
        } catch (WakeupException e) {
            LOG.debug("learning stops", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception | Error e) {
            failure = e;
            LOG.error("learning stopped: {}", e.getMessage(), e);
        }
    }

    private void learn(String topicId) throws InterruptedException {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties.consumer());
                KafkaClientMetrics metrics = new KafkaClientMetrics(consumer);
                DeadLetters rejected =
                        new DeadLetters(properties, options.topics().deadLetters(), meters)) {
            metrics.bindTo(meters);
            live = consumer;
            Assignment assignment =
                    new Assignment(engine, consumer, options.topics().episodes(), topicId);
            if (properties.hasGroup()) {
                consumer.subscribe(List.of(options.topics().episodes()), new Rebalance(assignment));
            } else {
                assignment.assignAll();
            }
            try {
                loop(consumer, assignment, rejected);
            } finally {
                live = null;
                // Not after a failure of the engine itself: it refuses, and says so.
                applier.await();
                engine.checkpoint();
            }
        }
    }

    private void loop(KafkaConsumer<byte[], byte[]> consumer, Assignment assignment, DeadLetters rejected)
            throws InterruptedException {
        Map<TopicPartition, Long> goal = Map.of();
        long lastCheckpoint = System.nanoTime();
        long lastDiscovery = lastCheckpoint;
        while (!stopping) {
            try {
                ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
                apply(polled, assignment, rejected);
                long now = System.nanoTime();
                if (now - lastCheckpoint >= options.checkpointInterval().toNanos()) {
                    engine.startCheckpoint();
                    commitForLagTools(consumer);
                    lastCheckpoint = now;
                }
                if (!properties.hasGroup() && now - lastDiscovery >= DISCOVERY_NANOS) {
                    applier.await();
                    assignment.assignAll();
                    lastDiscovery = now;
                }
                if (!ready && !consumer.assignment().isEmpty()) {
                    goal = goal.isEmpty() ? consumer.endOffsets(consumer.assignment()) : goal;
                    if (hasReached(consumer, goal)) {
                        // Ready means that others may rely on it: what was caught up with is durable first.
                        applier.await();
                        engine.checkpoint();
                        ready = true;
                    }
                }
                lag = lag(consumer, applier.pending());
                room.look(engine);
            } catch (OffsetOutOfRangeException e) {
                throw assignment.missing(e);
            } catch (StoreFullException e) {
                // The engine learns nothing meanwhile, and writes the same checkpoint once there is room.
                room.met(e);
                Thread.sleep(RETRY_MS);
            } catch (RetriableException e) {
                LOG.warn("the cluster does not answer, trying again: {}", e.getMessage());
            }
        }
    }

    private void apply(ConsumerRecords<byte[], byte[]> polled, Assignment assignment, DeadLetters rejected)
            throws InterruptedException {
        if (polled.nextOffsets().isEmpty()) {
            // Nothing to decode meanwhile.
            applier.await();
            return;
        }
        List<Batch> batches = new PollDecoder(decoder, assignment, rejected).decode(polled);
        rejected.await();
        applier.apply(batches, polled.count());
        records.increment(polled.count());
        deadLetters.increment(
                (double) batches.stream().mapToLong(Batch::deadLetters).sum());
    }

    private void commitForLagTools(KafkaConsumer<byte[], byte[]> consumer) {
        if (properties.hasGroup()) {
            consumer.commitAsync((offsets, e) -> {
                if (e != null) {
                    LOG.debug("offsets for lag tools were not committed", e);
                }
            });
        }
    }

    /** The topic's id; waits for a cluster that does not answer yet. Null if closed meanwhile. */
    private @Nullable String topicId() throws InterruptedException {
        try (Admin admin = Admin.create(properties.admin())) {
            while (!stopping) {
                try {
                    return Topics.id(admin, options.topics().episodes());
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof RetriableException)) {
                        throw new IllegalStateException(
                                "the topic cannot be read: topic="
                                        + options.topics().episodes() + ": " + e.getCause(),
                                e);
                    }
                    LOG.warn(
                            "the cluster does not answer, trying again: {}",
                            e.getCause().getMessage());
                    Thread.sleep(RETRY_MS);
                }
            }
        }
        return null;
    }

    private static boolean hasReached(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> goal) {
        return goal.entrySet().stream()
                .allMatch(end -> !consumer.assignment().contains(end.getKey())
                        || consumer.position(end.getKey()) >= end.getValue());
    }

    private static long lag(KafkaConsumer<byte[], byte[]> consumer, long pending) {
        long sum = pending;
        for (TopicPartition partition : consumer.assignment()) {
            if (consumer.currentLag(partition).isEmpty()) {
                return -1;
            }
            sum += consumer.currentLag(partition).getAsLong();
        }
        return sum;
    }

    /** With a group: partitions come and go, the positions stay the engine's. */
    private final class Rebalance implements ConsumerRebalanceListener {

        private final Assignment assignment;

        Rebalance(Assignment assignment) {
            this.assignment = assignment;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            awaitApplied();
            assignment.seek(partitions);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            awaitApplied();
            engine.checkpoint();
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            // What was learned of them is right up to the stored positions, whoever reads them now; nothing is
            // committed for them.
            LOG.warn("partitions were lost to another member: {}", partitions);
        }

        private void awaitApplied() {
            try {
                applier.await();
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
        }
    }
}
