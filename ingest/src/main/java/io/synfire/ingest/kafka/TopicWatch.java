package io.synfire.ingest.kafka;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches a topic beside whoever reads it: whether the leaders of all its partitions answer, how many partitions it has, and whether it is
 * still the same topic. A consumer that cannot reach its brokers just gets nothing; this tells that from a topic in which nothing
 * happens. Looks once a second, on a thread of its own. Thread-safe.
 */
final class TopicWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TopicWatch.class);
    private static final long PERIOD_MS = 1_000;
    private static final int ANSWER_MAX_MS = 5_000;
    private static final long LOOK_MS = 100;
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(1);

    private final Admin admin;
    private final String topic;
    private final Duration lostAfter;
    private final MeterRegistry meters;
    private final Gauge silence;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread watching = new Thread(task, "synfire-watch");
        watching.setDaemon(true);
        return watching;
    });

    /** Of the watching thread. */
    private boolean wasLost;

    private volatile long answeredNanos = System.nanoTime();
    private volatile boolean answered;
    private volatile int partitions;
    private volatile @Nullable String topicId;
    private volatile @Nullable String trouble;

    TopicWatch(Admin admin, String topic, Duration lostAfter, MeterRegistry meters) {
        this.admin = admin;
        this.topic = topic;
        this.lostAfter = lostAfter;
        this.meters = meters;
        this.silence = Gauge.builder("synfire.cluster.silent.seconds", () -> silentNanos() / 1e9)
                .description("For how long not all leaders of the topic's partitions have answered")
                .register(meters);
        var unused = thread.scheduleWithFixedDelay(this::look, 0, PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    /** What is the matter if there was no answer for too long, or never any; null if there was. */
    @Nullable
    String lost() {
        long silent = silentNanos();
        // One that was never there is not taken for one that is back soon.
        if (silent <= (answered ? lostAfter : FIRST_ANSWER).toNanos()) {
            return null;
        }
        String last = trouble;
        return "the cluster has not answered for " + TimeUnit.NANOSECONDS.toSeconds(silent) + "s, trying again: topic="
                + topic + (last == null ? "" : ": " + last);
    }

    /** How many partitions the topic had when it was last looked at; 0 while unknown. */
    int partitions() {
        return partitions;
    }

    /** The id that the topic had when it was last looked at; null while unknown. */
    @Nullable
    String topicId() {
        return topicId;
    }

    /** Asks for the topic's id as it is from now on. */
    KafkaFuture<String> ask() {
        return describe().thenApply(description -> description.topicId().toString());
    }

    /** Asks how many partitions the topic has from now on. */
    KafkaFuture<Integer> askPartitions() {
        return describe().thenApply(description -> description.partitions().size());
    }

    /** Asks where partitions end from now on, transactions that are still open included. */
    KafkaFuture<Map<TopicPartition, Long>> ends(Set<TopicPartition> of) {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        of.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
        ListOffsetsOptions options = new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED).timeoutMs(ANSWER_MAX_MS);
        return admin.listOffsets(latest, options).all().thenApply(found -> {
            Map<TopicPartition, Long> ends = new HashMap<>();
            found.forEach((partition, end) -> ends.put(partition, end.offset()));
            return ends;
        });
    }

    /** The topic's id, once the cluster has said it; null if stopped meanwhile. */
    @Nullable
    String await(CountDownLatch stopping) throws InterruptedException {
        while (stopping.getCount() > 0) {
            KafkaFuture<String> asked = ask();
            try {
                while (stopping.getCount() > 0) {
                    try {
                        return asked.get(LOOK_MS, TimeUnit.MILLISECONDS);
                    } catch (TimeoutException e) {
                        // Not yet.
                    }
                }
            } catch (ExecutionException e) {
                requireRetriable(e);
                var unused = stopping.await(PERIOD_MS, TimeUnit.MILLISECONDS);
            }
        }
        return null;
    }

    /**
     * What may pass is waited for.
     *
     * @throws IllegalStateException if this will not
     */
    void requireRetriable(ExecutionException e) {
        if (!(e.getCause() instanceof RetriableException)) {
            throw new IllegalStateException(
                    "the topic cannot be read: topic=" + topic + ": " + Causes.words(e.getCause()), e);
        }
        LOG.warn("the cluster does not answer, trying again: {}", e.getCause().getMessage());
    }

    @Override
    public void close() {
        thread.shutdownNow();
        // Another may count in the same registry after this one.
        meters.remove(silence);
    }

    private long silentNanos() {
        return System.nanoTime() - answeredNanos;
    }

    private KafkaFuture<TopicDescription> describe() {
        return admin.describeTopics(List.of(topic), new DescribeTopicsOptions().timeoutMs(ANSWER_MAX_MS))
                .allTopicNames()
                .thenApply(described -> Objects.requireNonNull(described.get(topic), topic));
    }

    private void look() {
        try {
            TopicDescription description = describe().get();
            topicId = description.topicId().toString();
            partitions = description.partitions().size();
            Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
            description
                    .partitions()
                    .forEach(partition ->
                            ends.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest()));
            // Only a partition's leader answers this.
            admin.listOffsets(ends, new ListOffsetsOptions().timeoutMs(ANSWER_MAX_MS))
                    .all()
                    .get();
            if (wasLost) {
                LOG.info("the cluster answers again: topic={}", topic);
            }
            answeredNanos = System.nanoTime();
            answered = true;
            trouble = null;
            wasLost = false;
        } catch (ExecutionException e) {
            trouble = Causes.words(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // The next look may be luckier; whoever asks is told.
            trouble = String.valueOf(e);
        }
        String lost = lost();
        if (lost != null && !wasLost) {
            wasLost = true;
            LOG.warn("{}", lost);
        }
    }
}
