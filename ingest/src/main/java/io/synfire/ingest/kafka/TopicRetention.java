package io.synfire.ingest.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which records a topic drops by its own settings. A memory is the fold of its log, so a log that keeps only the last record of each key is
 * none to learn from, and one whose records expire is not the whole one when a memory is rebuilt.
 *
 * @param cleanup the policies of {@code cleanup.policy}
 * @param retentionMs {@code retention.ms}; -1 keeps records however old
 * @param retentionBytes {@code retention.bytes}; -1 keeps them however many
 */
record TopicRetention(Set<String> cleanup, String retentionMs, String retentionBytes) {

    private static final Logger LOG = LoggerFactory.getLogger(TopicRetention.class);
    private static final int ANSWER_MAX_MS = 5_000;
    private static final String FOR_EVER = "-1";

    /** Takes a copy. */
    TopicRetention {
        cleanup = Set.copyOf(cleanup);
    }

    /** As a cluster describes a topic. */
    static TopicRetention of(Config config) {
        Set<String> cleanup = Stream.of(
                        text(config, TopicConfig.CLEANUP_POLICY_CONFIG, "").split(","))
                .map(String::strip)
                .filter(policy -> !policy.isEmpty())
                .collect(Collectors.toSet());
        return new TopicRetention(
                cleanup,
                text(config, TopicConfig.RETENTION_MS_CONFIG, FOR_EVER),
                text(config, TopicConfig.RETENTION_BYTES_CONFIG, FOR_EVER));
    }

    /**
     * Refuses a topic that is compacted, and warns of one whose records expire. Where the cluster does not let it look, it says that.
     *
     * @throws IllegalStateException if it is compacted
     * @throws RetriableException if the cluster does not answer
     */
    static void require(Admin admin, String topic) throws InterruptedException {
        Config config = describe(admin, topic);
        if (config != null) {
            require(config, topic);
        }
    }

    /**
     * Warns of a dead-letter topic that loses dead letters, if there is one: those that a clock refused decide for ever.
     *
     * @throws RetriableException if the cluster does not answer
     */
    static void warnOfDeadLetters(Admin admin, String topic) throws InterruptedException {
        try {
            Config config = describe(admin, topic);
            if (config != null) {
                of(config).warningOfDeadLetters(topic).ifPresent(warning -> LOG.warn("{}", warning));
            }
        } catch (UnknownTopicOrPartitionException e) {
            LOG.warn("there is no dead-letter topic, it is made when one is needed or never: dead-letters={}", topic);
        }
    }

    /**
     * The settings of a topic; null where the cluster does not let them be seen, which is said.
     *
     * @throws RetriableException if the cluster does not answer
     */
    static @Nullable Config describe(Admin admin, String topic) throws InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try {
            return admin.describeConfigs(List.of(resource), new DescribeConfigsOptions().timeoutMs(ANSWER_MAX_MS))
                    .all()
                    .get()
                    .get(resource);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RetriableException silent) {
                throw silent;
            }
            LOG.warn(
                    "the settings of the topic are not known (does it keep all of its records, does it bound their timestamps?): topic={}: {}",
                    topic,
                    String.valueOf(e.getCause()));
            return null;
        }
    }

    /**
     * The same for who has no client of the kind.
     *
     * @throws IllegalStateException if it is compacted, or the cluster does not answer
     */
    static void require(ClientProperties properties, String topic) throws InterruptedException {
        Config config = describe(properties, topic);
        if (config != null) {
            require(config, topic);
        }
    }

    /**
     * The settings of a topic; null where the cluster does not let them be seen, which is said.
     *
     * @throws SilentClusterException if the cluster does not answer
     */
    static @Nullable Config describe(ClientProperties properties, String topic) throws InterruptedException {
        Admin admin = properties.newAdmin();
        try {
            return describe(admin, topic);
        } catch (RetriableException e) {
            throw new SilentClusterException("the cluster does not say what the topic keeps: topic=" + topic, e);
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    private static void require(Config config, String topic) {
        TopicRetention retention = of(config);
        retention.requireNotCompacted(topic);
        retention.warning(topic).ifPresent(warning -> LOG.warn("{}", warning));
    }

    void requireNotCompacted(String topic) {
        if (cleanup.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            throw new IllegalStateException(
                    "the topic is compacted, so its log loses records and a memory of it cannot be built again: topic="
                            + topic + " cleanup.policy="
                            + cleanup.stream().sorted().collect(Collectors.joining(","))
                            + "; name another topic with --set topics.episodes=TOPIC, or set this one's cleanup.policy to"
                            + " delete and its retention.ms to -1 before anything is lost");
        }
    }

    Optional<String> warningOfDeadLetters(String topic) {
        boolean isCompacted = cleanup.contains(TopicConfig.CLEANUP_POLICY_COMPACT);
        return isCompacted || expires()
                ? Optional.of(
                        "dead letters are lost: a record that a clock refused may be learned by a rebuild once its dead"
                                + " letter is gone: topic=" + topic + " cleanup.policy="
                                + cleanup.stream().sorted().collect(Collectors.joining(",")) + " retention.ms="
                                + retentionMs
                                + " retention.bytes=" + retentionBytes + "; delete, -1 and -1 keep all")
                : Optional.empty();
    }

    private boolean expires() {
        return cleanup.contains(TopicConfig.CLEANUP_POLICY_DELETE)
                && !(retentionMs.equals(FOR_EVER) && retentionBytes.equals(FOR_EVER));
    }

    Optional<String> warning(String topic) {
        return expires()
                ? Optional.of("records of the topic expire, and a rebuild will lack what has expired: topic=" + topic
                        + " retention.ms=" + retentionMs + " retention.bytes=" + retentionBytes
                        + "; -1 for both keeps all")
                : Optional.empty();
    }

    private static String text(Config config, String name, String otherwise) {
        @Nullable ConfigEntry entry = config.get(name);
        return entry == null || entry.value() == null ? otherwise : entry.value();
    }
}
