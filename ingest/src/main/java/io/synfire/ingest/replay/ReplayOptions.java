package io.synfire.ingest.replay;

import java.time.Duration;

/**
 * How a log is read again.
 *
 * @param until what of it counts
 * @param acceptsGap whether what is gone is passed over instead of refused
 * @param checkpointInterval at most this long between two checkpoints
 */
public record ReplayOptions(Until until, boolean acceptsGap, Duration checkpointInterval) {}
