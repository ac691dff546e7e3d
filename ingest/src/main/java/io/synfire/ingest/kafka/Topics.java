package io.synfire.ingest.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes topics that are missing and says what a topic is. */
public final class Topics {

    private static final Logger LOG = LoggerFactory.getLogger(Topics.class);

    private static final String RECORD_BYTES_MAX = "max.message.bytes";
    private static final long HEADER_BYTES = 64L << 10;
    private static final int ANSWER_MAX_MS = 30_000;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** For whoever can do without an answer. */
    private static final int SOON_MS = 5_000;

    private final ClientProperties properties;

    /**
     * Topics of a cluster.
     *
     * @param properties how to reach it
     */
    public Topics(ClientProperties properties) {
        this.properties = properties;
    }

    /**
     * Creates the topics that are missing, with the cluster's default replication and no expiry: they are what memories are rebuilt
     * from. A new topic of dead letters takes records as large as that of episodes does, and their headers. Returns when a broker
     * that was asked knows the new topics: a cluster says that a topic is made before its brokers have heard of it.
     *
     * @param names the topics
     * @param partitions how many partitions a new topic of episodes gets
     * @throws SilentClusterException if the cluster does not answer
     * @throws IllegalStateException if it refuses
     */
    public void create(TopicNames names, int partitions) {
        prepare((admin, present) -> {
            OptionalLong recordBytesMax = present.contains(names.episodes())
                    ? recordBytesMax(admin, names.episodes())
                    : create(admin, names.episodes(), partitions, Map.of());
            if (!present.contains(names.deadLetters())) {
                createDeadLetters(admin, names, recordBytesMax);
            }
        });
    }

    /**
     * Creates the topic of dead letters if it is missing, as {@link #create} does; the topic of episodes is left as it is, or is not.
     *
     * @param names the topics
     * @throws SilentClusterException if the cluster does not answer
     * @throws IllegalStateException if it refuses
     */
    public void createDeadLetters(TopicNames names) {
        prepare((admin, present) -> {
            if (!present.contains(names.deadLetters())) {
                createDeadLetters(admin, names, recordBytesMax(admin, names.episodes()));
            }
        });
    }

    /** What makes topics, told which are there. */
    private interface Making {
        void make(Admin admin, Set<String> present) throws ExecutionException, InterruptedException;
    }

    private void prepare(Making making) {
        Admin admin = properties.newAdmin();
        try {
            making.make(
                    admin,
                    admin.listTopics(new ListTopicsOptions().timeoutMs(ANSWER_MAX_MS))
                            .names()
                            .get());
        } catch (ExecutionException e) {
            String message = "the topics cannot be made ready: " + Causes.words(e.getCause());
            throw e.getCause() instanceof RetriableException
                    ? new SilentClusterException(message, e)
                    : new IllegalStateException(message, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while topics were made ready", e);
        } finally {
            // By itself it would wait for what is under way.
            admin.close(Duration.ZERO);
        }
    }

    private static void createDeadLetters(Admin admin, TopicNames names, OptionalLong recordBytesMax)
            throws ExecutionException, InterruptedException {
        Map<String, String> configs = recordBytesMax.isPresent()
                ? Map.of(RECORD_BYTES_MAX, Long.toString(recordBytesMax.getAsLong() + HEADER_BYTES))
                : Map.of();
        var unused = create(admin, names.deadLetters(), 1, configs);
    }

    /**
     * How large a record a topic takes, without its headers.
     *
     * @param topic its name
     * @return bytes, or empty if that may not be asked
     */
    OptionalLong recordBytesMax(String topic) {
        try (Admin admin = properties.newAdmin()) {
            return recordBytesMax(admin, topic);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a topic was looked at: topic=" + topic, e);
        }
    }

    /** The same, and empty if the cluster does not answer within seconds. */
    OptionalLong recordBytesMaxSoon(String topic) {
        try (Admin admin = properties.newAdmin()) {
            return recordBytesMax(admin, topic, new DescribeConfigsOptions().timeoutMs(SOON_MS));
        } catch (SilentClusterException e) {
            LOG.warn("how large a record may be is not known: topic={}: {}", topic, e.getMessage());
            return OptionalLong.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        }
    }

    /** Whether the cluster says within seconds that it has no such topic. */
    boolean lacks(String topic) {
        try (Admin admin = properties.newAdmin()) {
            var unused = admin.describeTopics(List.of(topic), new DescribeTopicsOptions().timeoutMs(SOON_MS))
                    .allTopicNames()
                    .get();
            return false;
        } catch (ExecutionException | KafkaException | SilentClusterException e) {
            LOG.debug("whether there is a topic: topic={}", topic, e);
            return e.getCause() instanceof UnknownTopicOrPartitionException;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static OptionalLong recordBytesMax(Admin admin, String topic) throws InterruptedException {
        return recordBytesMax(admin, topic, new DescribeConfigsOptions());
    }

    private static OptionalLong recordBytesMax(Admin admin, String topic, DescribeConfigsOptions options)
            throws InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try {
            Config config = admin.describeConfigs(List.of(resource), options)
                    .all()
                    .get()
                    .get(resource);
            return recordBytesMax(config);
        } catch (ExecutionException e) {
            LOG.warn("how large a record may be is not known: topic={}: {}", topic, Causes.words(e.getCause()));
            return OptionalLong.empty();
        }
    }

    private static OptionalLong recordBytesMax(@Nullable Config config) {
        ConfigEntry entry = config == null ? null : config.get(RECORD_BYTES_MAX);
        // What is left has room for headers.
        return entry == null || entry.value() == null
                ? OptionalLong.empty()
                : OptionalLong.of(Math.min(Integer.MAX_VALUE - HEADER_BYTES, Long.parseLong(entry.value())));
    }

    private static OptionalLong create(Admin admin, String topic, int partitions, Map<String, String> more)
            throws ExecutionException, InterruptedException {
        Map<String, String> configs = new HashMap<>(more);
        configs.put("retention.ms", "-1");
        configs.put("retention.bytes", "-1");
        NewTopic created = new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(configs);
        CreateTopicsResult result =
                admin.createTopics(List.of(created), new CreateTopicsOptions().timeoutMs(ANSWER_MAX_MS));
        try {
            result.all().get();
            LOG.info("created topic {} with {} partition(s)", topic, partitions);
        } catch (ExecutionException e) {
            // Another instance was quicker.
            if (e.getCause() instanceof TopicExistsException) {
                awaitKnown(admin, List.of(topic));
                return recordBytesMax(admin, topic);
            }
            throw e;
        }
        awaitKnown(admin, List.of(topic));
        try {
            return recordBytesMax(result.config(topic).get());
        } catch (ExecutionException e) {
            LOG.warn("how large a record may be is not known: topic={}: {}", topic, Causes.words(e.getCause()));
            return OptionalLong.empty();
        }
    }

    /**
     * Waits until a broker knows topics that were made just now.
     *
     * @throws ExecutionException if none does in time, or the cluster does not answer
     */
    static void awaitKnown(Admin admin, Collection<String> topics) throws ExecutionException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_MAX_MS);
        while (true) {
            try {
                var unused = admin.describeTopics(topics, new DescribeTopicsOptions().timeoutMs(ANSWER_MAX_MS))
                        .allTopicNames()
                        .get();
                return;
            } catch (ExecutionException e) {
                if (e.getCause() instanceof TopicAuthorizationException) {
                    LOG.debug("whether the topics are there may not be asked: topics={}", topics);
                    return;
                }
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException) || System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }
}
