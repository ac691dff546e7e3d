package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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

    @Test
    void noOtherCanTakeAPortBetweenItsChoiceAndTheBrokersStart() throws Exception {
        int port;
        int controllerPort;
        try (BoundSockets sockets = new BoundSockets()) {
            port = sockets.bind(0);
            controllerPort = sockets.bind(0);
            for (int chosen : List.of(port, controllerPort)) {
                assertThatThrownBy(() -> bind(chosen)).isInstanceOf(BindException.class);
            }
            try (LocalBroker broker = LocalBroker.start(directory, sockets, port, controllerPort, Map.of())) {
                assertThat(broker.bootstrapServers()).isEqualTo("127.0.0.1:" + port);
                assertThat(append(broker).firstOffset()).isZero();
                assertThat(LocalBroker.running(directory)).contains(broker.bootstrapServers());
            }
        }
        bind(port);
        bind(controllerPort);
    }

    @Test
    void aBrokerThatCannotStartGivesItsPortsBackAndEndsNothingElse() throws Exception {
        try (LocalBroker broker = LocalBroker.start(directory, 0)) {
            assertThat(append(broker).firstOffset()).isZero();
        }
        Path formatted = directory.resolve("meta.properties");
        byte[] right = Files.readAllBytes(formatted);
        Files.writeString(formatted, "version=1\nnode.id=7\ncluster.id=another\n");
        int free;
        try (BoundSockets sockets = new BoundSockets()) {
            free = sockets.bind(0);
        }
        assertThatThrownBy(() -> LocalBroker.start(directory, free))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the broker in this process cannot start: directory=" + directory);
        bind(free);
        Files.write(formatted, right);
        try (LocalBroker broker = LocalBroker.start(directory, free)) {
            assertThat(broker.bootstrapServers()).isEqualTo("127.0.0.1:" + free);
            assertThat(append(broker).firstOffset()).isEqualTo(1);
        }
    }

    /** Takes a port and gives it back. */
    private static void bind(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
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
