package io.synfire.query.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.synfire.ingest.kafka.AtomicProducer;
import io.synfire.ingest.kafka.BrokerInUseException;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeProducer;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.SilentClusterException;
import io.synfire.ingest.kafka.Topics;
import io.synfire.query.http.UnavailableException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster that a served memory learns from: the one that the settings name, or a broker in this process. It is not there at once, and what
 * is stored can be asked for meanwhile: who needs the cluster before it has answered is told so. One thread opens and closes, any may ask.
 */
final class ClusterLink implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterLink.class);
    private static final long RETRY_MS = 1_000;
    private static final String SERVERS = "bootstrap.servers";

    /** More transactions at once are hardly faster: the broker is busy. Each may keep 17 MiB once it had much to send. */
    private static final int AT_ONCE_MAX = 4;

    private static final long HEAP_PER_TRANSACTION = 128L << 20;

    private final Settings settings;
    private final MeterRegistry meters;

    /** How to reach the cluster that the settings name; null for a broker in this process. */
    private final @Nullable ClientProperties named;

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final long startNanos = System.nanoTime();
    private volatile @Nullable Open open;
    private volatile String trouble = "";

    /** What is there once the cluster has answered. */
    private record Open(ClientProperties client, AtomicProducer producer) {}

    /**
     * A link that is not open.
     *
     * @throws IllegalArgumentException if the clients' properties are wrong
     */
    ClusterLink(Settings settings, MeterRegistry meters) {
        this.settings = settings;
        this.meters = meters;
        this.named = settings.kafka().containsKey(SERVERS) ? new ClientProperties(settings.kafka()) : null;
    }

    /**
     * Starts the broker, where no cluster is named, as soon as no other process has its directory; waits until the cluster has answered, however long, and makes the topics that are missing.
     *
     * @throws IllegalArgumentException if the clients' properties are wrong
     * @throws IllegalStateException if the broker cannot start, or the cluster refuses
     * @throws InterruptedException if the thread is interrupted, also where something else is thrown by that
     */
    void open() throws InterruptedException {
        ClientProperties client = named == null ? ofBroker() : named;
        LOG.info("asking the cluster for its topics: kafka.bootstrap.servers={}", client.servers());
        while (!hasOpened(client)) {
            TimeUnit.MILLISECONDS.sleep(RETRY_MS);
        }
    }

    /**
     * A broker that another process runs on the same directory is not used: it is a command's, and ends with it. Until then this waits, as for any
     * cluster.
     */
    private ClientProperties ofBroker() throws InterruptedException {
        LOG.info("a Kafka broker is started in this process, since kafka.bootstrap.servers names none");
        LocalBroker broker = started();
        while (broker == null) {
            TimeUnit.MILLISECONDS.sleep(RETRY_MS);
            broker = started();
        }
        parts.push(broker);
        LOG.info("a Kafka broker runs in this process at {}", broker.bootstrapServers());
        Map<String, String> kafka = new HashMap<>(settings.kafka());
        kafka.put(SERVERS, broker.bootstrapServers());
        return new ClientProperties(kafka);
    }

    /** Null while another has the directory. */
    private @Nullable LocalBroker started() {
        try {
            return LocalBroker.start(settings.data().resolve("kafka"), LocalBroker.PREFERRED_PORT);
        } catch (BrokerInUseException e) {
            waitFor(e);
            return null;
        }
    }

    private void waitFor(IllegalStateException e) {
        String message = String.valueOf(e.getMessage());
        if (!message.equals(trouble)) {
            LOG.warn("the cluster has not answered, trying again: {}", message);
        }
        trouble = message;
    }

    private boolean hasOpened(ClientProperties client) throws InterruptedException {
        try {
            new Topics(client).create(settings.topics(), settings.partitions());
            open = new Open(client, producer(client));
            return true;
        } catch (SilentClusterException e) {
            waitFor(e);
            return false;
        } catch (IllegalStateException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw e;
        }
    }

    private AtomicProducer producer(ClientProperties client) {
        String topic = settings.topics().episodes();
        EpisodeProducer single = new EpisodeProducer(client, topic, meters);
        parts.push(single);
        long atOnce = Runtime.getRuntime().maxMemory() / HEAP_PER_TRANSACTION;
        AtomicProducer producer =
                new AtomicProducer(client, topic, single, (int) Math.max(1, Math.min(AT_ONCE_MAX, atOnce)));
        parts.push(producer);
        return producer;
    }

    /**
     * What is waited for before the cluster has answered once.
     *
     * @return what is the matter; null once it has
     */
    @Nullable
    String waiting() {
        if (open != null) {
            return null;
        }
        String last = trouble;
        return "the cluster has not answered for " + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos)
                + "s, trying again" + (last.isEmpty() ? "" : ": " + last);
    }

    /**
     * How to reach it.
     *
     * @throws UnavailableException if it has not answered yet
     */
    ClientProperties client() {
        return opened().client();
    }

    /**
     * What appends to its topic.
     *
     * @throws UnavailableException if it has not answered yet
     */
    AtomicProducer producer() {
        return opened().producer();
    }

    private Open opened() {
        Open now = open;
        if (now == null) {
            throw new UnavailableException("the cluster has not answered yet, try again later");
        }
        return now;
    }

    @Override
    public void close() {
        Server.close(parts);
    }
}
