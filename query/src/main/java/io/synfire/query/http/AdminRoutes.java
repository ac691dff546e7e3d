package io.synfire.query.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.synfire.query.answer.AnswerJson;
import io.synfire.query.answer.RebuildJson;
import io.synfire.query.answer.RebuildStatus;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** The routes below {@code /v1/admin}. They change what everybody sees, so they answer this machine alone. Thread-safe. */
final class AdminRoutes {

    private static final String REBUILD = "/v1/admin/rebuild";

    private final @Nullable RebuildControl rebuilds;
    private final RebuildBody body;
    private final RebuildJson json = new RebuildJson();
    private final AnswerJson problems = new AnswerJson();

    AdminRoutes(@Nullable RebuildControl rebuilds, InstantSource clock) {
        this.rebuilds = rebuilds;
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
                RebuildBody.Asked asked = body.read(context.bodyAsBytes());
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

    /** Who may not, or where there is nothing to rebuild with, is told so. */
    private @Nullable RebuildControl control(Context context) {
        if (!isLocal(context.req().getRemoteAddr())) {
            problem(context, HttpStatus.FORBIDDEN, "this route answers the machine it runs on alone");
            return null;
        }
        if (rebuilds == null) {
            problem(context, HttpStatus.SERVICE_UNAVAILABLE, "this server is offline, it reads no log");
        }
        return rebuilds;
    }

    private static boolean isLocal(String address) {
        try {
            // An address, never a name: nothing is looked up.
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private void answer(Context context, RebuildStatus status) {
        context.contentType("application/json").result(json.of(status));
    }

    private void problem(Context context, HttpStatus found, String detail) {
        HttpServer.problem(context, problems, found, detail);
    }
}
