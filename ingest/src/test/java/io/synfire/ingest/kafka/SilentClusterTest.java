package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A cluster that gives no answer, or whose name nobody knows, is said to be silent, whoever asks it and whatever for. */
final class SilentClusterTest {

    private static final String TOPIC = "episodes";
    private static final byte[] JSON = "{\"concepts\":[\"a\"]}".getBytes(StandardCharsets.UTF_8);

    /** Nobody listens at that port. */
    private static final ClientProperties SILENT = client("127.0.0.1:1");

    /** Nobody resolves that name. */
    private static final ClientProperties UNKNOWN = client("cluster.invalid:9092");

    private static ClientProperties client(String servers) {
        return new ClientProperties(Map.of("bootstrap.servers", servers, "max.block.ms", "500"));
    }

    @Test
    void anEpisodeIsNotTaken() {
        // The event's id alone decides of the partition, so the client must know how many there are.
        Outgoing identified = new Outgoing(null, "e-1", JSON);
        try (EpisodeProducer single = new EpisodeProducer(SILENT, TOPIC, new SimpleMeterRegistry());
                AtomicProducer producer = new AtomicProducer(SILENT, TOPIC, single, 1)) {
            for (Outgoing record : List.of(
                    identified,
                    new Outgoing(null, JSON),
                    new Outgoing("context", JSON),
                    new Outgoing("context", "e-1", JSON))) {
                assertNotTaken(() -> single.append(List.of(record)));
            }
            assertNotTaken(() -> producer.append(List.of(identified)));
            assertNotTaken(() -> producer.append(List.of(identified, identified)));
        }
    }

    private static void assertNotTaken(ThrowingCallable append) {
        assertThatThrownBy(append)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the cluster does not ")
                .hasMessageContaining("topic=" + TOPIC)
                .hasMessageNotContaining("apache");
    }

    @Test
    void aNameThatCannotBeResolvedIsASilentCluster() {
        try (EpisodeProducer single = new EpisodeProducer(SILENT, TOPIC, new SimpleMeterRegistry());
                AtomicProducer producer = new AtomicProducer(UNKNOWN, TOPIC, single, 1)) {
            // It was resolved when the first producer was made, and is not when one for several records is.
            Outgoing record = new Outgoing(null, JSON);
            assertSilent(() -> producer.append(List.of(record, record)));
        }
        assertSilent(() -> new EpisodeProducer(UNKNOWN, TOPIC, new SimpleMeterRegistry()).close());
        assertSilent(() -> TopicIds.of(UNKNOWN, TOPIC));
        assertSilent(() -> TopicReplay.end(UNKNOWN, TOPIC));
        assertSilent(() -> new Topics(UNKNOWN).recordBytesMax(TOPIC));
        assertSilent(() -> new TopicScan(UNKNOWN, "test", Duration.ofSeconds(1)).close());
        assertSilent(() -> new CommandProducer(UNKNOWN, TOPIC, Duration.ofSeconds(1)).close());
        assertThat(new Topics(UNKNOWN).recordBytesMaxSoon(TOPIC)).isEmpty();
    }

    private static void assertSilent(ThrowingCallable asked) {
        assertThatThrownBy(asked)
                .isInstanceOf(SilentClusterException.class)
                .hasMessageContaining("no server's name can be resolved: kafka.bootstrap.servers=cluster.invalid:9092");
    }
}
