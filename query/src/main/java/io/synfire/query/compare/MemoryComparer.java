package io.synfire.query.compare;

import io.synfire.engine.view.Activity;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.ReadTime;
import io.synfire.query.compare.MemoryComparison.Means;
import io.synfire.query.compare.MemoryComparison.Moved;
import io.synfire.query.compare.MemoryComparison.Only;
import io.synfire.query.compare.MemoryComparison.Shifted;
import io.synfire.query.compare.MemoryComparison.Side;
import io.synfire.query.recall.Answers;
import io.synfire.query.recall.AssociationsQuery;
import io.synfire.query.recall.BadQueryException;
import io.synfire.query.recall.Limits;
import io.synfire.query.recall.Measure;
import io.synfire.query.recall.Queries;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Compares two memories concept by concept. Reads the strongest associations of every concept that is active in both. Neither should learn
 * meanwhile. One thread at a time.
 */
public final class MemoryComparer {

    private static final int SHOWN = 10;
    private static final int LISTED = 3;

    /** Below it a concept has faded; and what is left of an activation that was all taken back is rounding. */
    private static final double ACTIVATION_MIN = 1e-9;

    private final Memory first;
    private final Memory second;
    private final int k;
    private final double minSupport;
    private final RankBiasedOverlap rbo = new RankBiasedOverlap(RankBiasedOverlap.P);

    /** One memory at its watermark. */
    private static final class Memory {
        final MemoryView view;
        final Queries queries;
        final Activity activity;
        final int horizon;

        Memory(MemoryView view) {
            this.view = view;
            this.queries = new Queries(view);
            this.activity = view.moment().activity(ReadTime.WATERMARK);
            this.horizon = view.settings().slowest();
        }

        double activation(int concept) {
            return concept < 0 || !view.isKnown(concept) ? 0 : activity.of(concept, horizon);
        }

        double activation(String id) {
            return activation(view.conceptOf(id));
        }

        double share(double activation) {
            double total = activity.total(horizon);
            return total > 0 ? activation / total : 0;
        }

        List<String> active() {
            List<String> ids = new ArrayList<>();
            for (int concept = 0; concept < view.conceptCount(); concept++) {
                if (activation(concept) > ACTIVATION_MIN) {
                    ids.add(view.idOf(concept));
                }
            }
            return ids;
        }

        List<String> strongest(String id, int k) {
            AssociationsQuery query = new AssociationsQuery(
                    id, k, new AssociationsQuery.Scoring(Measure.STRENGTH, 0, 0), "", null, 0, false, null);
            return queries.associations(query).associations().stream()
                    .map(Answers.Association::concept)
                    .toList();
        }

        Side side(long concepts) {
            return new Side(
                    view.counts().episodes(),
                    concepts,
                    view.counts().associations(),
                    view.watermarkMs(),
                    view.settings().halfLives().get(horizon).toString());
        }
    }

    /** Sums of one kind of mean. */
    private static final class Sums {
        double weight;
        double overlap;
        double rbo;

        void add(double w, double o, double r) {
            weight += w;
            overlap += w * o;
            rbo += w * r;
        }

        /** Nothing to compare is nothing that differs. */
        Means means() {
            return weight > 0 ? new Means(overlap / weight, rbo / weight) : new Means(1, 1);
        }
    }

    /**
     * Two memories.
     *
     * @param first one
     * @param second the other
     * @param k how long the compared lists are, 1 to {@value Limits#K_MAX}
     * @param minSupport how active a concept must be in both to be among those that moved, at least 0
     */
    public MemoryComparer(MemoryView first, MemoryView second, int k, double minSupport) {
        Limits.requireK(k);
        if (!(minSupport >= 0)) {
            throw new BadQueryException("min-support must be at least 0: min-support=" + minSupport);
        }
        this.first = new Memory(first);
        this.second = new Memory(second);
        this.k = k;
        this.minSupport = minSupport;
    }

    /**
     * Compares.
     *
     * @param progress told how many concepts were looked at, now and then
     * @return what differs
     */
    public MemoryComparison compare(LongConsumer progress) {
        List<String> ofFirst = first.active();
        List<String> ofSecond = second.active();
        Set<String> known = new HashSet<>(ofSecond);
        Sums plain = new Sums();
        Sums weighted = new Sums();
        List<Moved> moved = new ArrayList<>();
        List<Shifted> shifted = new ArrayList<>();
        List<String> onlyFirst = new ArrayList<>();
        long shared = 0;
        long compared = 0;
        long done = 0;
        for (String id : ofFirst) {
            progress.accept(++done);
            if (!known.remove(id)) {
                onlyFirst.add(id);
                continue;
            }
            shared++;
            double firstShare = first.share(first.activation(id));
            double secondShare = second.share(second.activation(id));
            shifted.add(new Shifted(id, firstShare, secondShare));
            List<String> before = first.strongest(id, k);
            List<String> after = second.strongest(id, k);
            if (before.isEmpty() && after.isEmpty()) {
                continue;
            }
            compared++;
            Moved found = moved(id, before, after);
            plain.add(1, found.overlap(), found.rbo());
            weighted.add((firstShare + secondShare) / 2, found.overlap(), found.rbo());
            if (found.rbo() < 1 && Math.min(found.firstActivation(), found.secondActivation()) >= minSupport) {
                moved.add(found);
            }
        }
        return new MemoryComparison(
                k,
                minSupport,
                first.side(ofFirst.size()),
                second.side(ofSecond.size()),
                settings(),
                shared,
                compared,
                plain.means(),
                weighted.means(),
                moved.stream()
                        .sorted(Comparator.comparingDouble(Moved::rbo)
                                .thenComparing(Comparator.comparingDouble(
                                                (Moved each) -> each.firstActivation() + each.secondActivation())
                                        .reversed())
                                .thenComparing(Moved::concept))
                        .limit(SHOWN)
                        .toList(),
                shifted.stream()
                        .filter(each -> each.firstShare() != each.secondShare())
                        .sorted(Comparator.comparingDouble(
                                        (Shifted each) -> -Math.abs(each.secondShare() - each.firstShare()))
                                .thenComparing(Shifted::concept))
                        .limit(SHOWN)
                        .toList(),
                only(first, onlyFirst),
                only(second, known));
    }

    private Moved moved(String id, List<String> before, List<String> after) {
        Set<String> common = new HashSet<>(before);
        common.retainAll(new HashSet<>(after));
        return new Moved(
                id,
                rbo.of(before, after),
                common.size() / (double) Math.max(before.size(), after.size()),
                first.activation(id),
                second.activation(id),
                without(before, common),
                without(after, common));
    }

    private static List<String> without(List<String> list, Set<String> common) {
        return list.stream().filter(id -> !common.contains(id)).limit(LISTED).toList();
    }

    private Map<String, String> settings() {
        Map<String, String> differences = new LinkedHashMap<>();
        Map<String, String> others = second.view.settings().toMap();
        first.view.settings().toMap().forEach((key, value) -> {
            if (!value.equals(others.get(key))) {
                differences.put(key, value + " -> " + others.get(key));
            }
        });
        return differences;
    }

    private static Only only(Memory memory, Iterable<String> ids) {
        List<String> sorted = new ArrayList<>();
        ids.forEach(sorted::add);
        sorted.sort(Comparator.comparingDouble((String id) -> -memory.activation(id))
                .thenComparing(Comparator.naturalOrder()));
        return new Only(sorted.size(), List.copyOf(sorted.subList(0, Math.min(SHOWN, sorted.size()))));
    }
}
