package io.synfire.query.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.synfire.query.answer.AnswerJson;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/episodes}. Thread-safe. */
final class EpisodesRoute {

    private final @Nullable EpisodeSink sink;
    private final HttpLimits limits;
    private final Problems problems;
    private final Bodies bodies;
    private final EpisodesBody body = new EpisodesBody();
    private final AnswerJson json = new AnswerJson();

    /** Appending waits for the cluster, and for bodies that come slowly: it takes half of the places at most. */
    private final Semaphore appending;

    /** A route, not yet registered; {@code sink} is where episodes go, or null if none are taken. */
    EpisodesRoute(@Nullable EpisodeSink sink, HttpLimits limits, Problems problems, Bodies bodies) {
        this.sink = sink;
        this.limits = limits;
        this.problems = problems;
        this.bodies = bodies;
        this.appending = new Semaphore(Math.max(1, limits.concurrentMax() / 2));
    }

    void register(JavalinConfig config) {
        config.routes.post("/v1/episodes", this::handle);
    }

    private void handle(Context context) {
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
        List<byte[]> records = body.split(bodies.read(context), context.contentType());
        if (records.size() > limits.episodesMax()) {
            throw BadBodyException.tooLarge("a body must hold at most http.episodes-max records: records="
                    + records.size() + " http.episodes-max=" + limits.episodesMax());
        }
        EpisodeSink.Appended appended = to.append(records);
        context.status(HttpStatus.ACCEPTED);
        context.contentType("application/json")
                .result(json.ofAppended(
                        records.size(), appended.partition(), appended.firstOffset(), appended.lastOffset()));
    }
}
