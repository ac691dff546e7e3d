package io.synfire.query.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpStatus;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.synfire.query.answer.AnswerJson;
import io.synfire.query.answer.StatusAnswer;
import io.synfire.query.recall.Answers;
import io.synfire.query.recall.AssociationsQuery;
import io.synfire.query.recall.AssociationsQuery.Scoring;
import io.synfire.query.recall.Deadline;
import io.synfire.query.recall.ExplainQuery;
import io.synfire.query.recall.Limits;
import io.synfire.query.recall.Measure;
import io.synfire.query.recall.Queries;
import io.synfire.query.recall.RecallQuery;
import io.synfire.query.recall.TrendingQuery;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP side of a memory. Answers are JSON; every error is a problem (RFC 9457) that tells the caller's rule, never a stack
 * trace. Few threads, since answers take microseconds. Thread-safe.
 */
public final class HttpServer implements AutoCloseable {

    private static final String JSON = "application/json";

    private final HttpOptions options;
    private final QueriesSource memory;
    private final StatusSource status;
    private final @Nullable EpisodeSink sink;
    private final @Nullable EvidenceSource evidence;
    private final BackupRoute backup;
    private final RebuildRoutes rebuild;
    private final Semaphore searching = new Semaphore(1);
    private final PrometheusMeterRegistry meters;
    private final InstantSource clock;
    private final WorkMeters work;
    private final AnswerJson json = new AnswerJson();
    private final RecallBody recallBody = new RecallBody();
    private final EpisodesBody episodesBody = new EpisodesBody();
    private final Bodies bodies;

    /** Appending waits for the cluster, and for bodies that come slowly: it takes half of the places at most. */
    private final Semaphore appending;

    private final Problems problems;
    private final Transport transport;
    private final Javalin javalin;

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
        this.options = options;
        this.memory = memory;
        this.status = status;
        this.sink = sink;
        this.evidence = evidence;
        this.meters = meters;
        this.clock = clock;
        this.work = new WorkMeters(meters);
        this.appending = new Semaphore(Math.max(1, options.limits().concurrentMax() / 2));
        this.bodies =
                new Bodies(options.limits().bodyBytesMax(), options.limits().idleMax(), System::nanoTime);
        this.backup = new BackupRoute(admin.backups(), bodies);
        Refusals refusals = new Refusals(meters, System::nanoTime);
        this.problems = new Problems(refusals);
        this.rebuild = new RebuildRoutes(admin.rebuilds(), problems, bodies, clock);
        this.transport = new Transport(options, meters, refusals, problems);
        this.javalin = Javalin.create(this::configure);
    }

    /**
     * Starts listening.
     *
     * @throws IllegalStateException if the port is taken
     */
    public void start() {
        try {
            javalin.start();
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "HTTP cannot listen, set another http.port: http.host=" + options.host() + " http.port="
                            + options.port(),
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

    /**
     * Where it answers.
     *
     * @return a URL without a path
     */
    public String url() {
        boolean isIpv6 = options.host().indexOf(':') >= 0;
        String host = isIpv6 ? "[" + options.host() + "]" : options.host();
        return transport.scheme() + "://" + host + ":" + port();
    }

    /** Answers what is under way and stops. Idempotent. */
    @Override
    public void close() {
        javalin.stop();
        transport.close();
    }

    /** The paths it answers, for holding the contract to them. */
    Set<String> routes() {
        return methods().keySet();
    }

    /** The methods that each path takes. */
    Map<String, Set<String>> methods() {
        Map<String, Set<String>> methods = new TreeMap<>();
        javalin.unsafe.internalRouter.allHttpHandlers().forEach(parsed -> {
            if (parsed.endpoint.method.isHttpMethod()) {
                methods.computeIfAbsent(parsed.endpoint.path, path -> new TreeSet<>())
                        .add(parsed.endpoint.method.name());
            }
        });
        return methods;
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.http.maxRequestSize = options.limits().bodyBytesMax();
        config.http.prefer405over404 = true;
        config.http.defaultContentType = JSON;
        transport.configure(config);
        routes(config);
        problems.map(config);
    }

    private void routes(JavalinConfig config) {
        config.routes.before("/v1/admin/*", HttpServer::requireAdmin);
        config.routes.get("/v1/concepts", timed("concepts", this::concepts));
        config.routes.get("/v1/concepts/{id}/associations", timed("associations", this::associations));
        config.routes.get("/v1/associations", timed("explain", this::explain));
        config.routes.get("/v1/trending", timed("trending", this::trending));
        config.routes.get("/v1/recall", timed("recall", this::recallByParameters));
        config.routes.post("/v1/recall", timed("recall", this::recallByBody));
        config.routes.post("/v1/episodes", this::episodes);
        config.routes.post(BackupRoute.PATH, backup::handle);
        rebuild.register(config);
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

    private static void requireAdmin(Context context) {
        if (!(context.attribute(Gate.ROLE) instanceof Role role && role.mayDo(Role.ADMIN))) {
            throw new ForbiddenException();
        }
    }

    /** Asks what must be answered in time. */
    private <T> T ask(Function<Queries, T> question) {
        Deadline deadline = Deadline.after(options.limits().queryTimeMax(), System::nanoTime);
        return memory.ask(queries -> question.apply(queries.within(deadline)));
    }

    private void concepts(Context context) {
        Parameters parameters = new Parameters(context, clock, "prefix", "k", "horizon", "blend", "at");
        Answers.Concepts concepts = ask(queries ->
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
        Answers.Associations associations = ask(queries -> queries.associations(query));
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
        Answers.Explanation explanation = ask(queries -> queries.explain(query));
        if (!parameters.flag("evidence")) {
            answer(context, json.of(explanation));
        } else if (evidence == null) {
            problems.answer(context, HttpStatus.SERVICE_UNAVAILABLE, "this server is offline, it reads no log");
        } else if (!searching.tryAcquire()) {
            problems.answer(context, HttpStatus.SERVICE_UNAVAILABLE, "the log is being searched, one search at a time");
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
        Answers.Trending trending = ask(queries -> queries.trending(query));
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
        recall(context, recallBody.read(bodies.read(context), parameters.at()));
    }

    private void recall(Context context, RecallQuery query) {
        Answers.Recall recalled = ask(queries -> queries.recall(query));
        work.count(recalled.work());
        answer(context, json.of(recalled));
    }

    private void episodes(Context context) {
        if (sink == null) {
            problems.answer(context, HttpStatus.SERVICE_UNAVAILABLE, "this server is offline, it takes no episodes");
            return;
        }
        if (!appending.tryAcquire()) {
            throw new BusyException();
        }
        try {
            append(context, sink);
        } finally {
            appending.release();
        }
    }

    private void append(Context context, EpisodeSink to) {
        List<byte[]> records = episodesBody.split(bodies.read(context), context.contentType());
        if (records.size() > options.limits().episodesMax()) {
            throw BadBodyException.tooLarge("a body must hold at most http.episodes-max records: records="
                    + records.size() + " http.episodes-max=" + options.limits().episodesMax());
        }
        EpisodeSink.Appended appended = to.append(records);
        context.status(HttpStatus.ACCEPTED);
        answer(
                context,
                json.ofAppended(records.size(), appended.partition(), appended.firstOffset(), appended.lastOffset()));
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
