package io.synfire.query.http;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.synfire.query.answer.AnswerJson;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/episodes}. Thread-safe. */
final class EpisodesRoute {

    private final @Nullable EpisodeSink sink;
    private final int recordsMax;
    private final Problems problems;
    private final AnswerJson json = new AnswerJson();

    /** Appending waits for the cluster: it takes half of the places at most. */
    private final Semaphore appending;

    /** A route, not yet registered; {@code sink} is where episodes go, or null if none are taken. */
    EpisodesRoute(@Nullable EpisodeSink sink, HttpLimits limits, Problems problems) {
        this.sink = sink;
        this.recordsMax = limits.episodesMax();
        this.problems = problems;
        this.appending = new Semaphore(Math.max(1, limits.concurrentMax() / 2));
    }

    void put(Routing routing) {
        routing.put(Route.EPISODES, this::handle);
    }

    private void handle(Context context) {
        Parameters.none(context);
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
        List<byte[]> records = records(context);
        EpisodeSink.Appended appended = to.append(records);
        context.status(HttpStatus.ACCEPTED);
        context.contentType("application/json")
                .result(json.ofAppended(
                        records.size(), appended.partition(), appended.firstOffset(), appended.lastOffset()));
    }

    private List<byte[]> records(Context context) {
        Body body = Body.taken(context);
        boolean isLines = String.valueOf(context.contentType())
                .strip()
                .toLowerCase(Locale.ROOT)
                .startsWith(Route.LINES);
        return isLines ? RecordSplitter.lines(body, recordsMax) : RecordSplitter.json(body, recordsMax);
    }
}
