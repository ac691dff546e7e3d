package io.synfire.query.recall;

import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.Moment;
import io.synfire.engine.view.ReadTime;
import io.synfire.query.recall.Answers.LeftOut.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows for one question, and hands on no more associations than its budget. What weighs most is read first, of equal weights the row
 * with the fewest associations, of equals in that the one that was asked for first. A row that does not fit into what is left is left out,
 * and named; smaller ones behind it may still fit.
 *
 * <p>How many associations a row has is what a read of it shows. What is known without reading is a bound, and differs by what is in
 * memory: it may prove that rows fit, and decides nothing else. So where rows of equal weight may not all fit, those that could by
 * themselves are read to count them, and read again if they are taken. Looks at the deadline before each row. Used for one question.
 */
final class RowReader {

    private final MemoryView view;

    /** The moment at which the question was asked: it knows the ids of all that is read since. */
    private final Moment since;

    private final ReadTime at;
    private final int hubMax;
    private final int associationsMax;
    private final Deadline deadline;
    private final List<LeftOut> leftOut = new ArrayList<>();
    private int rows;
    private int associations;
    private long latestMs = Long.MIN_VALUE;

    /** What is done with a concept that has more than {@code recall.hub-max} associations. */
    enum Hubs {
        READ,
        READ_STRONGEST,
        LEAVE_OUT
    }

    /** A concept whose associations are asked for, and how much they matter. */
    record Wanted(int concept, double weight) {}

    /** Takes a row; the index is that of what was wanted. */
    interface Taker {
        void take(int index, Associations row);
    }

    /** Of one call: what is wanted, and what is done with it. */
    private record Row(int index, int concept, double weight, boolean isPartly) {}

    private record Sized(Row row, int size) {}

    private record LeftOut(int concept, Rule reason) {}

    RowReader(MemoryView view, Moment since, ReadTime at, RecallSettings settings, Deadline deadline) {
        this.view = view;
        this.since = since;
        this.at = at;
        this.hubMax = settings.hubMax();
        this.associationsMax = settings.associationsMax();
        this.deadline = deadline;
    }

    /** Reads what is wanted, as far as there is budget; in which order rows are handed on says nothing. */
    void read(List<Wanted> wanted, Hubs hubs, Taker taker) {
        new Call(wanted, hubs, taker).read();
    }

    /** What was read, and what was not. */
    Answers.Work work() {
        int partly = 0;
        for (LeftOut left : leftOut) {
            partly += left.reason() == Rule.PARTLY ? 1 : 0;
        }
        return new Answers.Work(
                rows,
                associations,
                leftOut.size() - partly,
                partly,
                leftOut.stream()
                        .limit(Limits.LEFT_OUT_NAMED)
                        .map(left -> new Answers.LeftOut(since.idOf(left.concept()), left.reason()))
                        .toList());
    }

    /** The latest time of the rows that were read, or another if that is later. */
    long atMs(long otherMs) {
        return Math.max(otherMs, latestMs);
    }

    private int left() {
        return associationsMax - associations;
    }

    /** No row is longer than there are concepts, so few need be asked. */
    private boolean isHub(int concept) {
        deadline.check();
        return hubMax < view.conceptCount() && view.hasMoreThan(concept, hubMax, at);
    }

    private boolean fit(List<Row> some) {
        if ((long) some.size() * view.conceptCount() <= left()) {
            return true;
        }
        long most = 0;
        for (Row row : some) {
            most += view.associationsMax(row.concept());
            if (most > left()) {
                return false;
            }
        }
        return true;
    }

    private Associations associations(Row row) {
        deadline.check();
        return row.isPartly()
                ? Strongest.of(
                        view.strongest(row.concept(), Limits.HUB_STRONGEST, at),
                        Limits.HUB_STRONGEST,
                        view.settings().horizonCount())
                : view.associations(row.concept(), at);
    }

    /** Reads what is wanted at one time. */
    private final class Call {
        private final List<Wanted> wanted;
        private final Hubs hubs;
        private final Taker taker;
        private final @Nullable Rule[] reasons;

        Call(List<Wanted> wanted, Hubs hubs, Taker taker) {
            this.wanted = wanted;
            this.hubs = hubs;
            this.taker = taker;
            this.reasons = new Rule[wanted.size()];
        }

        void read() {
            List<Row> byWeight = new ArrayList<>(wanted.size());
            for (int i = 0; i < wanted.size(); i++) {
                Wanted one = wanted.get(i);
                boolean isHub = hubs != Hubs.READ && isHub(one.concept());
                if (isHub && hubs == Hubs.LEAVE_OUT) {
                    reasons[i] = Rule.HUB;
                } else {
                    byWeight.add(new Row(i, one.concept(), one.weight(), isHub));
                }
            }
            // Stable: equals stay in the order given.
            byWeight.sort(Comparator.comparingDouble(Row::weight).reversed());
            for (int from = 0, to; from < byWeight.size(); from = to) {
                to = from + 1;
                while (to < byWeight.size()
                        && byWeight.get(to).weight() == byWeight.get(from).weight()) {
                    to++;
                }
                readEquals(byWeight.subList(from, to));
            }
            for (int i = 0; i < reasons.length; i++) {
                Rule reason = reasons[i];
                if (reason != null) {
                    leftOut.add(new LeftOut(wanted.get(i).concept(), reason));
                }
            }
        }

        private void readEquals(List<Row> equals) {
            if (fit(equals)) {
                equals.forEach(this::take);
            } else if (equals.size() == 1) {
                Row row = equals.get(0);
                if (mayFit(row)) {
                    take(row);
                } else {
                    reasons[row.index()] = Rule.BUDGET;
                }
            } else {
                readSmallestFirst(equals);
            }
        }

        private void readSmallestFirst(List<Row> equals) {
            List<Sized> sized = new ArrayList<>();
            for (Row row : equals) {
                if (mayFit(row)) {
                    sized.add(new Sized(row, associations(row).size()));
                } else {
                    reasons[row.index()] = Rule.BUDGET;
                }
            }
            sized.sort(Comparator.comparingInt(Sized::size));
            for (Sized each : sized) {
                if (each.size() <= left()) {
                    take(each.row());
                } else {
                    reasons[each.row().index()] = Rule.BUDGET;
                }
            }
        }

        /** Whether it fits, for all that is known without a copy; of what is read in part, few are copied. */
        private boolean mayFit(Row row) {
            deadline.check();
            return row.isPartly() || !view.hasMoreThan(row.concept(), left(), at);
        }

        private void take(Row wantedRow) {
            Associations row = associations(wantedRow);
            // Beside a learner it may have grown since it was looked at.
            if (hubs == Hubs.LEAVE_OUT && row.size() > hubMax) {
                reasons[wantedRow.index()] = Rule.HUB;
            } else if (row.size() > left()) {
                reasons[wantedRow.index()] = Rule.BUDGET;
            } else {
                reasons[wantedRow.index()] = wantedRow.isPartly() ? Rule.PARTLY : null;
                rows++;
                associations += row.size();
                latestMs = Math.max(latestMs, row.atMs());
                taker.take(wantedRow.index(), row);
            }
        }
    }
}
