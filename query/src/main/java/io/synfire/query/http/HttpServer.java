package io.synfire.query.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpStatus;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.synfire.query.answer.AnswerJson;
import io.synfire.query.answer.StatusAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP side of a memory. Answers are JSON; every error is a problem (RFC 9457) that tells the caller's rule, never a stack
 * trace. Few threads, since answers take microseconds. Thread-safe.
 */
public final class HttpServer implements AutoCloseable {

    private static final String JSON = "application/json";

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
        HttpLimits limits = options.limits();
        this.status = status;
        this.meters = meters;
        Refusals refusals = new Refusals(meters, System::nanoTime);
        this.problems = new Problems(refusals, new LingeringClose(limits, System::nanoTime));
        this.queries = new QueryRoutes(memory, evidence, limits.queryTimeMax(), problems, meters, clock);
        this.episodes = new EpisodesRoute(sink, limits, problems);
        this.backup = new BackupRoute(admin.backups());
        this.rebuild = new RebuildRoutes(admin.rebuilds(), problems, clock);
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

    private void configure(JavalinConfig config) {
        config.http.defaultContentType = JSON;
        Routing routing = new Routing();
        queries.put(routing);
        episodes.put(routing);
        routing.put(Route.BACKUP, backup::handle);
        rebuild.put(routing);
        routing.put(Route.STATUS, this::status);
        routing.put(Route.LIVE, context -> context.contentType("text/plain").result("live"));
        routing.put(Route.READY, this::ready);
        routing.put(Route.METRICS, context -> context.contentType("text/plain; version=0.0.4; charset=utf-8")
                .result(meters.scrape()));
        routing.put(Route.CONTRACT, resource("openapi.yaml", "application/yaml"));
        routing.put(Route.PAGE, resource("index.html", "text/html; charset=utf-8"));
        routing.put(Route.STYLE, resource("explorer.css", "text/css; charset=utf-8"));
        routing.put(Route.SCRIPT, resource("explorer.js", "text/javascript; charset=utf-8"));
        routing.register(config);
        problems.map(config);
    }

    private void status(Context context) {
        Parameters.none(context);
        context.contentType(JSON).result(json.of(status.status()));
    }

    /** Why it is not ready names topics and files: it is for those who may ask. */
    private void ready(Context context) {
        StatusAnswer now = status.status();
        boolean mayAsk = Gate.roleOf(context).mayDo(Role.READ);
        context.status(now.ready() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
        context.contentType("text/plain").result(now.ready() ? "ready" : mayAsk ? whyNot(now) : "unready");
    }

    private static String whyNot(StatusAnswer now) {
        if (now.failure() != null) {
            return "learning stopped: " + now.failure();
        }
        return now.waiting() == null ? "catching up" : now.waiting();
    }

    private static Handler resource(String name, String contentType) {
        byte[] bytes;
        try (InputStream stream = HttpServer.class.getResourceAsStream("/web/" + name)) {
            if (stream == null) {
                throw new IllegalStateException("a resource is missing from the build: resource=/web/" + name);
            }
            bytes = stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return context -> context.contentType(contentType).result(bytes);
    }
}
