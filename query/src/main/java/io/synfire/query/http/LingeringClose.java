package io.synfire.query.http;

import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

/**
 * Closes a connection on which a request was answered before its body had come. To close it at once would have the sender told of a broken
 * connection instead of the answer, since what is still on its way finds nobody (RFC 9112, 9.6). So the sending side is closed first, and what
 * comes is read and thrown away: without a thread, without room in the {@link BodyBudget}, and within bounds, since the sender is a stranger.
 * Thread-safe.
 *
 * <p>The bounds are four times the largest body, the time that so much of a body may take, and a silence of five seconds or
 * {@code http.idle-max} if that is less. Beyond them the connection is closed, whatever becomes of the answer.
 */
final class LingeringClose {

    private static final long SILENCE_MS_MAX = 5_000;
    private static final int BODIES_MAX = 4;

    private final HttpLimits limits;
    private final LongSupplier nanos;

    LingeringClose(HttpLimits limits, LongSupplier nanos) {
        this.limits = limits;
        this.nanos = nanos;
    }

    /** What an answer to a request ends with that has not come whole; {@code callback} is called when the connection may be closed. */
    Callback after(Request request, Callback callback) {
        return new Rest(request, callback);
    }

    /** The most bytes that are thrown away. */
    static long bytesMax(HttpLimits limits) {
        return BODIES_MAX * Math.max(limits.bodyBytesMax(), limits.recallBodyBytesMax());
    }

    /** What is still to come of one body. Run by one thread at a time. */
    private final class Rest implements Callback {
        private final Request request;
        private final Callback callback;
        private final long startNanos = nanos.getAsLong();
        private long bytes;

        Rest(Request request, Callback callback) {
            this.request = request;
            this.callback = callback;
        }

        /** The answer was sent. */
        @Override
        public void succeeded() {
            EndPoint connection =
                    request.getConnectionMetaData().getConnection().getEndPoint();
            connection.setIdleTimeout(Math.min(connection.getIdleTimeout(), SILENCE_MS_MAX));
            connection.shutdownOutput();
            read();
        }

        @Override
        public void failed(Throwable failure) {
            callback.failed(failure);
        }

        private void read() {
            if (isOver()) {
                callback.succeeded();
            } else {
                request.demand(this::read);
            }
        }

        /** Takes what has come; whether nothing more is waited for. */
        private boolean isOver() {
            for (Content.Chunk chunk = request.read(); chunk != null; chunk = request.read()) {
                if (Content.Chunk.isFailure(chunk)) {
                    return true;
                }
                bytes += chunk.remaining();
                chunk.release();
                if (chunk.isLast()
                        || bytes > bytesMax(limits)
                        || nanos.getAsLong() - startNanos > limits.bodyNanosMax(bytes)) {
                    return true;
                }
            }
            return bytes == 0 && isHeldBack();
        }

        /** Whether the sender waits to be asked for the body. To read on would ask for it. */
        private boolean isHeldBack() {
            return request.getAttribute(BodyReader.ASKED_FOR) == null
                    && request.getHeaders().contains(HttpHeader.EXPECT, HttpHeaderValue.CONTINUE.asString());
        }
    }
}
