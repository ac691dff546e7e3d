package io.synfire.query.app;

import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.LocalBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The cluster that holds the topic, for a command that needs it for a while: the one that the settings name, the broker of a process
 * that serves the same data, or one that runs in this process until this is closed.
 */
final class TopicCluster implements AutoCloseable {

    private final ClientProperties client;
    private final @Nullable LocalBroker broker;

    private TopicCluster(ClientProperties client, @Nullable LocalBroker broker) {
        this.client = client;
        this.broker = broker;
    }

    static TopicCluster of(Settings settings) {
        Map<String, String> kafka = new HashMap<>(settings.kafka());
        if (kafka.containsKey("bootstrap.servers")) {
            return new TopicCluster(new ClientProperties(kafka), null);
        }
        Path own = settings.data().resolve("kafka");
        Optional<String> running = LocalBroker.running(own);
        if (running.isPresent()) {
            kafka.put("bootstrap.servers", running.get());
            return new TopicCluster(new ClientProperties(kafka), null);
        }
        if (!Files.exists(own)) {
            throw new IllegalStateException("the topic's cluster must be named: kafka.bootstrap.servers=missing");
        }
        LocalBroker broker = LocalBroker.start(own, LocalBroker.PREFERRED_PORT);
        kafka.put("bootstrap.servers", broker.bootstrapServers());
        return new TopicCluster(new ClientProperties(kafka), broker);
    }

    ClientProperties client() {
        return client;
    }

    @Override
    public void close() {
        if (broker != null) {
            broker.close();
        }
    }
}
