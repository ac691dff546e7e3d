package io.synfire.query.http;

import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpException;

/**
 * Reads bodies: never more of one than is allowed, whatever its headers say, and not for longer than it takes at a kilobyte a second, since
 * whoever sends it holds a place that others wait for. Thread-safe.
 */
final class Bodies {

    /** A body that comes more slowly than this, after the time that a connection may be silent, is given up. */
    private static final int BYTES_PER_SECOND_MIN = 1_024;

    private static final int CHUNK = 1 << 13;

    private final long bytesMax;
    private final Duration idleMax;
    private final LongSupplier nanos;

    Bodies(long bytesMax, Duration idleMax, LongSupplier nanos) {
        this.bytesMax = bytesMax;
        this.idleMax = idleMax;
        this.nanos = nanos;
    }

    byte[] read(Context context) {
        long announced = context.req().getContentLengthLong();
        if (announced > bytesMax) {
            throw tooLarge();
        }
        try {
            return read(context.req().getInputStream(), (int) Math.max(announced, 0));
        } catch (IOException e) {
            throw e.getCause() instanceof TimeoutException ? BadBodyException.tooSlow() : BadBodyException.incomplete();
        } catch (RuntimeException e) {
            // Of chunks that are none, for one.
            if (e instanceof HttpException problem) {
                throw problem.getCode() == 408 ? BadBodyException.tooSlow() : BadBodyException.incomplete();
            }
            throw e;
        }
    }

    private byte[] read(InputStream in, int announced) throws IOException {
        // What was announced is not what comes: no memory is taken for it before it does.
        ByteArrayOutputStream body = new ByteArrayOutputStream(Math.min(announced, CHUNK));
        byte[] chunk = new byte[CHUNK];
        long start = nanos.getAsLong();
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
            body.write(chunk, 0, read);
            if (body.size() > bytesMax) {
                throw tooLarge();
            }
            long allowedNanos = idleMax.toNanos() + body.size() * (1_000_000_000L / BYTES_PER_SECOND_MIN);
            if (nanos.getAsLong() - start > allowedNanos) {
                throw BadBodyException.tooSlow();
            }
        }
        return body.toByteArray();
    }

    private BadBodyException tooLarge() {
        return BadBodyException.tooLarge("a body must be at most http.body-max: http.body-max=" + bytesMax);
    }
}
