package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker in the process. */
final class LocalBrokerIT {

    @TempDir
    Path directory;

    @Test
    void whatItWasSentIsThereAfterARestartOnAnotherPort() throws Exception {
        String first;
        try (LocalBroker broker = LocalBroker.start(directory, LocalBroker.PREFERRED_PORT)) {
            first = broker.bootstrapServers();
            assertThat(append(broker).firstOffset()).isZero();
        }
        int port = Integer.parseInt(first.substring(first.indexOf(':') + 1));
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                LocalBroker broker = LocalBroker.start(directory, port)) {
            assertThat(taken.isBound()).isTrue();
            assertThat(broker.bootstrapServers()).isNotEqualTo(first);
            assertThat(append(broker).firstOffset()).isEqualTo(1);
        }
    }

    private static EpisodeProducer.Appended append(LocalBroker broker) {
        ClientProperties client = new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
        new Topics(client).create(new TopicNames("t", "d"), 1);
        try (EpisodeProducer producer = new EpisodeProducer(client, "t", new SimpleMeterRegistry())) {
            return producer.append(
                    List.of(new Outgoing(null, "{\"concepts\":[\"a\"]}".getBytes(StandardCharsets.UTF_8))));
        }
    }
}
