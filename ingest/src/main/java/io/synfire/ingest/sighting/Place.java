package io.synfire.ingest.sighting;

import io.synfire.engine.event.Episode;

/**
 * An episode, and where it is in the log.
 *
 * @param source {@code kafka:TOPIC} or {@code file:PATH}
 * @param partition its partition, 0 for a file
 * @param offset its offset, or record number
 * @param timestampMs the record's timestamp, milliseconds since the epoch; the episode's time where a record has none
 * @param episode what the record says
 */
public record Place(String source, int partition, long offset, long timestampMs, Episode episode) {}
