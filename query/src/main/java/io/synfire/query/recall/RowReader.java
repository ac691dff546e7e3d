package io.synfire.query.recall;

import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows for one question, and never more associations than its budget: a row that does not fit into what is left is skipped, and
 * counted. Whoever reads takes what matters most first. Used for one question.
 */
final class RowReader {

    private final MemoryView view;
    private final long atMs;
    private final int associationsMax;
    private final long usualRowMax;
    private int rows;
    private int associations;
    private int skipped;

    RowReader(MemoryView view, long atMs, int associationsMax) {
        this.view = view;
        this.atMs = atMs;
        this.associationsMax = associationsMax;
        int kept = view.settings().maxAssociations();
        // A row is cut back once it holds twice as many.
        this.usualRowMax = kept == 0 ? Long.MAX_VALUE : 2L * kept;
    }

    /** The associations of a cue, or null if there is no budget for them. */
    @Nullable
    Associations read(int cue) {
        int left = associationsMax - associations;
        if (left < usualRowMax && left < view.associationsMax(cue)) {
            skipped++;
            return null;
        }
        Associations row = view.associations(cue, atMs);
        if (row.size() > left) {
            // It grew in between.
            skipped++;
            return null;
        }
        rows++;
        associations += row.size();
        return row;
    }

    Answers.Work work() {
        return new Answers.Work(rows, associations, skipped);
    }
}
