package io.synfire.query.recall;

import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows for one question, and never more associations than its budget: a row that does not fit into what is left is skipped, and
 * counted. Whoever reads takes what matters most first. Looks at the deadline before each row. Used for one question.
 */
final class RowReader {

    private final MemoryView view;
    private final long atMs;
    private final int associationsMax;
    private final Deadline deadline;
    private final int usualMax;
    private int rows;
    private int associations;
    private int skipped;

    RowReader(MemoryView view, long atMs, int associationsMax, Deadline deadline) {
        this.view = view;
        this.atMs = atMs;
        this.associationsMax = associationsMax;
        this.deadline = deadline;
        int kept = view.settings().maxAssociations();
        // A row in memory is cut back once it holds twice as many; one that is read while more is appended may be a
        // little longer.
        this.usualMax = kept == 0 ? view.conceptCount() : (int) Math.min(view.conceptCount(), 2L * kept);
    }

    /** The associations of a cue, or null if there is no budget for them. */
    @Nullable
    Associations read(int cue) {
        deadline.check();
        int left = associationsMax - associations;
        // No row is longer than there are concepts, so few need be asked. That rows are cut back is no bound: not
        // before a checkpoint.
        if (left < view.conceptCount() && left < view.associationsMax(cue)) {
            skipped++;
            return null;
        }
        return counted(view.associations(cue, atMs), left);
    }

    /** The strongest associations of a cue, or all of them where that is as cheap; or null if there is no budget for them. */
    @Nullable
    Associations readStrongest(int cue, int count) {
        deadline.check();
        return counted(view.strongest(cue, count, atMs), associationsMax - associations);
    }

    /** Whether a cue has more associations than so many; there are as many as concepts at most, so few need be asked. */
    boolean isLarger(int cue, int size) {
        return size < usualMax && size < view.associationsMax(cue);
    }

    /** Counts one that is left out, since it has too many associations to say anything. */
    void leaveOut() {
        skipped++;
    }

    private @Nullable Associations counted(Associations row, int left) {
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
