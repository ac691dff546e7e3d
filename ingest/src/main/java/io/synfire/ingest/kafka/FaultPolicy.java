package io.synfire.ingest.kafka;

import java.time.Duration;
import java.util.Set;

/**
 * What a learner does about faults that it cannot mend by itself.
 *
 * @param lostAfter for so long the cluster may give no answer before the learner is no longer ready; at least a second
 * @param deadLetterBytesMax a rejected record up to this size (key and value) is kept byte for byte, of a larger one the beginning, and
 *     where the rest is; at least {@value #KEPT_BYTES}
 * @param acceptedGaps gaps in the log that the operator accepts: {@code PARTITION@OFFSET} as a refusal names it, or the id of a topic that
 *     was deleted. One counts only while the stored position is the one it names, and so only once
 */
public record FaultPolicy(Duration lostAfter, int deadLetterBytesMax, Set<String> acceptedGaps) {

    /** What is kept of the value of a rejected record that is too large: 64 KiB. */
    public static final int KEPT_BYTES = 64 << 10;

    /** No answer for so long is a loss of the cluster, if nothing else is said. */
    public static final Duration LOST_AFTER = Duration.ofSeconds(30);

    private static final Duration LOST_AFTER_MIN = Duration.ofSeconds(1);

    /**
     * Checks the values and takes a copy.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public FaultPolicy {
        if (lostAfter.compareTo(LOST_AFTER_MIN) < 0) {
            throw new IllegalArgumentException(
                    "ready.lost-after must be at least 1s: ready.lost-after=" + lostAfter.toMillis() + "ms");
        }
        if (deadLetterBytesMax < KEPT_BYTES) {
            throw new IllegalArgumentException(
                    "max-dead-letter must be at least " + KEPT_BYTES + " bytes: max-dead-letter=" + deadLetterBytesMax);
        }
        acceptedGaps = Set.copyOf(acceptedGaps);
    }

    /**
     * The policy if nothing else is said: no gap is accepted.
     *
     * @return the default on this JVM
     */
    public static FaultPolicy defaults() {
        return new FaultPolicy(LOST_AFTER, defaultDeadLetterBytesMax(), Set.of());
    }

    /**
     * An eighth of the heap, from 1 MiB to 1 GiB: as it is sent, a record is in memory three times.
     *
     * @return bytes
     */
    public static int defaultDeadLetterBytesMax() {
        return (int) Math.max(1L << 20, Math.min(1L << 30, Runtime.getRuntime().maxMemory() / 8));
    }
}
