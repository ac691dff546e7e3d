package io.synfire.query.evaluate;

import io.synfire.query.recall.RecallQuery;

/**
 * One question whose answer is known.
 *
 * @param query the cues, and what may be among the answers
 * @param target the concept that came
 */
record Prediction(RecallQuery.Builder query, String target) {}
