package io.synfire.query.http;

import java.time.Duration;

/**
 * What one client may take from the others. What goes beyond is refused with a problem that names the limit.
 *
 * @param bodyBytesMax the largest body of {@code POST /v1/episodes}, 1 KiB to 1 GiB; beyond it 413
 * @param recallBodyBytesMax the largest body of any other request, 1 KiB to 1 GiB; beyond it 413
 * @param bodiesBytesMax what all bodies together may take that are being sent or answered, at least the largest one; beyond it 429
 * @param headerBytesMax the largest request line with all headers, 1 KiB to 1 MiB; beyond it 431 or 414
 * @param episodesMax the most records of one {@code POST /v1/episodes}, at least 1; beyond it 413
 * @param queryTimeMax how long a question may take, 1 ms to 10 min; then it is given up with 503
 * @param concurrentMax how many requests are answered at a time, 1 to 1,000
 * @param waitingMax how many wait for their turn, as long as a question may take at most, 0 to 100,000; beyond it 429
 * @param connectionsMax the most open connections, 1 to 100,000; more wait until one is closed
 * @param idleMax how long a connection may be silent, 100 ms to 1 h; then it is closed
 */
public record HttpLimits(
        long bodyBytesMax,
        long recallBodyBytesMax,
        long bodiesBytesMax,
        long headerBytesMax,
        int episodesMax,
        Duration queryTimeMax,
        int concurrentMax,
        int waitingMax,
        int connectionsMax,
        Duration idleMax) {

    /** A body that comes more slowly than this, after the time that a connection may be silent, is given up. */
    private static final int BODY_BYTES_PER_SECOND_MIN = 8 << 10;

    /** Checks the ranges. */
    public HttpLimits {
        require("http.body-max", bodyBytesMax, 1 << 10, 1 << 30);
        require("http.recall-body-max", recallBodyBytesMax, 1 << 10, 1 << 30);
        long largest = Math.max(bodyBytesMax, recallBodyBytesMax);
        if (bodiesBytesMax < largest) {
            throw new IllegalArgumentException(
                    "http.bodies-max must be at least http.body-max and http.recall-body-max: http.bodies-max="
                            + bodiesBytesMax + " largest=" + largest);
        }
        require("http.header-max", headerBytesMax, 1 << 10, 1 << 20);
        require("http.episodes-max", episodesMax, 1, Integer.MAX_VALUE);
        require("http.query-time-max (ms)", queryTimeMax.toMillis(), 1, 600_000);
        require("http.concurrent-max", concurrentMax, 1, 1_000);
        require("http.waiting-max", waitingMax, 0, 100_000);
        require("http.connections-max", connectionsMax, 1, 100_000);
        require("http.idle-max (ms)", idleMax.toMillis(), 100, 3_600_000);
    }

    /**
     * What holds unless settings say otherwise.
     *
     * @return 16 MiB and 1 MiB, an eighth of the heap for all bodies, 8 KiB, 100,000 records, 2 s, 16 at a time, 256 waiting, 1,024
     *     connections, 30 s
     */
    public static HttpLimits defaults() {
        return new HttpLimits(
                16 << 20,
                1 << 20,
                bodiesBytesMax(16 << 20),
                8 << 10,
                100_000,
                Duration.ofSeconds(2),
                16,
                256,
                1_024,
                Duration.ofSeconds(30));
    }

    /**
     * What all bodies together may take if nothing else is said: an eighth of the heap, and room for one of them in any case.
     *
     * @param largest the largest body
     * @return bytes
     */
    public static long bodiesBytesMax(long largest) {
        return Math.max(largest, Runtime.getRuntime().maxMemory() / 8);
    }

    /** How long so much of a body may take to come, in nanoseconds. */
    long bodyNanosMax(long bytes) {
        return idleMax.toNanos() + bytes * (Duration.ofSeconds(1).toNanos() / BODY_BYTES_PER_SECOND_MIN);
    }

    private static void require(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " must be " + min + " to " + max + ": " + name + "=" + value);
        }
    }
}
