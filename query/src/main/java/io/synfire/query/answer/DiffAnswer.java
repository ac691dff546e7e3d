package io.synfire.query.answer;

import io.synfire.query.compare.MemoryComparison;
import io.synfire.query.evaluate.Score;
import java.util.List;

/**
 * What changed between two memories.
 *
 * @param first data directory of the one
 * @param second data directory of the other
 * @param comparison what differs
 * @param scores how well each predicts what neither has learned, one each; empty if that was not asked for
 */
public record DiffAnswer(String first, String second, MemoryComparison comparison, List<Score> scores) {}
