package io.synfire.query.http;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.synfire.query.answer.RebuildJson;
import io.synfire.query.answer.RebuildStatus;
import java.time.InstantSource;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The routes of {@code /v1/admin/rebuild}. Thread-safe. */
final class RebuildRoutes {

    private final @Nullable RebuildControl rebuilds;
    private final RebuildJson json = new RebuildJson();
    private final Problems problems;
    private final InstantSource clock;

    RebuildRoutes(@Nullable RebuildControl rebuilds, Problems problems, InstantSource clock) {
        this.rebuilds = rebuilds;
        this.problems = problems;
        this.clock = clock;
    }

    void put(Routing routing) {
        routing.put(Route.REBUILD_STATUS, context -> answer(context, RebuildControl::status));
        routing.put(Route.REBUILD_CANCEL, context -> answer(context, RebuildControl::cancel));
        routing.put(
                Route.REBUILD,
                context -> answer(context, control -> {
                    RebuildBody.Asked asked = RebuildBody.read(Body.of(context), clock);
                    context.status(HttpStatus.ACCEPTED);
                    return control.begin(asked.settings(), asked.untilMs());
                }));
    }

    private void answer(Context context, Function<RebuildControl, RebuildStatus> asked) {
        Parameters.none(context);
        if (rebuilds == null) {
            problems.answer(context, HttpStatus.SERVICE_UNAVAILABLE, "this server is offline, it reads no log");
            return;
        }
        context.contentType("application/json").result(json.of(asked.apply(rebuilds)));
    }
}
