package io.synfire.engine.memory;

import io.synfire.engine.event.Position;
import io.synfire.engine.view.Counts;
import io.synfire.engine.view.Trials;
import java.util.List;

/**
 * How a memory stands after a batch. What is counted since the memory was opened is at least 0.
 *
 * @param watermarkMs the latest event time learned, milliseconds since the epoch
 * @param sourceMs the latest time of the sources of what was learned, milliseconds since the epoch; -1 where it is not known
 * @param counts how much was learned
 * @param trials what its measures count
 * @param positions where the sources stand, one per source and partition
 * @param bytes what learning takes on the heap: tables, windows, ids, marginals, impulses that are held back, and clocks and positions of sources
 * @param fixedBytes what of these cannot leave memory: ids, marginals, impulses that are held back, and clocks and positions of sources
 * @param idBytes what of these ids take, with a few words in arrays for each
 * @param marginalBytes what of these marginals take; what a checkpoint under way or a reader holds of them as they were is not in it
 * @param cuts how often a row was cut back to its strongest associations since the memory was opened
 * @param prunes how many associations were dropped as too weak since the memory was opened
 * @param applied how many impulses were applied since the memory was opened, whatever their sign
 * @param fired how many episodes were learned since the memory was opened
 * @param retracted how many episodes were taken back since the memory was opened
 * @param repeated how many commands were passed over since the memory was opened, since their ids were known
 * @param waiting how many retractions wait for the watermark to reach what they take back
 */
public record MemoryFigures(
        long watermarkMs,
        long sourceMs,
        Counts counts,
        Trials trials,
        List<Position> positions,
        long bytes,
        long fixedBytes,
        long idBytes,
        long marginalBytes,
        long cuts,
        long prunes,
        long applied,
        long fired,
        long retracted,
        long repeated,
        long waiting) {}
