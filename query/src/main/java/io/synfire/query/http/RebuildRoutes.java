package io.synfire.query.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.synfire.query.answer.RebuildJson;
import io.synfire.query.answer.RebuildStatus;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** The routes of {@code /v1/admin/rebuild}. Thread-safe. */
final class RebuildRoutes {

    private static final String REBUILD = "/v1/admin/rebuild";

    private final @Nullable RebuildControl rebuilds;
    private final RebuildBody body;
    private final RebuildJson json = new RebuildJson();
    private final Problems problems;
    private final Bodies bodies;

    RebuildRoutes(@Nullable RebuildControl rebuilds, Problems problems, Bodies bodies, InstantSource clock) {
        this.rebuilds = rebuilds;
        this.problems = problems;
        this.bodies = bodies;
        this.body = new RebuildBody(clock);
    }

    void register(JavalinConfig config) {
        config.routes.get(REBUILD, context -> {
            RebuildControl control = control(context);
            if (control != null) {
                answer(context, control.status());
            }
        });
        config.routes.post(REBUILD, context -> {
            RebuildControl control = control(context);
            if (control != null) {
                RebuildBody.Asked asked = body.read(bodies.read(context));
                RebuildStatus begun = control.begin(asked.settings(), asked.untilMs());
                context.status(HttpStatus.ACCEPTED);
                answer(context, begun);
            }
        });
        config.routes.delete(REBUILD, context -> {
            RebuildControl control = control(context);
            if (control != null) {
                answer(context, control.cancel());
            }
        });
        config.routes.exception(
                RebuildControl.ConflictException.class,
                (e, context) -> problem(context, HttpStatus.CONFLICT, String.valueOf(e.getMessage())));
    }

    /** Null where there is nothing to rebuild with: then that was answered. */
    private @Nullable RebuildControl control(Context context) {
        if (rebuilds == null) {
            problem(context, HttpStatus.SERVICE_UNAVAILABLE, "this server is offline, it reads no log");
        }
        return rebuilds;
    }

    private void answer(Context context, RebuildStatus status) {
        context.contentType("application/json").result(json.of(status));
    }

    private void problem(Context context, HttpStatus found, String detail) {
        problems.answer(context, found, detail);
    }
}
