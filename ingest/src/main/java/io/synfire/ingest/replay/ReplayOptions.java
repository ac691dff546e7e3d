package io.synfire.ingest.replay;

import io.synfire.ingest.codec.HeldRetractions;
import java.time.Duration;

/**
 * How a log is read again.
 *
 * @param until what of it counts
 * @param acceptsGap whether what is gone is passed over instead of refused
 * @param checkpointInterval at most this long between two checkpoints
 * @param takenBack what a retraction takes back
 */
public record ReplayOptions(Until until, boolean acceptsGap, Duration checkpointInterval, TakenBack takenBack) {

    /**
     * To learn something else than was learned live.
     *
     * @param until what of it counts
     * @param acceptsGap whether what is gone is passed over instead of refused
     * @param checkpointInterval at most this long between two checkpoints
     */
    public ReplayOptions(Until until, boolean acceptsGap, Duration checkpointInterval) {
        this(until, acceptsGap, checkpointInterval, TakenBack.AS_LEARNED);
    }

    /**
     * The same, but for what a retraction takes back.
     *
     * @param other what it takes back
     * @return options with that
     */
    public ReplayOptions with(TakenBack other) {
        return new ReplayOptions(until, acceptsGap, checkpointInterval, other);
    }

    /**
     * Which retractions are held to the limits of what they name.
     *
     * @return those that the live memory has refused for it, if the same is to be learned
     */
    public HeldRetractions held() {
        return takenBack == TakenBack.AS_NAMED ? HeldRetractions.BY_HAND : HeldRetractions.NONE;
    }
}
