package io.synfire.ingest.sighting;

import org.jspecify.annotations.Nullable;

/**
 * Two concepts that fired together: in one episode, or in two of one context that are near enough to have paired.
 *
 * @param latest where both fired, or the later of them in log order
 * @param earlier where the other one fired before in the same context, or null if both did at once
 */
public record Sighting(Place latest, @Nullable Place earlier) {}
