package io.synfire.query.http;

import io.javalin.config.JavalinConfig;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jetty.JettyServerThreadPoolMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.synfire.query.http.HttpOptions.TlsFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * What lies between the network and the routes: connections, TLS, threads, the {@link Gate}, the {@link BodyReader} and the
 * {@link Turnstile}. Files of secrets
 * are read once here, so that a mistake in them shows before anything is answered, and again when they change. Thread-safe.
 */
final class Transport implements AutoCloseable {

    /** For those that pass by the turnstile, and for accepting, selecting and waking up. */
    private static final int THREADS_BESIDE = 12;

    /** When there are as many connections as there may be, those are closed that are silent for this long. */
    private static final long CROWDED_IDLE_MS = 1_000;

    private final HttpOptions options;
    private final PrometheusMeterRegistry meters;
    private final Problems problems;
    private final Gate gate;
    private final BodyReader bodies;
    private final Turnstile turnstile;
    private final @Nullable FileWatch watch;
    private final SslContextFactory.@Nullable Server tls;

    Transport(HttpOptions options, PrometheusMeterRegistry meters, Refusals refusals, Problems problems) {
        options.requireSafe();
        this.options = options;
        this.meters = meters;
        this.problems = problems;
        HttpLimits limits = options.limits();
        Path tokensFile = options.tokens();
        TlsFiles tlsFiles = options.tls();
        this.watch = tokensFile == null && tlsFiles == null ? null : new FileWatch();
        try {
            this.gate = new Gate(tokensFile == null ? null : tokens(tokensFile), hosts(options), refusals, problems);
            this.tls = tlsFiles == null ? null : tls(tlsFiles);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        BodyBudget budget = new BodyBudget(limits.bodiesBytesMax(), System::nanoTime);
        Gauge.builder("synfire.http.bodies", budget, BodyBudget::bytes)
                .description("Bytes of bodies that are being sent or answered")
                .baseUnit("bytes")
                .register(meters);
        this.bodies = new BodyReader(limits, budget, System::nanoTime, refusals, problems);
        this.turnstile =
                new Turnstile(limits.concurrentMax(), limits.waitingMax(), limits.queryTimeMax(), refusals, problems);
        Gauge.builder("synfire.http.waiting", turnstile, Turnstile::getSuspendedRequestCount)
                .description("Requests that wait for their turn")
                .register(meters);
    }

    private static @Nullable Hosts hosts(HttpOptions options) {
        boolean isAnyFine = options.tokens() != null || (options.hosts().isEmpty() && !options.isLoopback());
        return isAnyFine ? null : new Hosts(options.host(), options.hosts());
    }

    private Supplier<Tokens> tokens(Path file) {
        List<Object> seen = FileWatch.stateOf(List.of(file));
        AtomicReference<Tokens> current = new AtomicReference<>(Tokens.read(file));
        watch("tokens", List.of(file), seen, () -> current.set(Tokens.read(file)));
        return current::get;
    }

    private SslContextFactory.Server tls(TlsFiles files) {
        List<Path> both = List.of(files.certificate(), files.key());
        List<Object> seen = FileWatch.stateOf(both);
        SslContextFactory.Server factory = new SslContextFactory.Server();
        factory.setKeyStore(PemIdentity.read(files));
        factory.setKeyStorePassword(PemIdentity.PASSWORD);
        factory.setIncludeProtocols("TLSv1.3", "TLSv1.2");
        factory.setRenegotiationAllowed(false);
        watch("certificate", both, seen, () -> reload(factory, files));
        return factory;
    }

    private static void reload(SslContextFactory.Server factory, TlsFiles files) {
        var identity = PemIdentity.read(files);
        try {
            factory.reload(again -> again.setKeyStore(identity));
        } catch (Exception e) {
            throw new IllegalStateException("TLS cannot be set up anew: " + e.getMessage(), e);
        }
    }

    private void watch(String what, List<Path> files, List<Object> seen, Runnable reader) {
        if (watch != null) {
            watch.watch(what, files, seen, reader);
        }
    }

    void configure(JavalinConfig config) {
        QueuedThreadPool threads = new QueuedThreadPool(options.limits().concurrentMax() + THREADS_BESIDE, 4);
        threads.setName("synfire-http");
        new JettyServerThreadPoolMetrics(threads, Tags.empty()).bindTo(meters);
        config.jetty.threadPool = threads;
        config.jetty.modifyHttpConfiguration(this::configure);
        config.jetty.addConnector(this::connector);
        config.jetty.modifyServer(server -> {
            server.setErrorHandler(problems.ofTransport());
            Handler.Wrapper outer = gate;
            outer.setHandler(bodies);
            bodies.setHandler(turnstile);
            server.setHandler(outer);
            NetworkConnectionLimit connections =
                    new NetworkConnectionLimit(options.limits().connectionsMax(), server);
            connections.setEndPointIdleTimeout(CROWDED_IDLE_MS);
            server.addBean(connections);
        });
        config.jetty.modifyServletContextHandler(handler -> {
            handler.setErrorHandler(problems.ofTransport());
            handler.getServletHandler().setDecodeAmbiguousURIs(true);
        });
    }

    private void configure(HttpConfiguration http) {
        // A concept's id may hold any character: %2F and %25 are part of it, not of the path.
        http.setUriCompliance(UriCompliance.from(Set.of(
                Violation.AMBIGUOUS_PATH_SEPARATOR,
                Violation.AMBIGUOUS_PATH_ENCODING,
                Violation.AMBIGUOUS_PATH_PARAMETER,
                Violation.AMBIGUOUS_PATH_SEGMENT,
                Violation.SUSPICIOUS_PATH_CHARACTERS)));
        http.setSendServerVersion(false);
        http.setRequestHeaderSize((int) options.limits().headerBytesMax());
    }

    private Connector connector(Server server, HttpConfiguration http) {
        HttpConnectionFactory plain = new HttpConnectionFactory(http);
        ServerConnector connector;
        if (tls == null) {
            connector = new ServerConnector(server, plain);
        } else {
            // Which name a caller has for this server is no matter for TLS: the one certificate is all there is.
            http.addCustomizer(new SecureRequestCustomizer(false));
            connector =
                    new ServerConnector(server, new SslConnectionFactory(tls, HttpVersion.HTTP_1_1.asString()), plain);
        }
        connector.setHost(options.host());
        connector.setPort(options.port());
        connector.setIdleTimeout(options.limits().idleMax().toMillis());
        return connector;
    }

    String scheme() {
        return tls == null ? "http" : "https";
    }

    @Override
    public void close() {
        if (watch != null) {
            watch.close();
        }
    }
}
