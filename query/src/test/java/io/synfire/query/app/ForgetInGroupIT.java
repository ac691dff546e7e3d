package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members of a group learn a partition each: what one is told to forget both forget, and the receipt says which part is whose. */
final class ForgetInGroupIT {

    private static final List<String> JVM = List.of("-Xmx192m");

    @TempDir
    Path directory;

    @Test
    void whatIsForgottenInOneMemberIsForgottenInBothAndTheReceiptSaysWhichPartIsElsewhere() throws Exception {
        Served served = new Served(directory);
        Map<String, String> hasty = Map.of("group.min.session.timeout.ms", "1000");
        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0, hasty)) {
            new Topics(new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers())))
                    .create(Served.TOPICS, 2);
            try (JarProcess one = served.start("one", JVM, broker.bootstrapServers(), member())) {
                String url = one.awaitReadyUrl();
                // It has both, until the other one comes.
                await().atMost(Served.LONG).until(() -> reads(served, url, 2));
                try (JarProcess other = served.start("other", JVM, broker.bootstrapServers(), member())) {
                    String otherUrl = other.awaitReadyUrl();
                    await().atMost(Served.LONG).until(() -> reads(served, url, 1) && reads(served, otherUrl, 1));
                    append(broker, 0, "2024-02-01T12:00:00Z", "\"context\":\"u\",");
                    append(broker, 1, "2024-02-01T12:01:00Z", "\"context\":\"u\",");
                    append(broker, 0, "2024-02-01T12:02:00Z", "");
                    append(broker, 1, "2024-02-01T12:03:00Z", "");
                    served.awaitLearned(url, 2, 0);
                    served.awaitLearned(otherUrl, 2, 0);

                    // It has not seen what the other one does.
                    String receipt = forget(1, broker, "other", "--context", "u");

                    assertThat(receipt)
                            .contains("\"context\":\"u\",\"episodes\":2,", "\"applied\":true,\"left\":0,")
                            .containsOnlyOnce("\"outcome\":\"applied\"")
                            .containsOnlyOnce(
                                    "\"outcome\":\"elsewhere\",\"reason\":\"another member of the group learns"
                                            + " this partition\"");
                    served.awaitLearned(url, 1, 0);
                    served.awaitLearned(otherUrl, 1, 0);

                    // One that has had the other's partition does not know that it never will again.
                    receipt = forget(1, broker, "one", "--concept", "a", "--patience", "3s");

                    assertThat(receipt)
                            .contains("\"applied\":false,")
                            .containsOnlyOnce("\"outcome\":\"applied\"")
                            .containsOnlyOnce("\"outcome\":\"not-applied\"")
                            .contains("; another member of the group may have this partition");
                    for (String each : List.of(url, otherUrl)) {
                        await().atMost(Served.LONG)
                                .until(() -> served.get(each + "/v1/concepts/a/associations")
                                                .statusCode()
                                        == 404);
                        assertThat(served.get(each + "/v1/concepts/b/associations")
                                        .statusCode())
                                .isEqualTo(200);
                    }
                    served.stop(other);
                }
                served.stop(one);
            }
        }
    }

    private static boolean reads(Served served, String url, int partitions) throws Exception {
        return served.get(url + "/v1/status").body().contains("\"partitions\":" + partitions + ",");
    }

    private static String[] member() {
        return new String[] {
            "--set", "kafka.group.id=members",
            "--set", "kafka.session.timeout.ms=2000",
            "--set", "kafka.heartbeat.interval.ms=300",
            "--set", "half-lives=none"
        };
    }

    private static void append(LocalBroker broker, int partition, String at, String context) throws Exception {
        String json = "{\"at\":\"" + at + "\"," + context + "\"concepts\":[\"a\",\"b\"]}";
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(
                            Served.TOPICS.episodes(), partition, null, json.getBytes(StandardCharsets.UTF_8)))
                    .get();
        }
    }

    private String forget(int code, LocalBroker broker, String name, String... what) throws Exception {
        List<String> line = new ArrayList<>(List.of("forget", "--json"));
        line.addAll(List.of(what));
        line.addAll(List.of("--data", directory.resolve(name).toString()));
        for (String setting : List.of(
                "kafka.bootstrap.servers=" + broker.bootstrapServers(),
                "topics.episodes=" + Served.TOPICS.episodes(),
                "topics.dead-letters=" + Served.TOPICS.deadLetters(),
                "kafka.group.id=members")) {
            line.addAll(List.of("--set", setting));
        }
        try (JarProcess process = JarProcess.start(directory.resolve("forget.log"), JVM, line.toArray(String[]::new))) {
            assertThat(process.awaitExit(Duration.ofMinutes(2)))
                    .as(process.output())
                    .isEqualTo(code);
            return process.output();
        }
    }
}
