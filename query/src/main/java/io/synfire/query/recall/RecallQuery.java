package io.synfire.query.recall;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What do these cues bring to mind?
 *
 * @param cues 1 to {@value Limits#CUES_MAX}; a cue given twice counts twice
 * @param ordered whether the cues are in order of time, oldest first: then each weighs 1/(steps back)² more
 * @param includeCues whether cues may be among the results
 * @param exclude concepts that may not
 * @param candidates concepts that alone may, or null for all
 * @param k how many, 1 to {@value Limits#K_MAX}
 * @param hops 1 is direct association alone, up to {@value Limits#HOPS_MAX}
 * @param blend which horizons are read, or null for the slowest
 * @param minSupport only associations of at least this strength, whatever their sign
 * @param atMs the time of the read, or null for the watermark
 */
public record RecallQuery(
        List<Cue> cues,
        boolean ordered,
        boolean includeCues,
        Set<String> exclude,
        @Nullable Set<String> candidates,
        int k,
        int hops,
        @Nullable Blend blend,
        double minSupport,
        @Nullable Long atMs) {

    /** How many hops, unless asked otherwise. */
    public static final int HOPS = 2;

    /**
     * A cue.
     *
     * @param concept its id
     * @param weight how much it counts, in [-1e6, 1e6]; 1 is the usual value
     */
    public record Cue(String concept, double weight) {

        /** Checks the weight. */
        public Cue {
            if (!(Math.abs(weight) <= Limits.WEIGHT_MAX)) {
                throw new BadQueryException("weight must be in [-1e6, 1e6]: weight=" + weight);
            }
        }
    }

    /** Checks the limits. */
    public RecallQuery {
        if (cues.isEmpty() || cues.size() > Limits.CUES_MAX) {
            throw new BadQueryException("cues must be 1 to " + Limits.CUES_MAX + ": cues=" + cues.size());
        }
        if (hops < 1 || hops > Limits.HOPS_MAX) {
            throw new BadQueryException("hops must be 1 to " + Limits.HOPS_MAX + ": hops=" + hops);
        }
        Limits.requireK(k);
        Limits.requireMinSupport(minSupport);
        cues = List.copyOf(cues);
        exclude = Set.copyOf(exclude);
        candidates = candidates == null ? null : Set.copyOf(candidates);
    }

    /**
     * The defaults.
     *
     * @param cues ids of the cues
     * @return ten results of two hops, at the slowest horizon and the watermark
     */
    public static RecallQuery of(List<String> cues) {
        return new RecallQuery(
                cues.stream().map(cue -> new Cue(cue, 1)).toList(),
                false,
                false,
                Set.of(),
                null,
                Limits.K,
                HOPS,
                null,
                0,
                null);
    }
}
