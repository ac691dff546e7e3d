package io.synfire.ingest.kafka;

import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * What records a topic takes, as far as that is known before they are sent: the topic is asked once a minute. Thread-safe.
 *
 * <p>A record that is too large must not be in one batch with others: the client splits such a batch, may put the same records into the new one
 * again, and goes on with that until it gives all of them up.
 */
final class RecordSizes {

    private static final long KNOWN_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Of a record, what is not its key and value: at most this, with the header of a batch of its own. */
    private static final int OVERHEAD_BYTES = 61 + 21;

    /** What any topic takes, if it does not say. */
    private static final long UNKNOWN_BYTES = 10_000;

    private final Topics topics;
    private final String topic;
    private final long requestBytesMax;
    private final boolean compresses;
    private OptionalLong topicBytesMax = OptionalLong.empty();
    private long askedNanos;
    private boolean isAsked;

    RecordSizes(ClientProperties properties, String topic) {
        this.topics = new Topics(properties);
        this.topic = topic;
        this.requestBytesMax = properties.requestBytesMax();
        this.compresses = properties.compresses();
    }

    /**
     * Refuses records that the topic does not take, and of which that is certain: of what is compressed it counts the compressed size.
     *
     * @return whether one of them may be too large
     * @throws IllegalArgumentException if one is
     */
    boolean check(List<Outgoing> records) {
        OptionalLong bytesMax = topicBytesMax();
        boolean isCertain = !compresses && bytesMax.isPresent();
        boolean mayBeTooLarge = false;
        for (int i = 0; i < records.size(); i++) {
            long bytes = records.get(i).bytes() + (long) OVERHEAD_BYTES;
            boolean isLarge = bytes > bytesMax.orElse(UNKNOWN_BYTES);
            if (bytes > requestBytesMax || (isLarge && isCertain)) {
                throw EpisodeProducer.tooLarge(topic, i, records.get(i).bytes());
            }
            mayBeTooLarge |= isLarge;
        }
        return mayBeTooLarge;
    }

    /** Whether a record must be alone in its batch. */
    boolean isLarge(Outgoing record) {
        return record.bytes() + (long) OVERHEAD_BYTES > topicBytesMax().orElse(UNKNOWN_BYTES);
    }

    /**
     * Whether records are so small that the topic takes all of them in one batch, whatever compression makes of them.
     *
     * @param bytesMax what one batch may be
     */
    boolean isOneBatch(List<Outgoing> records, long bytesMax) {
        long bytes = records.stream()
                .mapToLong(record -> record.bytes() + (long) OVERHEAD_BYTES)
                .sum();
        return bytes <= Math.min(bytesMax, topicBytesMax().orElse(0) / 2);
    }

    private synchronized OptionalLong topicBytesMax() {
        if (!isAsked || System.nanoTime() - askedNanos > KNOWN_NANOS) {
            OptionalLong found = topics.recordBytesMaxSoon(topic);
            // A cluster that is silent for a while has not forgotten it.
            topicBytesMax = found.isPresent() ? found : topicBytesMax;
            askedNanos = System.nanoTime();
            isAsked = true;
        }
        return topicBytesMax;
    }
}
