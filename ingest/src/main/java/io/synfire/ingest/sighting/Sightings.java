package io.synfire.ingest.sighting;

import java.util.Comparator;
import java.util.List;

/**
 * What a search of the log found.
 *
 * @param found by event time, latest first
 * @param searched which parts of the log were looked at
 * @param unsearched what the memory may have learned of and the log holds no more
 * @param records how many records that were
 */
public record Sightings(List<Sighting> found, List<Range> searched, List<String> unsearched, long records) {

    /** How many records one search looks at, at most. */
    public static final int RECORDS_MAX = 1_000_000;

    /** Latest first: by event time, then by what is later in its log. */
    static final Comparator<Sighting> LATEST_FIRST = Comparator.comparing(
                    Sighting::latest,
                    Comparator.comparingLong((Place place) -> place.episode().atMs())
                            .thenComparing(Place::source)
                            .thenComparingInt(Place::partition)
                            .thenComparingLong(Place::offset))
            .reversed();

    /**
     * A part of one partition.
     *
     * @param source {@code kafka:TOPIC} or {@code file:PATH}
     * @param partition its partition, 0 for a file
     * @param fromOffset the first offset or record number that was looked at
     * @param toOffset the one after the last
     */
    public record Range(String source, int partition, long fromOffset, long toOffset) {}

    /** Takes unmodifiable copies. */
    public Sightings {
        found = List.copyOf(found);
        searched = List.copyOf(searched);
        unsearched = List.copyOf(unsearched);
    }

    /**
     * The latest of what was found.
     *
     * @param k how many
     * @param found in any order
     * @param searched which parts of the log were looked at
     * @param unsearched what the log holds no more
     * @param records how many records that were
     * @return them, latest first
     */
    public static Sightings latest(
            int k, List<Sighting> found, List<Range> searched, List<String> unsearched, long records) {
        return new Sightings(found.stream().sorted(LATEST_FIRST).limit(k).toList(), searched, unsearched, records);
    }
}
