package io.synfire.query.http;

import io.synfire.query.answer.EvidenceAnswer;

/** Looks for evidence of associations in the log. Thread-safe; costs a scan, of a million records at most. */
@FunctionalInterface
public interface EvidenceSource {

    /**
     * Searches.
     *
     * @param from one concept's id
     * @param to the other's
     * @param k how many places are asked for
     * @return the latest places where both fired
     * @throws UnavailableException if there is no log, or it cannot be read now
     */
    EvidenceAnswer find(String from, String to, int k);
}
