package io.synfire.query.app.bench;

import io.synfire.query.answer.ScenarioAnswer.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * What a pair costs on the way to 1, 2 and 5 times each power of ten of edges. Counts move by a batch at a time: in between they are taken to
 * move evenly. One thread at a time.
 */
final class EdgeSteps {

    private static final long FIRST_MAX = 1_000_000;

    private final List<Long> edges;
    private final List<Mark> marks = new ArrayList<>();
    private Mark last = new Mark(0, 0, 0);

    /** When a number of edges was reached, and by how many pairs. */
    private record Mark(double edges, double seconds, double pairs) {}

    /**
     * Steps towards a number of edges: from a million, or a tenth of the number, on.
     *
     * @param wanted how many edges there are to be, at least 1
     */
    EdgeSteps(long wanted) {
        edges = edges(wanted);
    }

    /** What is counted now. */
    void observe(double seconds, long pairs, long edgesNow) {
        if (edgesNow == last.edges() && pairs == last.pairs()) {
            return;
        }
        Mark now = new Mark(edgesNow, seconds, pairs);
        while (marks.size() < edges.size() && edges.get(marks.size()) <= edgesNow) {
            long reached = edges.get(marks.size());
            // Rows that are cut back may have taken edges away since it was last reached: then it is reached right now.
            double share = now.edges() > last.edges()
                    ? Math.max(0, (reached - last.edges()) / (now.edges() - last.edges()))
                    : 1;
            marks.add(new Mark(
                    reached,
                    last.seconds() + share * (now.seconds() - last.seconds()),
                    last.pairs() + share * (now.pairs() - last.pairs())));
        }
        last = now;
    }

    /** Those that were reached. The first one is measured from the step before it, which is too early to tell anything. */
    List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (int i = 1; i < marks.size(); i++) {
            Mark from = marks.get(i - 1);
            Mark to = marks.get(i);
            // A checkpoint may bring to light edges of rows that are not in memory, and with them two steps at once.
            if (to.pairs() > from.pairs()) {
                steps.add(new Step(edges.get(i), (to.seconds() - from.seconds()) * 1e9 / (to.pairs() - from.pairs())));
            }
        }
        return steps;
    }

    /** The numbers of edges, and before them the one from which the first is measured. */
    private static List<Long> edges(long wanted) {
        long first = Math.max(1, Math.min(FIRST_MAX, wanted / 10));
        List<Long> all = new ArrayList<>();
        for (long decade = 1; decade <= wanted && decade > 0; decade *= 10) {
            for (int digit : new int[] {1, 2, 5}) {
                if (digit * decade <= wanted) {
                    all.add(digit * decade);
                }
            }
        }
        int from = 0;
        while (from + 1 < all.size() && all.get(from + 1) <= first) {
            from++;
        }
        return List.copyOf(all.subList(Math.max(0, from - 1), all.size()));
    }
}
