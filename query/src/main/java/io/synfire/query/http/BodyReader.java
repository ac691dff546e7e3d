package io.synfire.query.http;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Reads the body that a {@link Route} takes before the request takes a place: while it comes it holds no thread, and others are answered. Never
 * more of it than is allowed, whatever its headers say, and not for longer than it takes at a few kilobytes a second. Thread-safe.
 */
final class BodyReader extends Handler.Wrapper {

    /** A body that comes more slowly than this, after the time that a connection may be silent, is given up. */
    private static final int BYTES_PER_SECOND_MIN = 8 << 10;

    private final HttpLimits limits;
    private final BodyBudget budget;
    private final LongSupplier nanos;
    private final Refusals refusals;
    private final Problems problems;

    BodyReader(HttpLimits limits, BodyBudget budget, LongSupplier nanos, Refusals refusals, Problems problems) {
        this.limits = limits;
        this.budget = budget;
        this.nanos = nanos;
        this.refusals = refusals;
        this.problems = problems;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!(request.getAttribute(Gate.ROUTE) instanceof Route route)
                || route.bodyTypes().isEmpty()) {
            return super.handle(request, response, callback);
        }
        String otherType = BodyTypes.refusal(request.getHeaders(), route.bodyTypes());
        if (otherType != null) {
            problems.send(request, response, callback, 415, otherType);
            return true;
        }
        Reading reading = new Reading(request, response, callback, route);
        if (request.getLength() > reading.bytesMax) {
            reading.refuse(BadBodyException.tooLarge(reading.limit, reading.bytesMax));
        } else {
            reading.read();
        }
        return true;
    }

    /** One body on its way. Run by one thread at a time. */
    private final class Reading {
        private final Request request;
        private final Response response;
        private final Callback callback;
        private final String limit;
        private final long bytesMax;
        private final long startNanos = nanos.getAsLong();
        private final BodyBudget.Share share;
        private final Body body = new Body();

        Reading(Request request, Response response, Callback callback, Route route) {
            this.request = request;
            this.response = response;
            this.callback = callback;
            boolean isEpisodes = route == Route.EPISODES;
            this.limit = isEpisodes ? "http.body-max" : "http.recall-body-max";
            this.bytesMax = isEpisodes ? limits.bodyBytesMax() : limits.recallBodyBytesMax();
            this.share = budget.open(() -> request.fail(new TimeoutException("others need the room")));
            Request.addCompletionListener(request, failure -> share.release());
        }

        /** Takes what has come, until there is no more for now. */
        private void read() {
            try {
                for (Content.Chunk chunk = request.read(); ; chunk = request.read()) {
                    if (chunk == null) {
                        request.demand(this::read);
                        return;
                    }
                    boolean isLast = take(chunk);
                    if (isLast) {
                        break;
                    }
                }
                if (!body.isText()) {
                    throw BadBodyException.noText();
                }
                share.arrived();
                request.setAttribute(Body.ATTRIBUTE, body);
                handOn();
            } catch (BadBodyException e) {
                refuse(e);
            }
        }

        private boolean take(Content.Chunk chunk) {
            if (Content.Chunk.isFailure(chunk)) {
                throw failed(chunk.getFailure());
            }
            try {
                int bytes = chunk.remaining();
                if (body.length() + (long) bytes > bytesMax) {
                    throw BadBodyException.tooLarge(limit, bytesMax);
                }
                if (!share.take(body.growth(bytes))) {
                    throw BadBodyException.noRoom();
                }
                body.append(chunk.getByteBuffer());
                requireQuick();
                return chunk.isLast();
            } finally {
                chunk.release();
            }
        }

        private void requireQuick() {
            long allowedNanos = limits.idleMax().toNanos()
                    + body.length() * (Duration.ofSeconds(1).toNanos() / BYTES_PER_SECOND_MIN);
            if (nanos.getAsLong() - startNanos > allowedNanos) {
                throw BadBodyException.tooSlow();
            }
        }

        private BadBodyException failed(Throwable failure) {
            if (!share.take(0)) {
                return BadBodyException.noRoom();
            }
            return failure instanceof TimeoutException ? BadBodyException.tooSlow() : BadBodyException.incomplete();
        }

        private void handOn() {
            try {
                if (!BodyReader.super.handle(request, response, callback)) {
                    throw new IllegalStateException("a request must be handled: uri=" + request.getHttpURI());
                }
            } catch (Throwable e) {
                Response.writeError(request, response, callback, e);
            }
        }

        private void refuse(BadBodyException e) {
            share.release();
            if (e.refusal() != null) {
                refusals.count(e.refusal());
            }
            problems.send(request, response, callback, e.status(), String.valueOf(e.getMessage()));
        }
    }
}
