package io.synfire.engine.view;

/**
 * How much a memory has learned and holds.
 *
 * @param episodes episodes learned, less those retracted
 * @param pairs impulses learned, less those retracted: ordered pairs of concepts, counted each time
 * @param concepts known concepts: those of which activations were learned that were not all taken back, and which were not forgotten
 * @param associations stored directed edges; for a cue whose row is not in memory, as of the last checkpoint. What was added to a row since may
 *     count twice, and what was taken back counts until its row is written; but never more than the known concepts can have
 * @param deadLetters records rejected
 * @param duplicates episodes passed over since their event id had been learned within the window
 * @param contextual whether episodes of contexts were learned, between which concepts may have been associated
 */
public record Counts(
        long episodes,
        long pairs,
        long concepts,
        long associations,
        long deadLetters,
        long duplicates,
        boolean contextual) {}
