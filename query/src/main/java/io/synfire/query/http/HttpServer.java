package io.synfire.query.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.synfire.query.answer.AnswerJson;
import io.synfire.query.answer.StatusAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP side of a memory. Answers are JSON; every error is a problem (RFC 9457) that tells the caller's rule, never a stack
 * trace. Few threads, since answers take microseconds. Thread-safe.
 */
public final class HttpServer implements AutoCloseable {

    private static final String JSON = "application/json";

    private final HttpLimits limits;
    private final StatusSource status;
    private final PrometheusMeterRegistry meters;
    private final QueryRoutes queries;
    private final EpisodesRoute episodes;
    private final BackupRoute backup;
    private final RebuildRoutes rebuild;
    private final Problems problems;
    private final Listener listener;
    private final AnswerJson json = new AnswerJson();

    /**
     * A server, not yet started.
     *
     * @param options where it listens, to whom, and how much it bears
     * @param memory what answers
     * @param status says how the memory stands
     * @param sink where posted episodes go, or null if none are taken
     * @param evidence looks into the log, or null if there is none
     * @param admin what whoever may do more is offered
     * @param meters what {@code /metrics} shows, and where query times go
     * @param clock what {@code at=now} means
     * @throws IllegalArgumentException if it would be open to the network by mistake, or a file of tokens or keys is not what it must be
     */
    public HttpServer(
            HttpOptions options,
            QueriesSource memory,
            StatusSource status,
            @Nullable EpisodeSink sink,
            @Nullable EvidenceSource evidence,
            Admin admin,
            PrometheusMeterRegistry meters,
            InstantSource clock) {
        this.limits = options.limits();
        this.status = status;
        this.meters = meters;
        Refusals refusals = new Refusals(meters, System::nanoTime);
        Bodies bodies = new Bodies(limits.bodyBytesMax(), limits.idleMax(), System::nanoTime);
        this.problems = new Problems(refusals);
        this.queries = new QueryRoutes(memory, evidence, limits.queryTimeMax(), problems, bodies, meters, clock);
        this.episodes = new EpisodesRoute(sink, limits, problems, bodies);
        this.backup = new BackupRoute(admin.backups(), bodies);
        this.rebuild = new RebuildRoutes(admin.rebuilds(), problems, bodies, clock);
        this.listener = new Listener(options, new Transport(options, meters, refusals, problems), this::configure);
    }

    /**
     * Starts listening.
     *
     * @throws IllegalStateException if the port is taken
     */
    public void start() {
        listener.start();
    }

    /**
     * The port it listens on.
     *
     * @return the port, also where 0 was asked for
     */
    public int port() {
        return listener.port();
    }

    /**
     * Where it answers.
     *
     * @return a URL without a path
     */
    public String url() {
        return listener.url();
    }

    /** Answers what is under way and stops. Idempotent. */
    @Override
    public void close() {
        listener.close();
    }

    /** The paths it answers, for holding the contract to them. */
    Set<String> routes() {
        return methods().keySet();
    }

    /** The methods that each path takes. */
    Map<String, Set<String>> methods() {
        return listener.methods();
    }

    private void configure(JavalinConfig config) {
        config.http.maxRequestSize = limits.bodyBytesMax();
        config.http.prefer405over404 = true;
        config.http.defaultContentType = JSON;
        routes(config);
        problems.map(config);
    }

    private void routes(JavalinConfig config) {
        config.routes.before("/v1/admin/*", HttpServer::requireAdmin);
        queries.register(config);
        episodes.register(config);
        config.routes.post(BackupRoute.PATH, backup::handle);
        rebuild.register(config);
        config.routes.get("/v1/status", context -> context.contentType(JSON).result(json.of(status.status())));
        config.routes.get(
                "/health/live", context -> context.contentType("text/plain").result("live"));
        config.routes.get("/health/ready", this::ready);
        config.routes.get("/metrics", context -> context.contentType("text/plain; version=0.0.4; charset=utf-8")
                .result(meters.scrape()));
        resource(config, "/openapi.yaml", "openapi.yaml", "application/yaml");
        resource(config, "/", "index.html", "text/html; charset=utf-8");
        resource(config, "/explorer.css", "explorer.css", "text/css; charset=utf-8");
        resource(config, "/explorer.js", "explorer.js", "text/javascript; charset=utf-8");
    }

    private static void requireAdmin(Context context) {
        if (!(context.attribute(Gate.ROLE) instanceof Role role && role.mayDo(Role.ADMIN))) {
            throw new ForbiddenException();
        }
    }

    private void ready(Context context) {
        StatusAnswer now = status.status();
        context.status(now.ready() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
        context.contentType("text/plain").result(now.ready() ? "ready" : whyNot(now));
    }

    private static String whyNot(StatusAnswer now) {
        if (now.failure() != null) {
            return "learning stopped: " + now.failure();
        }
        return now.waiting() == null ? "catching up" : now.waiting();
    }

    private static void resource(JavalinConfig config, String path, String name, String contentType) {
        byte[] bytes;
        try (InputStream stream = HttpServer.class.getResourceAsStream("/web/" + name)) {
            if (stream == null) {
                throw new IllegalStateException("a resource is missing from the build: resource=/web/" + name);
            }
            bytes = stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        config.routes.get(path, context -> context.contentType(contentType).result(bytes));
    }
}
