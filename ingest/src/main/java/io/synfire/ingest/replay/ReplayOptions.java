package io.synfire.ingest.replay;

import io.synfire.ingest.codec.HeldRetractions;
import java.time.Duration;

/**
 * How a log is read again.
 *
 * @param until what of it counts
 * @param acceptsGap whether what is gone is passed over instead of refused
 * @param checkpointInterval at most this long between two checkpoints
 * @param asLive whether all is to be learned that was learned live, by the same settings
 */
public record ReplayOptions(Until until, boolean acceptsGap, Duration checkpointInterval, boolean asLive) {

    /**
     * To learn something else than was learned live.
     *
     * @param until what of it counts
     * @param acceptsGap whether what is gone is passed over instead of refused
     * @param checkpointInterval at most this long between two checkpoints
     */
    public ReplayOptions(Until until, boolean acceptsGap, Duration checkpointInterval) {
        this(until, acceptsGap, checkpointInterval, false);
    }

    /**
     * Which retractions are held to the limits of what they name.
     *
     * @return those that the live memory has refused for it, if the same is to be learned
     */
    public HeldRetractions held() {
        return asLive ? HeldRetractions.BY_HAND : HeldRetractions.NONE;
    }
}
