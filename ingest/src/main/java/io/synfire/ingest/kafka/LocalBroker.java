package io.synfire.ingest.kafka;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka in this process: one node in KRaft mode, broker and controller, on the loopback interface alone. For the demo, for
 * trying things out and for tests; it keeps everything it was sent, on disk, and finds it again at the next start.
 *
 * <p>Frugal: few threads, small buffers, so that broker, engine and HTTP fit a heap of 192 MiB. Starts in about three seconds.
 */
public final class LocalBroker implements AutoCloseable {

    /** The port it takes if it is free. */
    public static final int PREFERRED_PORT = 9092;

    private static final String FORMATTED = "meta.properties";

    /** Where a running broker says its address, for other processes of the same user. */
    private static final String ADDRESS = "address";

    private static final int CONNECT_MS = 500;
    private static final int ANSWER_MS = 5_000;

    private final KraftNode node;
    private final BrokerLock lock;
    private final Path directory;
    private final String bootstrapServers;
    private boolean closed;

    private LocalBroker(KraftNode node, BrokerLock lock, Path directory, String bootstrapServers) {
        this.node = node;
        this.lock = lock;
        this.directory = directory;
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Starts a broker; formats its storage at the first start.
     *
     * @param directory where it keeps its log
     * @param preferredPort the port to listen on; another is taken if this one is in use or 0
     * @return the running broker
     * @throws BrokerInUseException if another process, or this one, has a broker there, or one that starts or stops
     * @throws IllegalStateException if it cannot start
     */
    public static LocalBroker start(Path directory, int preferredPort) {
        return start(directory, preferredPort, Map.of());
    }

    /**
     * Starts a broker with some properties of its own; formats its storage at the first start.
     *
     * @param directory where it keeps its log
     * @param preferredPort the port to listen on; another is taken if this one is in use or 0
     * @param more properties of the broker, beside or instead of the frugal ones; the listener for clients is called {@code PLAINTEXT}
     *     whatever its protocol
     * @return the running broker
     * @throws BrokerInUseException if another process, or this one, has a broker there, or one that starts or stops
     * @throws IllegalStateException if it cannot start
     */
    public static LocalBroker start(Path directory, int preferredPort, Map<String, String> more) {
        try (BoundSockets sockets = new BoundSockets()) {
            return start(directory, sockets, sockets.bind(preferredPort), sockets.bind(0), more);
        }
    }

    /** The same on ports that are bound already. */
    static LocalBroker start(
            Path directory, BoundSockets sockets, int port, int controllerPort, Map<String, String> more) {
        BrokerLock lock = null;
        KraftNode node = null;
        try {
            Files.createDirectories(directory);
            lock = BrokerLock.take(directory);
            if (!Files.exists(directory.resolve(FORMATTED))) {
                format(directory);
            }
            Properties properties = properties(directory, port, controllerPort);
            properties.putAll(more);
            node = KraftNode.start(properties, sockets);
            Files.writeString(directory.resolve(ADDRESS), "127.0.0.1:" + port);
            return new LocalBroker(node, lock, directory, "127.0.0.1:" + port);
        } catch (BrokerInUseException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            giveUp(node, lock, e);
            throw new IllegalStateException(
                    "the broker in this process cannot start: directory=" + directory + ": " + e.getMessage(), e);
        }
    }

    private static void giveUp(@Nullable KraftNode node, @Nullable BrokerLock lock, Exception cause) {
        try {
            if (node != null) {
                node.close();
            }
            if (lock != null) {
                lock.close();
            }
        } catch (IOException | RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * Where the broker of a directory is reached, if one is running there, in this process or another. A broker that was killed leaves its
     * address behind, and another of another directory may have it by now: the two are told apart by the ids of their clusters. Takes up
     * to 5 s where something listens that does not answer.
     *
     * @param directory where it keeps its log
     * @return {@code 127.0.0.1:PORT}, or empty
     */
    public static Optional<String> running(Path directory) {
        try {
            String address = Files.readString(directory.resolve(ADDRESS));
            int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MS);
            }
            return clusterId(directory).equals(clusterIdAt(address)) ? Optional.of(address) : Optional.empty();
        } catch (IOException | NumberFormatException e) {
            // It never ran, or was killed and left its address behind.
            return Optional.empty();
        }
    }

    /** The id of the cluster that a directory belongs to. */
    private static String clusterId(Path directory) throws IOException {
        Properties formatted = new Properties();
        try (Reader reader = Files.newBufferedReader(directory.resolve(FORMATTED))) {
            formatted.load(reader);
        }
        return formatted.getProperty("cluster.id", "");
    }

    /** The id of the cluster that answers at an address; null if none does. */
    private static @Nullable String clusterIdAt(String address) {
        Map<String, Object> properties = Map.of("bootstrap.servers", address, "client.id", "synfire-look");
        try (Admin admin = Admin.create(properties)) {
            return admin.describeCluster(new DescribeClusterOptions().timeoutMs(ANSWER_MS))
                    .clusterId()
                    .get();
        } catch (ExecutionException | KafkaException e) {
            // What listens there is no broker, or one that is closing.
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a broker was looked for: address=" + address, e);
        }
    }

    /**
     * Where clients reach it.
     *
     * @return {@code 127.0.0.1:PORT}
     */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Stops it cleanly, in about a second. Idempotent. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            node.close();
            try {
                Files.deleteIfExists(directory.resolve(ADDRESS));
                lock.close();
            } catch (IOException e) {
                throw new UncheckedIOException("the broker's directory cannot be given up: directory=" + directory, e);
            }
        }
    }

    private static void format(Path directory) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (PrintStream printed = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(1)
                    .setControllerListenerName("CONTROLLER")
                    .setMetadataLogDirectory(directory.toString())
                    .addDirectory(directory.toString())
                    .setPrintStream(printed)
                    .run();
        } catch (Exception e) {
            throw new IllegalStateException(
                    "the storage cannot be formatted: " + said.toString(StandardCharsets.UTF_8), e);
        }
    }

    private static Properties properties(Path directory, int port, int controllerPort) {
        Properties properties = new Properties();
        properties.putAll(Map.of(
                "process.roles", "broker,controller",
                "node.id", "1",
                "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort,
                "advertised.listeners", "PLAINTEXT://127.0.0.1:" + port,
                "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "controller.listener.names", "CONTROLLER",
                // Static voters: the port may differ at every start, the one voter finds itself all the same.
                "controller.quorum.voters", "1@127.0.0.1:" + controllerPort,
                "inter.broker.listener.name", "PLAINTEXT",
                "log.dirs", directory.toString()));
        // One node: nothing is replicated, groups start at once.
        properties.putAll(Map.of(
                "offsets.topic.replication.factor", "1",
                "offsets.topic.num.partitions", "1",
                "transaction.state.log.replication.factor", "1",
                "transaction.state.log.min.isr", "1",
                "transaction.state.log.num.partitions", "1",
                "share.coordinator.state.topic.replication.factor", "1",
                "share.coordinator.state.topic.min.isr", "1",
                "group.initial.rebalance.delay.ms", "0",
                "auto.create.topics.enable", "false"));
        // The log is what memories are rebuilt from: nothing in it expires.
        properties.putAll(
                Map.of("log.retention.ms", "-1", "log.retention.bytes", "-1", "message.max.bytes", "17825792"));
        // Frugal.
        properties.putAll(Map.of(
                "num.network.threads", "2",
                "num.io.threads", "2",
                "background.threads", "2",
                "num.replica.fetchers", "1",
                "num.recovery.threads.per.data.dir", "1",
                "log.cleaner.threads", "1",
                "log.cleaner.dedupe.buffer.size", "4194304",
                "log.cleaner.io.buffer.size", "262144",
                "log.index.size.max.bytes", "1048576",
                "metadata.log.segment.bytes", "16777216"));
        properties.put("transaction.state.log.segment.bytes", "1048576");
        properties.put("offsets.topic.segment.bytes", "1048576");
        return properties;
    }
}
