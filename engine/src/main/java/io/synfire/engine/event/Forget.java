package io.synfire.engine.event;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The command to forget a concept: its associations, those of others to it, and its marginal are gone from every answer at
 * once. Episodes that come later start it afresh. What it did to other concepts' marginals stays.
 *
 * <p>Which come later is certain within one partition of a log. A command that names partitions is there once in each of them, each time
 * the same: who reads several of them stops each at its copy and forgets once all have come to theirs, so that what comes before and after
 * is the same however they are read. Partitions that it does not name hold no copy, and do not wait for it.
 *
 * @param concept the concept's id; nothing happens if it is not known
 * @param partitions by the name of a topic, how many partitions of it hold a copy: those from 0 on; empty for a command that stands
 *     alone. A partition of another log than a topic has no such name
 * @param eventId the command's own id, the same in each copy; null for none, which only one that stands alone may have
 */
public record Forget(String concept, Map<String, Integer> partitions, @Nullable String eventId) implements Entry {

    /** The longest name of a topic, in bytes of UTF-8. */
    public static final int TOPIC_BYTES_MAX = 249;

    /** The most topics of one command. */
    public static final int TOPICS_MAX = 1_000;

    /** The most partitions of one topic. */
    public static final int PARTITIONS_MAX = 1_000_000;

    /**
     * Checks the ids and the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range; the message names the rule, then the value
     */
    public Forget {
        Ids.require("concept", concept, Activation.CONCEPT_BYTES_MAX);
        if (eventId != null) {
            Ids.require("eventId", eventId, Episode.CONTEXT_BYTES_MAX);
        } else if (!partitions.isEmpty()) {
            throw new IllegalArgumentException(
                    "a forget that names partitions must have an eventId, the same in each: eventId=missing");
        }
        if (partitions.size() > TOPICS_MAX) {
            throw new IllegalArgumentException(
                    "a forget may name at most " + TOPICS_MAX + " topics: topics=" + partitions.size());
        }
        partitions.forEach((topic, count) -> {
            Ids.require("topic", topic, TOPIC_BYTES_MAX);
            if (count < 1 || count > PARTITIONS_MAX) {
                throw new IllegalArgumentException(
                        "a topic's partitions must be 1 to 1000000: partitions=" + count + " topic=" + topic);
            }
        });
        partitions = Collections.unmodifiableMap(new TreeMap<>(partitions));
    }

    /**
     * A command that stands alone and has no id.
     *
     * @param concept the concept's id
     * @throws IllegalArgumentException if it is no concept's id
     */
    public Forget(String concept) {
        this(concept, Map.of(), null);
    }

    /**
     * Whether a partition is one that this command names.
     *
     * @param topic the topic's name
     * @param partition the partition's number
     * @return true if it holds a copy
     */
    public boolean covers(String topic, int partition) {
        return partition < partitions.getOrDefault(topic, 0);
    }

    @Override
    public long inContext() {
        return 0;
    }

    @Override
    public long pairs() {
        return 0;
    }
}
