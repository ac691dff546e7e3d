package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that stand still for longer than anyone waits for them, and go on as if nothing had been. */
@SuppressWarnings("NullAway.Init")
final class SuspendIT {

    private static final List<String> JVM = List.of("-Xmx128m", "-XX:+UseSerialGC");

    @TempDir
    Path directory;

    @Test
    void aProcessThatIsSuspendedWhileItLearnsLosesNothingAndLearnsNothingTwice() throws Exception {
        Served served = new Served(directory);
        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0)) {
            ClientProperties kafka = client(broker);
            new Topics(kafka).create(Served.TOPICS, 2);
            try (JarProcess process = served.start(
                    "one",
                    JVM,
                    broker.bootstrapServers(),
                    "--set",
                    "kafka.max.poll.records=50",
                    "--set",
                    "kafka.request.timeout.ms=2000")) {
                String url = process.awaitUrl();
                CompletableFuture<Void> produced = CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 40; i++) {
                        Served.produce(kafka, i * 200, (i + 1) * 200);
                    }
                });
                await().atMost(Served.LONG).until(() -> served.episodes(url) > 0);
                process.signal("STOP");
                Thread.sleep(Duration.ofSeconds(4).toMillis());
                process.signal("CONT");
                produced.join();
                served.awaitLearned(url, 8000, 0);
                assertThat(served.get(url + "/health/ready").statusCode()).isEqualTo(200);
                served.stop(process);
            }
            assertThat(served.digest("one")).isEqualTo(served.undisturbed(kafka, 8000));
        }
    }

    @Test
    void aMemberOfAGroupThatIsSuspendedBeyondItsSessionLearnsNothingTwiceNorDoesTheOneThatTookOver() throws Exception {
        Served served = new Served(directory);
        Map<String, String> hasty = Map.of("group.min.session.timeout.ms", "1000");
        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0, hasty)) {
            ClientProperties kafka = client(broker);
            new Topics(kafka).create(Served.TOPICS, 2);
            Served.produce(kafka, 0, 3000);
            try (JarProcess first = member(served, "first", broker)) {
                String url = first.awaitUrl();
                await().atMost(Served.LONG).until(() -> served.episodes(url) > 0);
                first.signal("STOP");
                try (JarProcess second = member(served, "second", broker)) {
                    // It gets all partitions once the first one's session is over.
                    String other = second.awaitUrl();
                    Served.produce(kafka, 3000, 4000);
                    served.awaitLearned(other, 4000, 0);
                    first.signal("CONT");
                    // Back in the group, it shares the partitions, from its own positions on.
                    await().atMost(Served.LONG).until(() -> first.output().contains("were lost to another member"));
                    served.stop(second);
                }
                served.awaitLearned(url, 4000, 0);
                served.stop(first);
            }
            String undisturbed = served.undisturbed(kafka, 4000);
            assertThat(served.digest("first")).isEqualTo(undisturbed);
            assertThat(served.digest("second")).isEqualTo(undisturbed);
        }
    }

    private static JarProcess member(Served served, String name, LocalBroker broker) throws Exception {
        return served.start(
                name,
                JVM,
                broker.bootstrapServers(),
                "--set",
                "kafka.group.id=members",
                "--set",
                "kafka.session.timeout.ms=2000",
                "--set",
                "kafka.heartbeat.interval.ms=300",
                "--set",
                "kafka.max.poll.records=50");
    }

    private static ClientProperties client(LocalBroker broker) {
        return new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }
}
