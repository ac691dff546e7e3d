package io.synfire.ingest.kafka;

import io.synfire.engine.learn.Durations;
import java.util.Optional;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;

/**
 * How far the brokers let the timestamps of a topic's records lie after their own clock.
 *
 * @param isOfBroker whether brokers set the timestamps themselves
 * @param afterMaxMs {@code message.timestamp.after.max.ms}; null where brokers are too old to have it, or do not say
 */
record TimestampBound(boolean isOfBroker, @Nullable Long afterMaxMs) {

    /** As a cluster describes a topic; null if it does not. */
    static TimestampBound of(@Nullable Config config) {
        String type = text(config, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG);
        String after = text(config, TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG);
        return new TimestampBound("LogAppendTime".equals(type), after == null ? null : Long.valueOf(after));
    }

    /** Whether a timestamp may be farther ahead than an event, so that a clock has to decide. */
    boolean isWiderThan(long maxAheadMs) {
        return afterMaxMs == null || afterMaxMs > maxAheadMs;
    }

    /** What is to be said of a topic, if a clock has to decide of its records. */
    Optional<String> word(String topic, long maxAheadMs) {
        if (isOfBroker || !isWiderThan(maxAheadMs)) {
            return Optional.empty();
        }
        String bound = afterMaxMs == null
                ? "is not known"
                : "=" + afterMaxMs + " is more than max-ahead=" + Durations.format(maxAheadMs);
        return Optional.of("events are held against the clock of this machine, too, since "
                + TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG + (afterMaxMs == null ? " " : "") + bound
                + "; a topic that bounds its timestamps by max-ahead (" + maxAheadMs + ") needs no such clock: topic="
                + topic);
    }

    private static @Nullable String text(@Nullable Config config, String name) {
        ConfigEntry entry = config == null ? null : config.get(name);
        return entry == null ? null : entry.value();
    }
}
