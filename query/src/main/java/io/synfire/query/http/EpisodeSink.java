package io.synfire.query.http;

import java.util.List;

/** Where posted episodes go. Thread-safe. */
@FunctionalInterface
public interface EpisodeSink {

    /**
     * Where appended records are.
     *
     * @param partition the partition of the last
     * @param firstOffset the lowest offset there
     * @param lastOffset the highest offset there
     */
    record Appended(int partition, long firstOffset, long lastOffset) {}

    /**
     * Appends records, all or none.
     *
     * @param records JSON, one record each, at least one
     * @return where they are, once all replicas have them
     * @throws io.synfire.query.recall.BadQueryException if one is no episode; then none was appended
     * @throws UnavailableException if the cluster does not take them now; then none was appended, or, where it did not answer in the end, all were
     */
    Appended append(List<byte[]> records);
}
