package io.synfire.query.answer;

import io.synfire.query.evaluate.Score;
import io.synfire.query.evaluate.Search;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How well memories predict.
 *
 * @param protocol {@code holdout}, {@code prequential} or {@code search}
 * @param episodes how many were learned
 * @param concepts how many are known
 * @param rejected lines and episodes that were not learned
 * @param scores one for each settings, or data set, and k
 * @param found what a search found, or null
 */
public record EvaluateAnswer(
        String protocol,
        long episodes,
        long concepts,
        long rejected,
        List<Score> scores,
        Search.@Nullable Found found) {}
