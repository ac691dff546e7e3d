package io.synfire.query.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes a connection on which a request was answered before it had come whole. To close it at once would have the sender told of a broken
 * connection instead of the answer, since what is still on its way finds nobody (RFC 9112, 9.6). So the sending side is closed first, and what
 * comes is read and thrown away: without a thread, without room in the {@link BodyBudget}, and within bounds, since the sender is a stranger.
 * Thread-safe.
 *
 * <p>The bounds are four times the largest body, the time that so much of a body may take, and a silence of five seconds or
 * {@code http.idle-max} if that is less. What is no HTTP has no end that could be told: for it that silence is the time it has in all. Beyond
 * the bounds the connection is closed, whatever becomes of the answer.
 */
final class LingeringClose {

    private static final long SILENCE_MS_MAX = 5_000;
    private static final int BODIES_MAX = 4;
    private static final int BUFFER_BYTES = 8 << 10;

    private final HttpLimits limits;
    private final LongSupplier nanos;

    LingeringClose(HttpLimits limits, LongSupplier nanos) {
        this.limits = limits;
        this.nanos = nanos;
    }

    /** What an answer to a request ends with that has not come whole; {@code callback} is called when the connection may be closed. */
    Callback after(Request request, Callback callback) {
        return new Rest(request, true, callback);
    }

    /** The same for what is no HTTP, or too much of it. */
    Callback afterNoHttp(Request request, Callback callback) {
        return new Rest(request, false, callback);
    }

    /** The most bytes that are thrown away. */
    static long bytesMax(HttpLimits limits) {
        return BODIES_MAX * Math.max(limits.bodyBytesMax(), limits.recallBodyBytesMax());
    }

    /** What is still to come of one body. Run by one thread at a time. */
    private final class Rest implements Callback {
        private final Request request;
        private final boolean isHttp;
        private final EndPoint connection;
        private final Callback callback;
        private final long startNanos = nanos.getAsLong();
        private long bytes;

        Rest(Request request, boolean isHttp, Callback callback) {
            this.request = request;
            this.isHttp = isHttp;
            this.connection = request.getConnectionMetaData().getConnection().getEndPoint();
            this.callback = callback;
        }

        /** The answer was sent. */
        @Override
        public void succeeded() {
            connection.setIdleTimeout(Math.min(connection.getIdleTimeout(), SILENCE_MS_MAX));
            connection.shutdownOutput();
            if (isHttp) {
                read();
            } else {
                beginRaw();
            }
        }

        @Override
        public void failed(Throwable failure) {
            callback.failed(failure);
        }

        /** It is given up sooner or later, whatever comes: there is no end to wait for. */
        private void beginRaw() {
            Scheduler.Task end = request.getComponents()
                    .getScheduler()
                    .schedule(connection::close, connection.getIdleTimeout(), TimeUnit.MILLISECONDS);
            readRaw(Callback.from(callback, end::cancel));
        }

        /** Takes bytes as they are from below the request. */
        private void readRaw(Callback end) {
            ByteBuffer buffer = BufferUtil.allocate(BUFFER_BYTES);
            try {
                int filled = connection.fill(buffer);
                while (filled > 0 && bytes <= bytesMax(limits)) {
                    bytes += filled;
                    BufferUtil.clear(buffer);
                    filled = connection.fill(buffer);
                }
                if (filled != 0 || !connection.tryFillInterested(Callback.from(() -> readRaw(end), end::failed))) {
                    end.succeeded();
                }
            } catch (IOException e) {
                end.failed(e);
            }
        }

        private void read() {
            for (Content.Chunk chunk = request.read(); chunk != null; chunk = request.read()) {
                if (chunk.getFailure() instanceof TimeoutException) {
                    callback.succeeded();
                    return;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    beginRaw();
                    return;
                }
                bytes += chunk.remaining();
                chunk.release();
                if (chunk.isLast()
                        || bytes > bytesMax(limits)
                        || nanos.getAsLong() - startNanos > limits.bodyNanosMax(bytes)) {
                    callback.succeeded();
                    return;
                }
            }
            if (bytes == 0 && isHeldBack()) {
                callback.succeeded();
            } else {
                request.demand(this::read);
            }
        }

        /** Whether the sender waits to be asked for the body. To read on would ask for it. */
        private boolean isHeldBack() {
            return request.getAttribute(BodyReader.ASKED_FOR) == null
                    && request.getHeaders().contains(HttpHeader.EXPECT, HttpHeaderValue.CONTINUE.asString());
        }
    }
}
