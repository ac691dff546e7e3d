package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records far larger, deeper and fuller than any episode, in a process with a heap of 128 MiB. */
@SuppressWarnings("NullAway.Init")
final class HugeRecordIT {

    private static final int HUGE = 50 << 20;
    private static final String DEEP = "{\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + ",\"concepts\":[\"a\"]}";

    @TempDir
    Path directory;

    @Test
    void recordsOfFiftyMegabytesAreDeadLettersAndDoNotBurstAHeapOf128() throws Exception {
        Served served = new Served(directory);
        Map<String, String> wide = Map.of("message.max.bytes", Integer.toString(HUGE + (1 << 20)));
        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0, wide)) {
            ClientProperties kafka = new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
            new Topics(kafka).create(Served.TOPICS, 1);
            Served.produce(kafka, 0, 100);
            produceHuge(broker);
            Served.produce(kafka, 100, 200);
            try (JarProcess process =
                    served.start("data", List.of("-Xmx128m", "-XX:+UseSerialGC"), broker.bootstrapServers())) {
                String url = process.awaitUrl();
                served.awaitLearned(url, 200, 6);
                assertThat(served.get(url + "/metrics").body())
                        .contains("synfire_dead_letters_total{reason=\"size\"} 5.0")
                        .contains("synfire_dead_letters_total{reason=\"concepts\"} 1.0");
                assertThat(served.post(url + "/v1/episodes", DEEP).statusCode()).isEqualTo(400);
                assertThat(served.post(url + "/v1/episodes", "[" + DEEP + "]").statusCode())
                        .isEqualTo(400);
                assertThat(served.post(url + "/v1/episodes", "\"" + "x".repeat(17 << 20) + "\"")
                                .statusCode())
                        .isEqualTo(413);
                served.stop(process);
                assertThat(process.output()).doesNotContain("OutOfMemoryError");
            }
            assertThat(served.digest("data")).isEqualTo(served.undisturbed(kafka, 200));
        }
    }

    private static void produceHuge(LocalBroker broker) throws Exception {
        byte[] text = new byte[HUGE];
        Arrays.fill(text, (byte) 'x');
        String manyValues = "{\"x\":[" + "0,".repeat(7 << 20) + "0],\"concepts\":[\"a\"]}";
        StringBuilder manyConcepts = new StringBuilder("{\"concepts\":[\"c\"");
        for (int i = 0; i < 100_000; i++) {
            manyConcepts.append(",\"c").append(i).append('"');
        }
        manyConcepts.append("]}");
        Map<String, Object> properties = Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                "max.request.size",
                HUGE + (1 << 20),
                "buffer.memory",
                2L * HUGE);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (byte[] value : List.of(
                    text,
                    text,
                    text,
                    DEEP.getBytes(StandardCharsets.UTF_8),
                    manyValues.getBytes(StandardCharsets.UTF_8),
                    manyConcepts.toString().getBytes(StandardCharsets.UTF_8))) {
                producer.send(new ProducerRecord<>(Served.TOPICS.episodes(), value))
                        .get();
            }
        }
    }
}
