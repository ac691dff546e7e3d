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
    private int rows;
    private int associations;
    private int skipped;

    RowReader(MemoryView view, long atMs, int associationsMax) {
        this.view = view;
        this.atMs = atMs;
        this.associationsMax = associationsMax;
    }

    /** The associations of a cue, or null if there is no budget for them. */
    @Nullable
    Associations read(int cue) {
        int left = associationsMax - associations;
        // No row is longer than there are concepts, so few need be asked. That rows are cut back is no bound: not
        // before a checkpoint.
        if (left < view.conceptCount() && left < view.associationsMax(cue)) {
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
