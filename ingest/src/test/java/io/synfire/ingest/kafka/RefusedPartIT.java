package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.event.Position;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.forget.ForgetReceipt;
import io.synfire.ingest.forget.ForgetReceipt.Appended;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A learner may refuse a part before whoever appended it has looked again: then it is said once, and not appended again. */
final class RefusedPartIT {

    private static final TopicNames TOPICS = new TopicNames("refused", "refused.dead");
    private static final String MEMORY = "memory-1";
    private static final long AT_MS = 1_700_000_000_000L;

    @TempDir
    Path directory;

    @Test
    void aPartThatIsRefusedIsAppendedOnce() throws Exception {
        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0)) {
            LearnerKit kit = new LearnerKit(broker.bootstrapServers(), TOPICS).create(1);
            ClientProperties client = kit.client(Map.of());
            String topicId = TopicIds.of(client, TOPICS.episodes());
            try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(client.producer("test"))) {
                for (String concept : List.of("b", "c")) {
                    String json = "{\"at\":" + AT_MS + ",\"context\":\"u\",\"concepts\":[\"a\",\"" + concept + "\"]}";
                    producer.send(new ProducerRecord<>(TOPICS.episodes(), 0, AT_MS, null, bytes(json)))
                            .get();
                }
                // What is appended next will be at offset 2, and be refused faster than anybody looks.
                letter(producer, 2, topicId, MEMORY, "too large");
                // Others say nothing of this topic, or of this memory.
                letter(producer, 0, "AAAAAAAAAAAAAAAAAAAAAQ", "", "of a topic that was deleted");
                letter(producer, 1, topicId, "memory-2", "of another memory");
            }
            List<Position> learned = List.of(new Position("kafka:" + TOPICS.episodes(), topicId, 0, 2, -1));
            Unlearned memory = new Unlearned(MEMORY, List.of(), learned, List.of());
            TopicForgetter forgetter = new TopicForgetter(
                    client, TOPICS, Decoding.plain(), LearningSettings.parse(Map.of()), InstantSource.system());

            ForgetReceipt receipt = forgetter.forgetContext("u", learned, memory, AT_MS);

            assertThat(receipt.appended()).extracting(Appended::offset).containsExactly(2L);
            assertThat(receipt.episodes()).isEqualTo(2);
            assertThat(retractions(client)).containsExactly(2L);
            // Its outcome is told by its own dead letter.
            TopicDeadLetters letters = new TopicDeadLetters(
                    client, TOPICS.deadLetters(), new io.synfire.ingest.forget.HeldId("u"), topicId, MEMORY);
            letters.look();
            assertThat(letters.reason(new TopicDeadLetters.Place(TOPICS.episodes(), 0, 2)))
                    .contains("too large");
            for (long offset = 0; offset < 2; offset++) {
                assertThat(letters.reason(new TopicDeadLetters.Place(TOPICS.episodes(), 0, offset)))
                        .isEmpty();
            }
            assertThat(letters.places()).hasSize(3);
        }
    }

    private static void letter(
            KafkaProducer<byte[], byte[]> producer, long offset, String topicId, String memory, String message)
            throws Exception {
        ProducerRecord<byte[], byte[]> letter =
                new ProducerRecord<>(TOPICS.deadLetters(), 0, AT_MS, null, bytes("{\"context\":\"u\"}"));
        Map.of(
                        DeadLetters.TOPIC,
                        TOPICS.episodes(),
                        DeadLetters.PARTITION,
                        "0",
                        DeadLetters.OFFSET,
                        Long.toString(offset),
                        DeadLetters.TOPIC_ID,
                        topicId,
                        DeadLetters.MEMORY,
                        memory,
                        DeadLetters.MESSAGE,
                        message)
                .forEach((name, value) -> letter.headers().add(name, bytes(value)));
        producer.send(letter).get();
    }

    /** The offsets of all that takes something back. */
    private static List<Long> retractions(ClientProperties client) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        TopicPartition partition = new TopicPartition(TOPICS.episodes(), 0);
        try (TopicScan scan = new TopicScan(client, "look", TopicScan.SILENCE_MAX)) {
            scan.read(partition, 0, scan.ends(List.of(partition)).getOrDefault(partition, 0L), records::add);
        }
        return records.stream()
                .filter(record -> new String(record.value(), StandardCharsets.UTF_8).startsWith("{\"retract\""))
                .map(ConsumerRecord::offset)
                .toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
