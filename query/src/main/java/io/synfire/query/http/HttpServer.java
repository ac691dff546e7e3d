package io.synfire.query.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jetty.JettyServerThreadPoolMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.synfire.query.answer.AnswerJson;
import io.synfire.query.recall.Answers;
import io.synfire.query.recall.AssociationsQuery;
import io.synfire.query.recall.AssociationsQuery.Scoring;
import io.synfire.query.recall.BadQueryException;
import io.synfire.query.recall.ExplainQuery;
import io.synfire.query.recall.Limits;
import io.synfire.query.recall.Measure;
import io.synfire.query.recall.RecallQuery;
import io.synfire.query.recall.TrendingQuery;
import io.synfire.query.recall.UnknownConceptException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP side of a memory. Answers are JSON; every error is a problem (RFC 9457) that tells the caller's rule, never a stack
 * trace. Few threads, since answers take microseconds. Thread-safe.
 */
public final class HttpServer implements AutoCloseable {

    /**
     * Where it listens.
     *
     * @param host address to bind to, the loopback one by default
     * @param port port, 0 for any free one
     */
    public record Address(String host, int port) {

        /** Checks the port. */
        public Address {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("http.port must be 0 to 65535: http.port=" + port);
            }
        }
    }

    /** The largest body of a request, 16 MiB. */
    public static final long BODY_BYTES_MAX = 16L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final String JSON = "application/json";
    private static final String PROBLEM = "application/problem+json";
    private static final int THREADS_MAX = 24;

    private final Address address;
    private final QueriesSource memory;
    private final StatusSource status;
    private final @Nullable EpisodeSink sink;
    private final @Nullable EvidenceSource evidence;
    private final AdminRoutes admin;
    private final Semaphore searching = new Semaphore(1);
    private final PrometheusMeterRegistry meters;
    private final InstantSource clock;
    private final WorkMeters work;
    private final AnswerJson json = new AnswerJson();
    private final RecallBody recallBody = new RecallBody();
    private final EpisodesBody episodesBody = new EpisodesBody();
    private final Javalin javalin;

    /**
     * A server, not yet started.
     *
     * @param address where it listens
     * @param memory what answers
     * @param status says how the memory stands
     * @param sink where posted episodes go, or null if none are taken
     * @param evidence looks into the log, or null if there is none
     * @param rebuilds rebuilds the memory from the log, or null if there is none
     * @param meters what {@code /metrics} shows, and where query times go
     * @param clock what {@code at=now} means
     */
    public HttpServer(
            Address address,
            QueriesSource memory,
            StatusSource status,
            @Nullable EpisodeSink sink,
            @Nullable EvidenceSource evidence,
            @Nullable RebuildControl rebuilds,
            PrometheusMeterRegistry meters,
            InstantSource clock) {
        this.address = address;
        this.memory = memory;
        this.status = status;
        this.sink = sink;
        this.evidence = evidence;
        this.admin = new AdminRoutes(rebuilds, clock);
        this.meters = meters;
        this.clock = clock;
        this.work = new WorkMeters(meters);
        this.javalin = Javalin.create(this::configure);
    }

    /**
     * Starts listening.
     *
     * @throws IllegalStateException if the port is taken
     */
    public void start() {
        try {
            javalin.start(address.host(), address.port());
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "HTTP cannot listen, set another http.port: http.host=" + address.host() + " http.port="
                            + address.port(),
                    e);
        }
    }

    /**
     * The port it listens on.
     *
     * @return the port, also where 0 was asked for
     */
    public int port() {
        return javalin.port();
    }

    /** Answers what is under way and stops. Idempotent. */
    @Override
    public void close() {
        javalin.stop();
    }

    /** The paths it answers, for holding the contract to them. */
    Set<String> routes() {
        Set<String> paths = new TreeSet<>();
        javalin.unsafe.internalRouter.allHttpHandlers().forEach(parsed -> {
            if (parsed.endpoint.method.isHttpMethod()) {
                paths.add(parsed.endpoint.path);
            }
        });
        return paths;
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.http.maxRequestSize = BODY_BYTES_MAX;
        config.http.prefer405over404 = true;
        config.http.defaultContentType = JSON;
        QueuedThreadPool threads = new QueuedThreadPool(THREADS_MAX, 4);
        threads.setName("synfire-http");
        new JettyServerThreadPoolMetrics(threads, Tags.empty()).bindTo(meters);
        config.jetty.threadPool = threads;
        // A concept's id may hold any character: %2F and %25 are part of it, not of the path.
        config.jetty.modifyHttpConfiguration(http -> {
            http.setUriCompliance(UriCompliance.from(Set.of(
                    Violation.AMBIGUOUS_PATH_SEPARATOR,
                    Violation.AMBIGUOUS_PATH_ENCODING,
                    Violation.AMBIGUOUS_PATH_PARAMETER,
                    Violation.AMBIGUOUS_PATH_SEGMENT,
                    Violation.SUSPICIOUS_PATH_CHARACTERS)));
            http.setSendServerVersion(false);
        });
        config.jetty.modifyServletContextHandler(
                handler -> handler.getServletHandler().setDecodeAmbiguousURIs(true));
        routes(config);
        problems(config);
    }

    private void routes(JavalinConfig config) {
        config.routes.before(context -> {
            context.header("X-Content-Type-Options", "nosniff");
            context.header(
                    "Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
                            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        });
        config.routes.get("/v1/concepts", timed("concepts", this::concepts));
        config.routes.get("/v1/concepts/{id}/associations", timed("associations", this::associations));
        config.routes.get("/v1/associations", timed("explain", this::explain));
        config.routes.get("/v1/trending", timed("trending", this::trending));
        config.routes.get("/v1/recall", timed("recall", this::recallByParameters));
        config.routes.post("/v1/recall", timed("recall", this::recallByBody));
        config.routes.post("/v1/episodes", this::episodes);
        admin.register(config);
        config.routes.get("/v1/status", context -> answer(context, json.of(status.status())));
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

    private void problems(JavalinConfig config) {
        config.routes.exception(
                BadQueryException.class,
                (e, context) -> problem(context, HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage())));
        config.routes.exception(
                UnknownConceptException.class,
                (e, context) -> problem(context, HttpStatus.NOT_FOUND, String.valueOf(e.getMessage())));
        config.routes.exception(HttpResponseException.class, (e, context) -> {
            HttpStatus found = HttpStatus.forStatus(e.getStatus());
            problem(context, found, found.getMessage() + ": path=" + context.path());
        });
        config.routes.exception(Exception.class, (e, context) -> {
            LOG.error("a request failed: {} {}", context.method(), context.path(), e);
            problem(context, HttpStatus.INTERNAL_SERVER_ERROR, "the server failed; its log says why");
        });
    }

    private void concepts(Context context) {
        Parameters parameters = new Parameters(context, clock, "prefix", "k", "horizon", "blend", "at");
        Answers.Concepts concepts = memory.ask(queries ->
                queries.concepts(parameters.textOr("prefix", ""), parameters.k(), parameters.blend(), parameters.at()));
        answer(context, json.of(concepts));
    }

    private void associations(Context context) {
        Parameters parameters = new Parameters(
                context,
                clock,
                "k",
                "measure",
                "shrinkage",
                "popularity",
                "prefix",
                "horizon",
                "blend",
                "min-support",
                "include-cues",
                "at");
        String measure = parameters.text("measure");
        AssociationsQuery query = new AssociationsQuery(
                context.pathParam("id"),
                parameters.k(),
                new Scoring(
                        measure == null ? Measure.STRENGTH : Measure.parse(measure),
                        parameters.number("shrinkage", 0),
                        parameters.number("popularity", 0)),
                parameters.textOr("prefix", ""),
                parameters.blend(),
                parameters.number("min-support", 0),
                parameters.flag("include-cues"),
                parameters.at());
        Answers.Associations associations = memory.ask(queries -> queries.associations(query));
        answer(context, json.of(associations));
    }

    private void explain(Context context) {
        Parameters parameters =
                new Parameters(context, clock, "from", "to", "horizon", "min-support", "at", "evidence", "k");
        ExplainQuery query = new ExplainQuery(
                parameters.required("from"),
                parameters.required("to"),
                parameters.text("horizon"),
                parameters.number("min-support", 0),
                parameters.at());
        Limits.requireK(parameters.k());
        Answers.Explanation explanation = memory.ask(queries -> queries.explain(query));
        if (!parameters.flag("evidence")) {
            answer(context, json.of(explanation));
        } else if (evidence == null) {
            problem(context, HttpStatus.SERVICE_UNAVAILABLE, "this server is offline, it reads no log");
        } else if (!searching.tryAcquire()) {
            problem(context, HttpStatus.SERVICE_UNAVAILABLE, "the log is being searched, one search at a time");
        } else {
            try {
                answer(context, json.of(explanation, evidence.find(query.from(), query.to(), parameters.k())));
            } finally {
                searching.release();
            }
        }
    }

    private void trending(Context context) {
        Parameters parameters = new Parameters(context, clock, "k", "fast", "slow", "min-support", "at");
        TrendingQuery query = new TrendingQuery(
                parameters.k(),
                parameters.text("fast"),
                parameters.text("slow"),
                parameters.number("min-support", TrendingQuery.MIN_SUPPORT),
                parameters.at());
        Answers.Trending trending = memory.ask(queries -> queries.trending(query));
        answer(context, json.of(trending));
    }

    private void recallByParameters(Context context) {
        Parameters parameters = new Parameters(
                context,
                clock,
                "cue",
                "k",
                "hops",
                "popularity",
                "shrinkage",
                "self",
                "prefix",
                "exclude",
                "candidate",
                "horizon",
                "blend",
                "min-support",
                "include-cues",
                "ordered",
                "at");
        List<String> candidates = parameters.all("candidate");
        recall(
                context,
                RecallQuery.builder()
                        .cues(parameters.all("cue"))
                        .ordered(parameters.flag("ordered"))
                        .includeCues(parameters.flag("include-cues"))
                        .exclude(Set.copyOf(parameters.all("exclude")))
                        .candidates(candidates.isEmpty() ? null : Set.copyOf(candidates))
                        .prefix(parameters.text("prefix"))
                        .k(parameters.k())
                        .hops(parameters.wholeOrNull("hops"))
                        .popularity(parameters.numberOrNull("popularity"))
                        .shrinkage(parameters.numberOrNull("shrinkage"))
                        .self(parameters.numberOrNull("self"))
                        .blend(parameters.blend())
                        .minSupport(parameters.number("min-support", 0))
                        .atMs(parameters.at())
                        .build());
    }

    private void recallByBody(Context context) {
        Parameters parameters = new Parameters(context, clock, "at");
        recall(context, recallBody.read(context.bodyAsBytes(), parameters.at()));
    }

    private void recall(Context context, RecallQuery query) {
        Answers.Recall recalled = memory.ask(queries -> queries.recall(query));
        work.count(recalled.work());
        answer(context, json.of(recalled));
    }

    private void episodes(Context context) {
        if (sink == null) {
            problem(context, HttpStatus.SERVICE_UNAVAILABLE, "this server is offline, it takes no episodes");
            return;
        }
        List<byte[]> records = episodesBody.split(context.bodyAsBytes(), context.contentType());
        EpisodeSink.Appended appended = sink.append(records);
        context.status(HttpStatus.ACCEPTED);
        answer(
                context,
                json.ofAppended(records.size(), appended.partition(), appended.firstOffset(), appended.lastOffset()));
    }

    private void ready(Context context) {
        boolean isReady = status.status().ready();
        context.status(isReady ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
        context.contentType("text/plain").result(isReady ? "ready" : "catching up");
    }

    private Handler timed(String route, Handler handler) {
        Timer timer = Timer.builder("synfire.query")
                .description("Time of answering a question")
                .tag("route", route)
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofNanos(20_000))
                .maximumExpectedValue(Duration.ofSeconds(1))
                .register(meters);
        return context -> {
            long start = System.nanoTime();
            try {
                handler.handle(context);
            } finally {
                timer.record(Duration.ofNanos(System.nanoTime() - start));
            }
        };
    }

    private static void answer(Context context, byte[] body) {
        context.contentType(JSON).result(body);
    }

    private void problem(Context context, HttpStatus found, String detail) {
        problem(context, json, found, detail);
    }

    static void problem(Context context, AnswerJson json, HttpStatus found, String detail) {
        context.status(found);
        context.result(json.ofProblem(found.getCode(), found.getMessage(), detail));
        // JSON is UTF-8 by itself (RFC 8259): the type has no parameter.
        context.res().setCharacterEncoding(null);
        context.contentType(PROBLEM);
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
