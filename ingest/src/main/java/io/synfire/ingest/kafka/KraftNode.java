package io.synfire.ingest.kafka;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import kafka.server.StandardFaultHandlerFactory;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.server.ServerSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/** Broker and controller of one node, as Kafka's own main class joins them, but with sockets from somewhere else. */
final class KraftNode implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KraftNode.class);

    private final ControllerServer controller;
    private final BrokerServer broker;

    private KraftNode(ControllerServer controller, BrokerServer broker) {
        this.controller = controller;
        this.broker = broker;
    }

    /** Starts both; what was started is stopped if that fails. */
    static KraftNode start(Properties properties, ServerSocketFactory sockets) {
        KafkaConfig config = KafkaConfig.fromProps(properties, false);
        Tuple2<MetaPropertiesEnsemble, BootstrapMetadata> directories =
                KafkaRaftServer.initializeLogDirs(config, LOG, "");
        Optional<String> clusterId = directories._1().clusterId();
        Metrics metrics = Server.initializeMetrics(config, Time.SYSTEM, clusterId.orElseThrow());
        SharedServer shared = new SharedServer(
                config,
                directories._1(),
                Time.SYSTEM,
                metrics,
                CompletableFuture.completedFuture(voter(properties.getProperty("controller.quorum.voters"))),
                List.of(),
                new StandardFaultHandlerFactory(),
                sockets);
        KraftNode node = new KraftNode(
                new ControllerServer(shared, KafkaRaftServer.configSchema(), directories._2()),
                new BrokerServer(shared));
        try {
            node.controller.startup();
            node.broker.startup();
            return node;
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
    }

    /** The one voter: {@code ID@HOST:PORT}. */
    private static Map<Integer, InetSocketAddress> voter(String text) {
        int at = text.indexOf('@');
        int colon = text.lastIndexOf(':');
        return Map.of(
                Integer.valueOf(text.substring(0, at)),
                new InetSocketAddress(text.substring(at + 1, colon), Integer.parseInt(text.substring(colon + 1))));
    }

    /** Stops the broker, then the controller, which it needs for that. */
    @Override
    public void close() {
        broker.shutdown();
        controller.shutdown();
        broker.awaitShutdown();
        controller.awaitShutdown();
    }
}
