package io.synfire.ingest.kafka;

import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the first partition of a topic, without learning anything. Each question has a consumer of its own, which joins no group and commits
 * nothing. Thread-safe.
 */
public final class TopicEnd {

    private final ClientProperties properties;
    private final TopicPartition partition;

    /** Takes the values of records in their order. */
    public interface Visitor {

        /**
         * One record's value.
         *
         * @param value null where the record has none
         */
        void value(byte @Nullable [] value);
    }

    /**
     * The end of a topic.
     *
     * @param properties how to reach the cluster
     * @param topic the topic
     */
    public TopicEnd(ClientProperties properties, String topic) {
        this.properties = properties;
        this.partition = new TopicPartition(topic, 0);
    }

    /**
     * Where it ends, for who does not see what is not committed. Not each offset before it is that of a record: what ends a transaction has
     * one, too.
     *
     * @return the offset that the next record will get
     * @throws SilentClusterException if the cluster does not answer within 30 s
     * @throws IllegalStateException if it refuses
     */
    public long offset() {
        try (TopicScan scan = scan()) {
            return scan.ends(List.of(partition)).getOrDefault(partition, 0L);
        }
    }

    /**
     * Reads a stretch.
     *
     * @param from the first offset
     * @param to the offset behind the last; the topic must have come so far
     * @param visitor takes what is there
     * @throws SilentClusterException if nothing comes for 30 s
     * @throws IllegalStateException if the beginning of it is gone, or the cluster refuses it
     */
    public void read(long from, long to, Visitor visitor) {
        try (TopicScan scan = scan()) {
            scan.read(partition, from, to, record -> visitor.value(record.value()));
        }
    }

    private TopicScan scan() {
        return new TopicScan(properties, "synfire-look", TopicScan.SILENCE_MAX);
    }
}
