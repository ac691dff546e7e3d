package io.synfire.query.recall;

import io.synfire.engine.view.MemoryView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The cues of a question as the memory knows them, each once, in the order given. Used for one question. */
final class Cues {

    /**
     * A cue.
     *
     * @param concept its int
     * @param weight how much it counts towards others
     * @param selfWeight how much it counts towards itself
     */
    record Weighted(int concept, double weight, double selfWeight) {}

    private final List<Weighted> known = new ArrayList<>();
    private final Set<String> unknown = new LinkedHashSet<>();
    private final int given;
    private final int repeats;

    private Cues(int given, int repeats) {
        this.given = given;
        this.repeats = repeats;
    }

    static Cues of(MemoryView view, RecallQuery query, RecallSettings settings) {
        Map<String, double[]> weights = new LinkedHashMap<>();
        int back = query.cues().size();
        for (RecallQuery.Cue cue : query.cues()) {
            double[] sums = weights.computeIfAbsent(cue.concept(), id -> new double[2]);
            sums[0] += cue.weight() * (query.ordered() ? Math.pow(back, -settings.recency()) : 1);
            sums[1] += cue.weight() * (query.ordered() ? Math.pow(back, -settings.selfRecency()) : 1);
            back--;
        }
        // Only of a sequence does it say anything that a cue comes twice; else it is a way of giving it more weight.
        Cues cues =
                query.ordered() ? new Cues(query.cues().size(), query.cues().size() - weights.size()) : new Cues(1, 0);
        weights.forEach((id, sums) -> {
            int concept = view.conceptOf(id);
            if (concept < 0) {
                cues.unknown.add(id);
            } else {
                cues.known.add(new Weighted(concept, sums[0], sums[1]));
            }
        });
        return cues;
    }

    /** Those that are known, in the order in which they were first given. */
    List<Weighted> known() {
        return known;
    }

    /** Those of which the memory knows nothing, in the order given. */
    List<String> unknown() {
        return List.copyOf(unknown);
    }

    /** How much evidence of repeating itself an activation leaves where these cues come from; see {@link RecallSettings}. */
    double repeatRate(double rateOfMemory, double selfCues) {
        return selfCues * (rateOfMemory + repeats) / (selfCues + given - 1);
    }
}
