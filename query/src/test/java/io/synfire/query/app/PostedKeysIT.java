package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.synfire.query.cli.Operations.Common;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a posted record is keyed by, where keys are contexts: its context, and nothing else. */
final class PostedKeysIT {

    private static final int EVENTS = 30;

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void theEventIdIsNotTheContextAndStillAllCopiesAreInOnePartition() throws Exception {
        Common common = new Common(
                directory.resolve("data"),
                null,
                List.of("http.port=0", "memory=16MiB", "topics.partitions=3", "context-from=key", "half-lives=none"));
        try (Server server = Server.learning(Settings.load(common, Map.of(), Map.of()))) {
            server.start();
            for (int copy = 0; copy < 2; copy++) {
                for (int i = 0; i < EVENTS; i++) {
                    post(
                            server.url(),
                            "{\"at\":\"2024-02-01T12:00:00Z\",\"concepts\":[\"a\",\"b\"],\"eventId\":\"e" + i + "\"}");
                }
            }
            post(
                    server.url(),
                    "{\"at\":\"2024-02-01T12:00:00Z\",\"context\":\"u\",\"concepts\":[\"c\"],\"eventId\":\"u1\"}");
            post(
                    server.url(),
                    "{\"at\":\"2024-02-01T12:00:01Z\",\"context\":\"u\",\"concepts\":[\"d\"],\"eventId\":\"u2\"}");
            awaitEpisodes(server, EVENTS + 2, EVENTS);
            // An episode of a context could not be taken back alone.
            for (int i = 0; i < EVENTS; i++) {
                post(
                        server.url(),
                        "{\"retract\":{\"at\":\"2024-02-01T12:00:00Z\",\"concepts\":[\"a\",\"b\"],\"eventId\":\"e" + i
                                + "\"}}");
            }
            awaitEpisodes(server, 2, EVENTS);
            assertThat(server.view().counts().deadLetters()).isZero();
            // The context that there is pairs: d came one step after c.
            assertThat(server.view()
                            .associations(
                                    server.view().conceptOf("c"), server.view().watermarkMs())
                            .size())
                    .isEqualTo(1);

            Map<String, Set<Integer>> partitions = new HashMap<>();
            for (ConsumerRecord<byte[], byte[]> record : records(server)) {
                String json = new String(record.value(), StandardCharsets.UTF_8);
                String id = json.replaceAll("(?s).*\"eventId\":\"([^\"]*)\".*", "$1");
                partitions.computeIfAbsent(id, unused -> new HashSet<>()).add(record.partition());
                String key = record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
                assertThat(key).as(json).isEqualTo(json.contains("\"context\"") ? "u" : null);
            }
            assertThat(partitions).hasSize(EVENTS + 2);
            assertThat(partitions.values()).allSatisfy(in -> assertThat(in).hasSize(1));
            Set<Integer> used = new HashSet<>();
            partitions.values().forEach(used::addAll);
            assertThat(used).containsExactlyInAnyOrder(0, 1, 2);
        }
    }

    private static void awaitEpisodes(Server server, long episodes, long duplicates) {
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(List.of(
                        server.view().counts().episodes(),
                        server.view().counts().duplicates()))
                .isEqualTo(List.of(episodes, duplicates)));
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(Server server) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> reader =
                new KafkaConsumer<>(server.client().consumer())) {
            List<TopicPartition> all = List.of(
                    new TopicPartition("synfire.episodes", 0),
                    new TopicPartition("synfire.episodes", 1),
                    new TopicPartition("synfire.episodes", 2));
            reader.assign(all);
            reader.seekToBeginning(all);
            await().atMost(Duration.ofMinutes(1)).until(() -> {
                reader.poll(Duration.ofMillis(200)).forEach(records::add);
                return records.size() == 3 * EVENTS + 2;
            });
        }
        return records;
    }

    private void post(String url, String json) throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(url + "/v1/episodes"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }
}
