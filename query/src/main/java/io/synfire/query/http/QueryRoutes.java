package io.synfire.query.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.synfire.query.answer.AnswerJson;
import io.synfire.query.recall.Answers;
import io.synfire.query.recall.AssociationsQuery;
import io.synfire.query.recall.AssociationsQuery.Scoring;
import io.synfire.query.recall.Blend;
import io.synfire.query.recall.Deadline;
import io.synfire.query.recall.ExplainQuery;
import io.synfire.query.recall.Limits;
import io.synfire.query.recall.Measure;
import io.synfire.query.recall.Queries;
import io.synfire.query.recall.RecallQuery;
import io.synfire.query.recall.TrendingQuery;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The routes of questions: each is read, asked in time, and answered. Thread-safe. */
final class QueryRoutes {

    private final QueriesSource memory;
    private final @Nullable EvidenceSource evidence;
    private final Duration timeMax;
    private final Problems problems;
    private final MeterRegistry meters;
    private final InstantSource clock;
    private final WorkMeters work;
    private final AnswerJson json = new AnswerJson();
    private final Semaphore searching = new Semaphore(1);

    /**
     * Routes, not yet registered.
     *
     * @param memory what answers
     * @param evidence looks into the log, or null if there is none
     * @param timeMax how long a question may take
     */
    QueryRoutes(
            QueriesSource memory,
            @Nullable EvidenceSource evidence,
            Duration timeMax,
            Problems problems,
            MeterRegistry meters,
            InstantSource clock) {
        this.memory = memory;
        this.evidence = evidence;
        this.timeMax = timeMax;
        this.problems = problems;
        this.meters = meters;
        this.clock = clock;
        this.work = new WorkMeters(meters);
    }

    void put(Routing routing) {
        routing.put(Route.CONCEPTS, timed("concepts", this::concepts));
        routing.put(Route.ASSOCIATIONS, timed("associations", this::associations));
        routing.put(Route.EXPLAIN, timed("explain", this::explain));
        routing.put(Route.TRENDING, timed("trending", this::trending));
        routing.put(Route.RECALL, timed("recall", this::recallByParameters));
        routing.put(Route.RECALL_BY_BODY, timed("recall", this::recallByBody));
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

    /** Asks what must be answered in time. */
    private <T> T ask(Function<Queries, T> question) {
        Deadline deadline = Deadline.after(timeMax, System::nanoTime);
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
                concept(context),
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

    /** As it was sent: it may hold any character, also a slash. */
    private static String concept(Context context) {
        return QueryText.segment(context.req().getRequestURI().split("/", -1)[3]);
    }

    private void explain(Context context) {
        Parameters parameters =
                new Parameters(context, clock, "from", "to", "horizon", "blend", "min-support", "at", "evidence", "k");
        ExplainQuery query = new ExplainQuery(
                parameters.required("from"),
                parameters.required("to"),
                parameters.blend(),
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
        Parameters parameters = new Parameters(context, clock, "k", "fast", "blend", "slow", "min-support", "at");
        TrendingQuery query = new TrendingQuery(
                parameters.k(),
                Blend.chosen("fast", parameters.text("fast"), parameters.text("blend")),
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
                        .exclude(new HashSet<>(parameters.all("exclude")))
                        .candidates(candidates.isEmpty() ? null : new HashSet<>(candidates))
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
        Parameters.none(context);
        recall(context, RecallBody.read(Body.of(context), clock));
    }

    private void recall(Context context, RecallQuery query) {
        Answers.Recall recalled = ask(queries -> queries.recall(query));
        work.count(recalled.work());
        answer(context, json.of(recalled));
    }

    private static void answer(Context context, byte[] body) {
        context.contentType("application/json").result(body);
    }
}
