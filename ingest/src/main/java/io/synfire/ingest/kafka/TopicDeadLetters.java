package io.synfire.ingest.kafka;

import io.synfire.ingest.forget.HeldId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * The dead letters of a topic that name a context or a concept: each look reads what came since the one before. Where there is no topic of
 * dead letters there are none. One thread at a time.
 */
public final class TopicDeadLetters {

    private final ClientProperties properties;
    private final String topic;
    private final HeldId id;
    private final String topicId;
    private final String memoryId;
    private final Map<TopicPartition, Long> nextOffsets = new HashMap<>();
    private final List<Place> places = new ArrayList<>();
    private final Map<Place, String> reasons = new HashMap<>();

    /**
     * A record of a topic.
     *
     * @param topic the topic's name
     * @param partition the partition
     * @param offset the offset
     */
    public record Place(String topic, int partition, long offset) {}

    /**
     * Nothing looked at yet.
     *
     * @param properties how to reach the cluster
     * @param topic the topic of dead letters
     * @param id what they must name
     * @param topicId the id of the topic of episodes: of another of its name nothing was refused here
     * @param memoryId the id of the memory's store, or empty: what another memory could not read is not refused here
     */
    public TopicDeadLetters(ClientProperties properties, String topic, HeldId id, String topicId, String memoryId) {
        this.topicId = topicId;
        this.memoryId = memoryId;
        this.properties = properties;
        this.topic = topic;
        this.id = id;
    }

    /**
     * Reads on to where the topic ends now.
     *
     * @throws SilentClusterException if the cluster does not answer
     * @throws IllegalStateException if it does not let the topic be read
     */
    public void look() {
        try (TopicScan scan = new TopicScan(properties, "synfire-forget-dead-letters", TopicScan.SILENCE_MAX)) {
            List<TopicPartition> partitions = scan.partitions(topic);
            Map<TopicPartition, Long> begins = scan.begins(partitions);
            Map<TopicPartition, Long> ends = scan.ends(partitions);
            for (TopicPartition partition : partitions) {
                long begin = begins.getOrDefault(partition, 0L);
                long from = Math.max(begin, nextOffsets.getOrDefault(partition, 0L));
                long to = ends.getOrDefault(partition, 0L);
                scan.read(partition, from, to, this::take);
                nextOffsets.put(partition, Math.max(from, to));
            }
        }
    }

    /**
     * The dead letters that name it.
     *
     * @return where they are among the dead letters, in their order
     */
    public List<Place> places() {
        return List.copyOf(places);
    }

    /**
     * Why a record became a dead letter of this memory, if it did and names it.
     *
     * @param original the record
     * @return the reason, or empty if it is not among those that were looked at
     */
    public Optional<String> reason(Place original) {
        return Optional.ofNullable(reasons.get(original));
    }

    private void take(ConsumerRecord<byte[], byte[]> letter) {
        if (!id.isIn(letter.key(), letter.value())) {
            return;
        }
        Place place = new Place(letter.topic(), letter.partition(), letter.offset());
        places.add(place);
        String from = text(letter, DeadLetters.TOPIC);
        Long partition = number(text(letter, DeadLetters.PARTITION));
        Long offset = number(text(letter, DeadLetters.OFFSET));
        if (from != null && partition != null && offset != null && isOwn(letter)) {
            reasons.put(
                    new Place(from, partition.intValue(), offset), String.valueOf(text(letter, DeadLetters.MESSAGE)));
        }
    }

    /** Of this topic, and of this memory or one that does not say which it is. */
    private boolean isOwn(ConsumerRecord<byte[], byte[]> letter) {
        String ofTopic = text(letter, DeadLetters.TOPIC_ID);
        String ofMemory = text(letter, DeadLetters.MEMORY);
        return (ofTopic == null || ofTopic.equals(topicId))
                && (ofMemory == null || ofMemory.isEmpty() || memoryId.isEmpty() || ofMemory.equals(memoryId));
    }

    private static @Nullable String text(ConsumerRecord<byte[], byte[]> letter, String name) {
        Header header = letter.headers().lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static @Nullable Long number(@Nullable String text) {
        return text == null || !text.matches("\\d{1,18}") ? null : Long.valueOf(text);
    }
}
