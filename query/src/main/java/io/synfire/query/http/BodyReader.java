package io.synfire.query.http;

import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body before the request takes a place: while it comes it holds no thread, and others are answered. Never more of it than is
 * allowed, whatever its headers say, and not for longer than it takes at a few kilobytes a second. What is sent along to a {@link Route} that
 * takes none is thrown away. Thread-safe.
 */
final class BodyReader extends Handler.Wrapper {

    /** That the sender of a request was asked for its body, if that waited to be asked. */
    static final String ASKED_FOR = "io.synfire.query.http.asked-for";

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
                || (route.bodyTypes().isEmpty() && !announcesBody(request))) {
            return super.handle(request, response, callback);
        }
        String otherType =
                route.bodyTypes().isEmpty() ? null : BodyTypes.refusal(request.getHeaders(), route.bodyTypes());
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

    private static boolean announcesBody(Request request) {
        return request.getLength() > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
    }

    /**
     * One body on its way. Run by one thread at a time; whoever needs the room takes the bytes away from any thread, and lets the connection
     * be, since that belongs to the thread that reads: it is answered when it is heard of next.
     */
    private final class Reading {
        private final Request request;
        private final Response response;
        private final Callback callback;
        private final String limit;
        private final long bytesMax;
        private final boolean isKept;
        private final long startNanos = nanos.getAsLong();
        private final BodyBudget.Share share;
        private volatile @Nullable Body body = new Body();
        private long bytes;

        Reading(Request request, Response response, Callback callback, Route route) {
            this.request = request;
            this.response = response;
            this.callback = callback;
            boolean isEpisodes = route == Route.EPISODES;
            this.limit = isEpisodes ? "http.body-max" : "http.recall-body-max";
            this.bytesMax = isEpisodes ? limits.bodyBytesMax() : limits.recallBodyBytesMax();
            this.isKept = !route.bodyTypes().isEmpty();
            this.share = budget.open(() -> body = null);
            Request.addCompletionListener(request, failure -> share.release());
        }

        /** Takes what has come, until there is no more for now. */
        private void read() {
            try {
                if (hasAllCome()) {
                    handOn(whole());
                } else {
                    request.setAttribute(ASKED_FOR, true);
                    request.demand(this::read);
                }
            } catch (BadBodyException e) {
                refuse(e);
            }
        }

        private boolean hasAllCome() {
            for (Content.Chunk chunk = request.read(); chunk != null; chunk = request.read()) {
                if (Content.Chunk.isFailure(chunk)) {
                    throw failed(chunk.getFailure());
                }
                try {
                    take(chunk);
                    if (chunk.isLast()) {
                        return true;
                    }
                } finally {
                    chunk.release();
                }
            }
            return false;
        }

        private void take(Content.Chunk chunk) {
            bytes += chunk.remaining();
            if (bytes > bytesMax) {
                throw BadBodyException.tooLarge(limit, bytesMax);
            }
            if (isKept) {
                keep(chunk);
            }
            if (nanos.getAsLong() - startNanos > limits.bodyNanosMax(bytes)) {
                throw BadBodyException.tooSlow();
            }
        }

        private void keep(Content.Chunk chunk) {
            Body to = body;
            if (to == null || !share.take(to.growth(chunk.remaining()))) {
                throw BadBodyException.noRoom();
            }
            to.append(chunk.getByteBuffer());
        }

        private BadBodyException failed(Throwable failure) {
            if (body == null) {
                return BadBodyException.noRoom();
            }
            return failure instanceof TimeoutException ? BadBodyException.tooSlow() : BadBodyException.incomplete();
        }

        /** From now on it is not given up. */
        private Body whole() {
            Body whole = body;
            if (!share.arrived() || whole == null) {
                throw BadBodyException.noRoom();
            }
            if (!whole.isText()) {
                throw BadBodyException.noText();
            }
            return whole;
        }

        private void handOn(Body whole) {
            body = null;
            if (isKept) {
                request.setAttribute(Body.ATTRIBUTE, whole);
            }
            try {
                if (!BodyReader.super.handle(request, response, callback)) {
                    throw new IllegalStateException("a request must be handled: uri=" + request.getHttpURI());
                }
            } catch (Throwable e) {
                Response.writeError(request, response, callback, e);
            }
        }

        private void refuse(BadBodyException e) {
            body = null;
            share.release();
            if (e.refusal() != null) {
                refusals.count(e.refusal());
            }
            problems.send(request, response, callback, e.status(), String.valueOf(e.getMessage()));
        }
    }
}
