package io.synfire.ingest.kafka;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.forget.ContextLives;
import io.synfire.ingest.forget.ForgetReceipt;
import io.synfire.ingest.forget.ForgetReceipt.Appended;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * Appends what makes learners forget to a topic: retractions of all that it holds of a context, each to the partition it is of, or the
 * command to forget a concept. Scans the whole topic for a context. One thread at a time.
 */
public final class TopicForgetter {

    private static final Duration POLL = Duration.ofSeconds(1);

    private final ClientProperties properties;
    private final String topic;
    private final Decoding decoding;
    private final LearningSettings settings;
    private final JsonEpisodeCodec own = new JsonEpisodeCodec();

    /**
     * A forgetter.
     *
     * @param properties how to reach the cluster
     * @param topic the topic of episodes
     * @param decoding how its records become entries
     * @param settings what the memory learned by
     */
    public TopicForgetter(ClientProperties properties, String topic, Decoding decoding, LearningSettings settings) {
        this.properties = properties;
        this.topic = topic;
        this.decoding = decoding;
        this.settings = settings;
    }

    /**
     * Appends the retractions of a context. Nothing is appended if the topic holds nothing of it.
     *
     * @param context its key
     * @param watermarkMs what the receipt's evidence is decayed to
     * @return what they remove; learners apply them when they read them
     * @throws IllegalStateException if the cluster does not answer, or refuses a retraction; those before it are appended
     */
    public ForgetReceipt forgetContext(String context, long watermarkMs) {
        List<Retraction> all = new ArrayList<>();
        List<String> searched = new ArrayList<>();
        List<Appended> appended = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties.consumer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            for (TopicPartition partition : partitions) {
                long from = begins.getOrDefault(partition, 0L);
                long to = ends.getOrDefault(partition, 0L);
                List<Retraction> retractions = retractions(consumer, partition, from, to, context);
                searched.add(source() + " partition " + partition.partition() + ", offsets " + from + " to " + to);
                for (Retraction retraction : retractions) {
                    appended.add(append(partition.partition(), context, retraction));
                }
                all.addAll(retractions);
            }
        } catch (KafkaException e) {
            throw new IllegalStateException("the topic cannot be searched: topic=" + topic + ": " + e.getMessage(), e);
        }
        return ForgetReceipt.of(all, settings, watermarkMs, searched, appended);
    }

    /**
     * Appends the command to forget a concept.
     *
     * @param concept its id
     * @return where it is
     */
    public Appended forgetConcept(String concept) {
        return append(0, null, new Forget(concept));
    }

    private List<Retraction> retractions(
            KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long from, long to, String context) {
        ContextLives lives = new ContextLives(context, settings, Set.of());
        scan(consumer, partition, from, to, lives::take);
        if (!lives.eventIds().isEmpty()) {
            // An event may have been sent twice, also to another context: who was first decides what was learned.
            ContextLives again = new ContextLives(context, settings, lives.eventIds());
            scan(consumer, partition, from, to, again::take);
            return again.retractions();
        }
        return lives.retractions();
    }

    private void scan(
            KafkaConsumer<byte[], byte[]> consumer,
            TopicPartition partition,
            long from,
            long to,
            Consumer<Entry> taker) {
        RecordDecoder decoder = new RecordDecoder(decoding, settings);
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
        while (consumer.position(partition) < to) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(partition)) {
                if (record.offset() < to) {
                    Entry entry = admitted(decoder, record);
                    if (entry != null) {
                        taker.accept(entry);
                    }
                }
            }
        }
    }

    /** What was learned of a record; null if it is a dead letter. */
    private static @Nullable Entry admitted(RecordDecoder decoder, ConsumerRecord<byte[], byte[]> record) {
        try {
            return decoder.admitted(record);
        } catch (MalformedRecordException e) {
            return null;
        }
    }

    private Appended append(int partition, @Nullable String key, Entry entry) {
        Map<String, Object> given = properties.producer("synfire-forget");
        // A context may be long; what counts for a broker's limit is the compressed size.
        given.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
        byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(given)) {
            RecordMetadata metadata = producer.send(new ProducerRecord<>(topic, partition, keyBytes, own.encode(entry)))
                    .get();
            return new Appended(source(), metadata.partition(), metadata.offset());
        } catch (ExecutionException e) {
            String reason = e.getCause() instanceof RecordTooLargeException
                    ? "the retraction of this context is larger than a record may be, see kafka.max.request.size and the"
                            + " topic's max.message.bytes"
                    : "what makes learners forget cannot be appended";
            throw new IllegalStateException(reason + ": topic=" + topic + ": " + Causes.words(e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a retraction was appended", e);
        }
    }

    private String source() {
        return "kafka:" + topic;
    }
}
