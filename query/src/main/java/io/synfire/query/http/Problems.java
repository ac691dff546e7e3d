package io.synfire.query.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.synfire.engine.store.StoreDamagedException;
import io.synfire.engine.store.StoreFullException;
import io.synfire.query.answer.AnswerJson;
import io.synfire.query.recall.BadQueryException;
import io.synfire.query.recall.OutOfTimeException;
import io.synfire.query.recall.UnknownConceptException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Errors as problems (RFC 9457), wherever they come up: never a stack trace, a version, or what the caller sent as a secret. Thread-safe. */
final class Problems {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final String PROBLEM = "application/problem+json";
    private static final HttpField PROBLEM_TYPE = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, PROBLEM);
    private static final HttpField RETRY_AFTER = new PreEncodedHttpField(HttpHeader.RETRY_AFTER, "1");
    private static final HttpField CHALLENGE =
            new PreEncodedHttpField(HttpHeader.WWW_AUTHENTICATE, "Bearer realm=\"synfire\"");

    private static final int READS_MAX = 16;
    private static final int DETAIL_MAX = 2_000;

    private final AnswerJson json = new AnswerJson();
    private final Refusals refusals;
    private final LingeringClose closing;

    /** Files whose damage was logged: each question may meet it again. */
    private final Set<String> met = ConcurrentHashMap.newKeySet();

    Problems(Refusals refusals, LingeringClose closing) {
        this.refusals = refusals;
        this.closing = closing;
    }

    /** What handlers throw. */
    void map(JavalinConfig config) {
        config.routes.exception(
                BadQueryException.class,
                (e, context) -> answer(context, HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage())));
        config.routes.exception(
                UnknownConceptException.class,
                (e, context) -> answer(context, HttpStatus.NOT_FOUND, String.valueOf(e.getMessage())));
        config.routes.exception(BusyException.class, (e, context) -> {
            refusals.count(Refusal.BUSY);
            context.header(RETRY_AFTER.getName(), String.valueOf(RETRY_AFTER.getValue()));
            answer(context, HttpStatus.TOO_MANY_REQUESTS, String.valueOf(e.getMessage()));
        });
        config.routes.exception(
                RebuildControl.ConflictException.class,
                (e, context) -> answer(context, HttpStatus.CONFLICT, String.valueOf(e.getMessage())));
        config.routes.exception(BadBodyException.class, (e, context) -> {
            if (e.refusal() != null) {
                refusals.count(e.refusal());
            }
            answer(context, HttpStatus.forStatus(e.status()), String.valueOf(e.getMessage()));
        });
        config.routes.exception(OutOfTimeException.class, (e, context) -> {
            refusals.count(Refusal.OUT_OF_TIME);
            answer(context, HttpStatus.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage()));
        });
        config.routes.exception(UnavailableException.class, (e, context) -> {
            LOG.warn("a request cannot be served: {}: {}", e.getMessage(), root(e).toString());
            context.header(RETRY_AFTER.getName(), String.valueOf(RETRY_AFTER.getValue()));
            answer(context, HttpStatus.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage()));
        });
        config.routes.exception(StoreDamagedException.class, (e, context) -> {
            if (met.add(e.file().orElse(""))) {
                LOG.error("a request met damage, others may follow unsaid: {}", e.getMessage());
            }
            answer(context, HttpStatus.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage()));
        });
        config.routes.exception(
                StoreFullException.class,
                (e, context) -> answer(context, HttpStatus.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage())));
        config.routes.exception(HttpResponseException.class, (e, context) -> {
            HttpStatus found = HttpStatus.forStatus(e.getStatus());
            answer(context, found, found.getMessage() + ": path=" + context.path());
        });
        config.routes.exception(
                EofException.class,
                (e, context) ->
                        // The caller is gone: nobody reads this.
                        answer(context, HttpStatus.BAD_REQUEST, "the connection was closed"));
        config.routes.exception(Exception.class, (e, context) -> {
            LOG.error("a request failed: {} {}", context.method(), context.req().getRequestURI(), e);
            answer(context, HttpStatus.INTERNAL_SERVER_ERROR, "the server failed; its log says why");
        });
    }

    private static Throwable root(Throwable e) {
        Throwable cause = e.getCause();
        return cause == null || cause == e ? e : root(cause);
    }

    /** Answers a request that has come as far as its handler. */
    void answer(Context context, HttpStatus found, String detail) {
        context.status(found);
        context.result(body(found.getCode(), detail));
        // JSON is UTF-8 by itself (RFC 8259): the type has no parameter.
        context.res().setCharacterEncoding(null);
        context.contentType(PROBLEM);
    }

    /** What a caller has sent comes back in it, and may be large. */
    private byte[] body(int status, String detail) {
        String shown = detail.length() <= DETAIL_MAX ? detail : detail.substring(0, DETAIL_MAX) + "…";
        return json.ofProblem(status, HttpStatus.forStatus(status).getMessage(), shown);
    }

    /** Answers a request that has not. */
    void send(Request request, Response response, Callback callback, int status, String detail) {
        Callback whenSent = callback;
        if (!isRead(request)) {
            // What comes next on this connection is the rest of the body: no other request may be sent on it.
            response.getHeaders().put(HttpFields.CONNECTION_CLOSE);
            whenSent = closing.after(request, callback);
        }
        writeProblem(response, whenSent, status, detail);
    }

    private void writeProblem(Response response, Callback callback, int status, String detail) {
        response.setStatus(status);
        response.getHeaders().put(PROBLEM_TYPE);
        if (status == Refusal.UNAUTHENTICATED.status()) {
            response.getHeaders().put(CHALLENGE);
        } else if (status == Refusal.BUSY.status()) {
            response.getHeaders().put(RETRY_AFTER);
        }
        response.write(true, ByteBuffer.wrap(body(status, detail)), callback);
    }

    /** Whether all of a request has come; reads on as far as that needs no waiting. */
    private static boolean isRead(Request request) {
        for (int i = 0; i < READS_MAX; i++) {
            Content.Chunk chunk = request.read();
            if (chunk == null || Content.Chunk.isFailure(chunk)) {
                return false;
            }
            chunk.release();
            if (chunk.isLast()) {
                return true;
            }
        }
        return false;
    }

    /** What the transport answers by itself: what is no HTTP, or too much of it. */
    ErrorHandler ofTransport() {
        return new ErrorHandler() {
            @Override
            public boolean errorPageForMethod(String method) {
                return true;
            }

            @Override
            protected void generateResponse(
                    Request request,
                    Response response,
                    int code,
                    @Nullable String message,
                    @Nullable Throwable cause,
                    Callback callback) {
                Headers.put(response, false);
                if (code == 500 && cause != null) {
                    LOG.error("a request failed: {} {}", request.getMethod(), request.getHttpURI(), cause);
                }
                if (cause instanceof HttpException && request.getAttribute(Gate.ROUTE) == null) {
                    // It got no further than the parser: where it ends nobody knows.
                    response.getHeaders().put(HttpFields.CONNECTION_CLOSE);
                    writeProblem(response, closing.afterNoHttp(request, callback), code, detail(code));
                } else {
                    send(request, response, callback, code, detail(code));
                }
            }
        };
    }

    private static String detail(int code) {
        return switch (code) {
            case 400 -> "the request must be well-formed HTTP";
            case 408 -> "the request took too long to come";
            case 414, 431 -> "the request line and headers must fit into http.header-max";
            case 501, 505 -> "the request must be HTTP/1.1 or 1.0";
            default -> code < 500 ? "the request was refused" : "the server failed; its log says why";
        };
    }
}
