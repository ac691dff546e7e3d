package io.synfire.query.recall;

/**
 * A concept and its score.
 *
 * @param concept its int
 * @param score above 0
 */
record Scored(int concept, double score) {}
