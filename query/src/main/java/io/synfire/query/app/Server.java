package io.synfire.query.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.event.Position;
import io.synfire.engine.view.MemoryView;
import io.synfire.ingest.file.Reasons;
import io.synfire.ingest.kafka.AtomicProducer;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeConsumer;
import io.synfire.ingest.kafka.TopicReplay;
import io.synfire.query.answer.StatusAnswer;
import io.synfire.query.cli.Version;
import io.synfire.query.http.Admin;
import io.synfire.query.http.EvidenceSource;
import io.synfire.query.http.HttpServer;
import io.synfire.query.http.RebuildControl;
import io.synfire.query.http.UnavailableException;
import io.synfire.query.recall.Queries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.common.utils.AppInfoParser;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that runs while a memory is served, joined by constructors and closed in the reverse order. If learning stops at a failure,
 * or the cluster gives no answer for a while, reading goes on: {@code /health/ready} turns to 503 and {@code /v1/status} says why.
 */
final class Server implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Server.class);

    private final Settings settings;
    private final PrometheusMeterRegistry meters;
    private final LiveMemory memory;
    private final @Nullable Learners learners;
    private final @Nullable ClusterLink link;
    private final HttpServer http;
    private final Deque<AutoCloseable> parts;
    private volatile boolean taking;
    private boolean closed;

    private Server(
            Settings settings,
            PrometheusMeterRegistry meters,
            LiveMemory memory,
            @Nullable Learners learners,
            @Nullable ClusterLink link,
            @Nullable RebuildControl rebuilds,
            Deque<AutoCloseable> parts) {
        this.settings = settings;
        this.meters = meters;
        this.memory = memory;
        this.learners = learners;
        this.link = link;
        this.parts = parts;
        ValidatingSink sink = link == null
                ? null
                : new ValidatingSink(memory, () -> producer(link), settings.decoding(), InstantSource.system());
        this.http = new HttpServer(
                settings.http(),
                memory,
                this::status,
                sink,
                evidence(settings, memory, link),
                new Admin(link == null ? null : new LiveBackups(settings, memory), rebuilds),
                meters,
                InstantSource.system());
    }

    /** A server that learns from the cluster the settings name, or from a broker in this process. */
    static Server learning(Settings settings) {
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        try {
            PrometheusMeterRegistry meters = meters(parts);
            // The store first: if another process has it, nothing else is to be started.
            LiveMemory memory = opened(parts, new LiveMemory(toLearn(settings, meters, parts), settings.recall()));
            Stores.tidy(settings);
            ClusterLink link = opened(parts, new ClusterLink(settings, meters));
            Learners learners = opened(parts, new Learners(settings, link::client, meters));
            Rebuilds rebuilds = opened(parts, new Rebuilds(settings, memory, learners, link::client, meters));
            return new Server(settings, meters, memory, learners, link, rebuilds, parts);
        } catch (RuntimeException e) {
            close(parts);
            throw e;
        }
    }

    private static Engine toLearn(Settings settings, MeterRegistry meters, Deque<AutoCloseable> parts) {
        try {
            DataLock held = opened(parts, DataLock.take(settings.data(), "serve"));
            return Stores.openToLearn(held, settings, meters);
        } catch (IOException e) {
            throw new UncheckedIOException("the memory cannot be opened to learn: " + Reasons.withFile(e), e);
        }
    }

    /** A server that answers from an existing store and learns nothing. */
    static Server offline(Settings settings) {
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        try {
            PrometheusMeterRegistry meters = meters(parts);
            Engine engine = Engine.openReadOnly(settings.store(), settings.engine(), meters);
            LiveMemory memory = opened(parts, new LiveMemory(engine, settings.recall()));
            return new Server(settings, meters, memory, null, null, null, parts);
        } catch (RuntimeException e) {
            close(parts);
            throw e;
        }
    }

    /** What learns, and scores itself while it does. */
    static EpisodeConsumer consumer(
            Settings settings,
            Engine engine,
            ClientProperties client,
            EpisodeConsumer.Options options,
            MeterRegistry meters,
            Deque<AutoCloseable> parts) {
        Queries queries = new Queries(engine.view(), settings.recall());
        LiveScoring scoring = opened(parts, new LiveScoring(queries, settings.prequentialShare(), meters));
        return opened(parts, new EpisodeConsumer(engine, client, options, scoring, meters));
    }

    /** The files that were learned need no cluster. */
    private static EvidenceSource evidence(Settings settings, LiveMemory memory, @Nullable ClusterLink link) {
        return (from, to, k) -> {
            MemoryView view = memory.view();
            EvidenceSearch search = new EvidenceSearch(settings, view.settings());
            ClientProperties client = null;
            if (search.needsTopic(view.positions())) {
                if (link == null) {
                    throw new UnavailableException("this server is offline, it reads no topic");
                }
                client = link.client();
            }
            try {
                return search.find(view, client, from, to, k);
            } catch (IllegalStateException | UncheckedIOException e) {
                throw new UnavailableException(String.valueOf(e.getMessage()), e);
            }
        };
    }

    /** What appends posted episodes. */
    private AtomicProducer producer(ClusterLink to) {
        AtomicProducer producer = to.producer();
        if (!taking) {
            throw new UnavailableException("no episodes are taken yet, the memory is being filled: try again later");
        }
        if (learners != null && learners.waiting() != null) {
            throw new UnavailableException("the cluster does not answer, nothing was appended: try again later");
        }
        return producer;
    }

    /** Answers at once, and learns as soon as the cluster has answered, however long that takes. */
    void start() throws InterruptedException {
        answer();
        connect();
        learn();
        // Last: a cluster that does not answer must hold up nothing.
        if (link != null) {
            logLag(link.client());
        }
    }

    /** Answers from what is stored. */
    void answer() {
        StatusAnswer now = status();
        LOG.info("settings given: {}", settings.given());
        LOG.info(
                "Synfire {}, Kafka client {}, RocksDB {}, Java {}",
                Version.current(),
                AppInfoParser.getVersion(),
                Engine.rocksDbVersion(),
                Runtime.version().feature());
        LOG.info(
                "store {}: {} episodes, {} concepts, {} associations; settings {}",
                settings.store(),
                now.counts().episodes(),
                now.counts().concepts(),
                now.counts().associations(),
                now.settings());
        now.positions()
                .forEach(position -> LOG.info(
                        "position {} partition {} next {}",
                        position.source(),
                        position.partition(),
                        position.nextOffset()));
        http.start();
        parts.push(http);
        if (learners != null) {
            sayWhere();
        }
        LOG.info("answering at {}", url());
    }

    /** Waits for the cluster, if this server learns from one. */
    void connect() throws InterruptedException {
        if (link != null) {
            link.open();
        }
    }

    /** Learns, and takes episodes, if there is a cluster that has answered. */
    void learn() {
        if (link == null || learners == null) {
            return;
        }
        learners.start(memory);
        taking = true;
    }

    private void logLag(ClientProperties cluster) {
        StatusAnswer now = status();
        try {
            for (Position end : TopicReplay.end(cluster, settings.topics().episodes())) {
                long next = now.positions().stream()
                        .filter(position ->
                                position.source().equals(end.source()) && position.partition() == end.partition())
                        .mapToLong(Position::nextOffset)
                        .findFirst()
                        .orElse(0);
                LOG.info("lag of partition {}: {} records", end.partition(), Math.max(0, end.nextOffset() - next));
            }
        } catch (RuntimeException e) {
            // The learner waits for the cluster; the log does not.
            LOG.warn("the lag is not known yet: {}", e.getMessage());
        }
    }

    /** For the commands that need the holder of the store. */
    private void sayWhere() {
        try {
            Serving.write(settings.data(), url());
        } catch (IOException e) {
            throw new UncheckedIOException("the data directory cannot be written: data=" + settings.data(), e);
        }
        parts.push(() -> Serving.remove(settings.data()));
    }

    Settings settings() {
        return settings;
    }

    MemoryView view() {
        return memory.view();
    }

    String url() {
        return http.url();
    }

    ClientProperties client() {
        if (link == null) {
            throw new IllegalStateException("this server has no cluster");
        }
        return link.client();
    }

    PrometheusMeterRegistry meters() {
        return meters;
    }

    StatusAnswer status() {
        Throwable failure = failure();
        String why = failure == null ? null : String.valueOf(failure.getMessage());
        if (learners == null) {
            return status(failure == null, null, null, why);
        }
        return status(
                        learners.ready() && failure == null,
                        learners.lag(),
                        failure == null ? waiting(learners) : null,
                        why)
                .reading(learners.partitions());
    }

    private StatusAnswer status(boolean ready, @Nullable Long lag, @Nullable String waiting, @Nullable String failure) {
        return memory.look(engine -> StatusAnswer.of(engine.view(), engine.memoryUse(), ready, lag, waiting, failure));
    }

    private @Nullable String waiting(Learners taught) {
        String notYet = link == null ? null : link.waiting();
        return notYet == null ? taught.waiting() : notYet;
    }

    /** What is the matter: damage, whoever met it; a learner that stopped; a disk that is full. */
    private @Nullable Throwable failure() {
        Throwable damage = memory.engine().damage().orElse(null);
        if (damage != null) {
            return damage;
        }
        Throwable stopped = learners == null ? null : learners.failure();
        return stopped != null ? stopped : memory.engine().waitsForRoom().orElse(null);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            close(parts);
        }
    }

    /** A registry that counts what every process has. */
    static PrometheusMeterRegistry meters(Deque<AutoCloseable> parts) {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        parts.push(meters::close);
        new ClassLoaderMetrics().bindTo(meters);
        new JvmMemoryMetrics().bindTo(meters);
        new JvmThreadMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
        new UptimeMetrics().bindTo(meters);
        JvmGcMetrics gc = opened(parts, new JvmGcMetrics());
        gc.bindTo(meters);
        return meters;
    }

    private static <T extends AutoCloseable> T opened(Deque<AutoCloseable> parts, T part) {
        parts.push(part);
        return part;
    }

    /** Closes what was opened last first. */
    static void close(Deque<AutoCloseable> parts) {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                // The others are to be closed all the same; what is lost by this is read again.
                LOG.error("a part cannot be closed: {}", part.getClass().getSimpleName(), e);
            }
        }
    }
}
