package io.synfire.ingest.kafka;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/** A cluster of two brokers in this process, so that partitions may have another leader. The first is the controller, too, and stays. */
@SuppressWarnings("NullAway.Init")
final class TwoBrokers implements AutoCloseable {

    private static final int FIRST = 1;
    private static final int SECOND = 2;

    private final LocalBroker first;
    private final Path directory;
    private final int controllerPort;
    private final int secondPort;
    private @Nullable KafkaRaftServer second;

    TwoBrokers(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory.resolve("second"));
        int firstPort = freePort();
        this.controllerPort = freePort();
        this.secondPort = freePort();
        Path ofFirst = directory.resolve("first");
        this.first = LocalBroker.start(
                ofFirst,
                firstPort,
                Map.of(
                        "listeners",
                        "PLAINTEXT://127.0.0.1:" + firstPort + ",CONTROLLER://127.0.0.1:" + controllerPort,
                        "controller.quorum.voters",
                        FIRST + "@127.0.0.1:" + controllerPort,
                        // A broker that comes back waits until the one it was is over.
                        "broker.session.timeout.ms",
                        "2000"));
        format(clusterId(ofFirst));
        startSecond();
    }

    String bootstrapServers() {
        return first.bootstrapServers() + ",127.0.0.1:" + secondPort;
    }

    /** A topic of two partitions with a replica on each broker; the first partition is led by the second broker while that is there. */
    void create(String topic) throws InterruptedException, ExecutionException {
        try (Admin admin = admin()) {
            admin.createTopics(
                            List.of(new NewTopic(topic, Map.of(0, List.of(SECOND, FIRST), 1, List.of(FIRST, SECOND)))))
                    .all()
                    .get();
            Topics.awaitKnown(admin, List.of(topic));
        }
    }

    /** Who leads a partition now; -1 if nobody does. */
    int leader(TopicPartition partition) throws InterruptedException, ExecutionException {
        try (Admin admin = admin()) {
            TopicDescription topic = Objects.requireNonNull(admin.describeTopics(List.of(partition.topic()))
                    .allTopicNames()
                    .get()
                    .get(partition.topic()));
            Node leader = topic.partitions().get(partition.partition()).leader();
            return leader == null ? -1 : leader.id();
        }
    }

    /** Gives partitions back to those who lead them at first. */
    void electPreferred(TopicPartition partition) throws InterruptedException, ExecutionException {
        try (Admin admin = admin()) {
            admin.electLeaders(ElectionType.PREFERRED, java.util.Set.of(partition))
                    .partitions()
                    .get();
        }
    }

    void startSecond() {
        Properties properties = new Properties();
        properties.putAll(Map.of(
                "process.roles", "broker",
                "node.id", Integer.toString(SECOND),
                "listeners", "PLAINTEXT://127.0.0.1:" + secondPort,
                "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "controller.listener.names", "CONTROLLER",
                "controller.quorum.voters", FIRST + "@127.0.0.1:" + controllerPort,
                "inter.broker.listener.name", "PLAINTEXT",
                "log.cleaner.dedupe.buffer.size", "4194304",
                "broker.heartbeat.interval.ms", "200",
                "log.dirs", directory.toString()));
        KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
        server.startup();
        second = server;
    }

    void stopSecond() {
        KafkaRaftServer server = second;
        if (server != null) {
            second = null;
            server.shutdown();
            server.awaitShutdown();
        }
    }

    @Override
    public void close() {
        stopSecond();
        first.close();
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", first.bootstrapServers()));
    }

    private static String clusterId(Path directory) throws IOException {
        Properties meta = new Properties();
        try (var in = Files.newInputStream(directory.resolve("meta.properties"))) {
            meta.load(in);
        }
        return meta.getProperty("cluster.id");
    }

    private void format(String clusterId) {
        try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setClusterId(clusterId)
                    .setNodeId(SECOND)
                    .setControllerListenerName("CONTROLLER")
                    .setMetadataLogDirectory(directory.toString())
                    .addDirectory(directory.toString())
                    .setPrintStream(nowhere)
                    .run();
        } catch (Exception e) {
            throw new IllegalStateException("the storage cannot be formatted: " + e.getMessage(), e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
