package io.synfire.engine.memory;

import io.synfire.engine.event.PassedOver;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.store.CheckpointRecord;
import io.synfire.engine.store.Origin;
import io.synfire.engine.store.Remaining;
import io.synfire.engine.store.Retirement;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.Row;
import io.synfire.engine.store.StoreContents;
import io.synfire.engine.store.StoreDamagedException;
import io.synfire.engine.store.StoredRow;
import io.synfire.engine.view.Verification.Finding;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads a whole store and holds it to what is always so: each row decodes, leads to known concepts, is of no later checkpoint than the
 * record, and its cue has a marginal; marginals add up to their totals, and
 * the activations that remain exactly to theirs; of a concept that was forgotten there is no marginal; edges are as many as the record says; where the rule is
 * symmetric, as much leads to a concept as from it; where nothing was taken back, forgotten or cut, no more leads from a concept, or to
 * it, than positive impulses did; and stretches of a source go on from each other up to its position. One thread, beside a writer of the
 * store or without one.
 */
final class StoreAudit {

    /** Of the sum of all that was added up: what rounding may leave. */
    private static final double TOLERANCE = 1e-5;

    /** So many findings tell enough. */
    static final int FINDINGS_MAX = 100;

    private final RocksStore store;
    private final LearningSettings settings;
    private final ConceptDictionary dictionary;
    private final CheckpointRecord record;
    private final List<ForwardDecay> decays;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<String, Unreadable> unreadable = new TreeMap<>();
    private final BitSet withMarginal = new BitSet();
    private final BitSet withForget = new BitSet();
    private final double[] massOfAll;
    private final double[] absoluteMass;
    private final double[] fromAll;
    private final double[] toAll;
    private final double[] from;
    private final double[] to;
    private final double[] out;
    private final double[] in;
    private final double[] absolute;
    private long rows;
    private long associations;
    private long associationsMax;
    private long activations;
    private long activationsChecksum;
    private boolean isCut;
    private boolean isComplete = true;

    /** Rows that one damage hides. */
    private record Unreadable(int firstCue, long count, StoreDamagedException first) {
        Unreadable plus(Unreadable more) {
            return new Unreadable(firstCue, count + more.count, first);
        }
    }

    StoreAudit(RocksStore store, LearningSettings settings, ConceptDictionary dictionary, CheckpointRecord record) {
        this.store = store;
        this.settings = settings;
        this.dictionary = dictionary;
        this.record = record;
        this.decays = settings.halfLives().stream().map(ForwardDecay::new).toList();
        this.massOfAll = new double[decays.size()];
        this.absoluteMass = new double[decays.size()];
        this.fromAll = new double[decays.size()];
        this.toAll = new double[decays.size()];
        this.from = new double[dictionary.count()];
        this.to = new double[dictionary.count()];
        this.out = new double[dictionary.count()];
        this.in = new double[dictionary.count()];
        this.absolute = new double[dictionary.count()];
    }

    StoreAudit run() {
        marginals();
        stretches();
        passedOver();
        forgets();
        lateEpisodes();
        new RetractionAudit(store.retractions())
                .findings(record.watermarkMs())
                .forEach(finding -> found(finding.where(), finding.what()));
        for (int cue = 0; cue < dictionary.count(); cue++) {
            try {
                StoredRow row = store.row(cue, decays.size());
                if (row != null) {
                    row(cue, row);
                }
            } catch (StoreDamagedException e) {
                isComplete = false;
                // A block holds many rows: one finding a file, or a row where no file is known.
                unreadable.merge(e.file().orElse("row of cue " + cue), new Unreadable(cue, 1, e), Unreadable::plus);
            }
        }
        unreadable.forEach((where, rows) -> found(
                where,
                "rows cannot be read: rows=" + rows.count() + " firstCue=" + rows.firstCue() + ": "
                        + rows.first().getMessage()));
        if (isComplete && store.hasRowsFrom(dictionary.count())) {
            found("rows", "there are rows of no concept: concepts=" + dictionary.count());
        }
        if (isComplete) {
            totals();
            counts();
            symmetry();
            potentiation();
        }
        return this;
    }

    List<Finding> findings() {
        return findings;
    }

    long rows() {
        return rows;
    }

    long associations() {
        return associations;
    }

    private void marginals() {
        store.contents().marginals(decays.size(), (concept, marginal) -> {
            withMarginal.set(concept);
            activations += marginal.remaining().count();
            activationsChecksum += marginal.remaining().checksum();
            if (concept < dictionary.count() && dictionary.isRetired(concept) && !marginal.isNothing()) {
                found(
                        "marginal of concept " + concept,
                        "it was forgotten, but something is left: count="
                                + marginal.remaining().count());
            }
            double[] toWatermark = marginal.landmarks().decays(decays, record.watermarkMs());
            for (int h = 0; h < toWatermark.length; h++) {
                massOfAll[h] += marginal.mass(h) * toWatermark[h];
                absoluteMass[h] += Math.abs(marginal.mass(h) * toWatermark[h]);
                fromAll[h] += marginal.potentiationFrom(h) * toWatermark[h];
                toAll[h] += marginal.potentiationTo(h) * toWatermark[h];
            }
            int slowest = settings.slowest();
            from[concept] = marginal.potentiationFrom(slowest) * toWatermark[slowest];
            to[concept] = marginal.potentiationTo(slowest) * toWatermark[slowest];
        });
    }

    /** Stretches of one source go on from each other, and not beyond its position. */
    private void stretches() {
        Map<String, Long> ends = new TreeMap<>();
        long[] next = {0};
        store.contents().stretches((number, stretch) -> {
            if (number != next[0]) {
                found("stretch " + next[0], "it is missing: found=" + number);
            }
            next[0] = number + 1;
            long end = ends.getOrDefault(stretch.sourceId(), 0L);
            if (stretch.from() < end) {
                found(
                        "stretch " + number,
                        "it was read before: source=" + stretch.sourceId() + " from=" + stretch.from() + " before="
                                + end);
            }
            ends.put(stretch.sourceId(), stretch.to());
        });
        for (Position position : record.positions()) {
            Long end = ends.remove(position.sourceId());
            if (end != null && end > position.nextOffset()) {
                found(
                        "position of " + position.source(),
                        "more was read than it says: read=" + end + " position=" + position.nextOffset());
            }
        }
        ends.remove(Stretch.STREAMS);
        ends.forEach((source, end) -> found("stretches", "their source has no position: source=" + source));
    }

    /** What was passed over of one partition rises, ends where its position does, and is not more than was rejected. */
    private void passedOver() {
        Map<String, Long> ends = new TreeMap<>();
        long[] next = {0};
        long[] rejected = {0};
        store.contents().passedOver((number, records) -> {
            if (number != next[0]) {
                found("what was passed over " + next[0], "it is missing: found=" + number);
            }
            next[0] = number + 1;
            for (PassedOver each : records) {
                String key = each.sourceId() + '/' + each.partition();
                long end = ends.getOrDefault(key, 0L);
                if (each.why() == PassedOver.Why.LOST) {
                    ends.put(key, Math.min(end, each.from()));
                    continue;
                }
                if (each.from() < end) {
                    found(
                            "what was passed over " + number,
                            "it was passed over before: from=" + each.from() + " before=" + end);
                }
                ends.put(key, each.to());
                rejected[0] += each.why() == PassedOver.Why.LEFT_OUT ? 0 : each.records();
            }
        });
        for (Position position : record.positions()) {
            Long end = ends.get(position.sourceId() + '/' + position.partition());
            if (end != null && end > position.nextOffset()) {
                found(
                        "position of " + position.source(),
                        "more was passed over than it says: partition=" + position.partition() + " passedOver=" + end
                                + " position=" + position.nextOffset());
            }
        }
        if (rejected[0] > record.deadLetters()) {
            found(
                    "what was passed over",
                    "more was rejected than was counted: passedOver=" + rejected[0] + " deadLetters="
                            + record.deadLetters());
        }
    }

    /** What is left of a concept that was forgotten is found by its int, by its watermark, and if it is the latest of its hash by that. */
    private void forgets() {
        boolean isOld = store.forgets().conceptCount() < 0;
        BitSet byInt = new BitSet();
        store.forgets().byWatermark(0, (hash, retirement) -> {
            withForget.set(retirement.concept());
            if (!isRetired(retirement.concept()) || retirement.watermarkMs() > record.watermarkMs()) {
                found("forgets", "one is of no concept that was forgotten by then: " + retirement);
            }
            return true;
        });
        store.contents().concepts(new StoreContents.ConceptVisitor() {
            @Override
            public void concept(int concept, byte[] utf8, Origin origin) {
                Retirement before = origin.before();
                if (before != null && !isRetired(before.concept())) {
                    found("concept " + concept, "what it was before was not forgotten: " + before);
                }
            }

            @Override
            public void retired(int concept, long hash, long watermarkMs) {
                byInt.set(concept);
            }

            @Override
            public void forgotten(long hash, Retirement retirement) {
                if (!withForget.get(retirement.concept())) {
                    found("forgets", "one is under its hash alone: " + retirement);
                }
            }
        });
        if (isOld) {
            withForget.or(byInt);
        } else if (!byInt.equals(withForget)) {
            byInt.xor(withForget);
            found("forgets", "one is not found by its int and its watermark alike: concept=" + byInt.nextSetBit(0));
        }
    }

    private boolean isRetired(int concept) {
        return concept < dictionary.count() && dictionary.isRetired(concept);
    }

    /** They are of concepts that were forgotten. */
    private void lateEpisodes() {
        store.contents().lateEpisodes((retired, count) -> {
            if (!withForget.get(retired)) {
                found("late episodes", "their concept was not forgotten: concept=" + retired);
            }
        });
    }

    private void row(int cue, StoredRow stored) {
        rows++;
        associationsMax += stored.sizeMax();
        Row row = stored.folded();
        if (stored.checkpoint() > record.number()) {
            found(
                    "row of cue " + cue,
                    "it is of a later checkpoint than the record: checkpoint=" + stored.checkpoint() + " record="
                            + record.number());
        }
        if (isRetired(cue) && row.size() > 0) {
            found("row of cue " + cue, "its concept was forgotten, but something is left: size=" + row.size());
        }
        if (!withMarginal.get(cue)) {
            found("row of cue " + cue, "its concept has no marginal");
        }
        isCut |= row.header().cuts() > 0;
        int slowest = settings.slowest();
        double toWatermark = row.landmarks().decays(decays, record.watermarkMs())[slowest];
        associations += row.size();
        for (int i = 0; i < row.size(); i++) {
            int target = row.target(i);
            if (target >= dictionary.count()) {
                found("row of cue " + cue, "a target is no concept: target=" + target);
                return;
            }
            double strength = row.sum(i, slowest) * toWatermark;
            out[cue] += strength;
            in[target] += strength;
            absolute[cue] += Math.abs(strength);
            absolute[target] += Math.abs(strength);
        }
    }

    /** Counts are exact. Of the sums, a concept that was forgotten leaves its share in the totals. */
    private void totals() {
        Remaining remaining = new Remaining(activations, activationsChecksum);
        if (!remaining.equals(record.activations())) {
            found(
                    "marginals",
                    "activations are not those that the record says: remaining=" + remaining + " record="
                            + record.activations());
        }
        if (!dictionary.retired().isEmpty()) {
            return;
        }
        double[] toWatermark = record.landmarks().decays(decays, record.watermarkMs());
        for (int h = 0; h < toWatermark.length; h++) {
            double total = record.totals().get(h).activations() * toWatermark[h];
            // What was taken back has left its rounding.
            if (Math.abs(total - massOfAll[h]) > TOLERANCE * Math.max(1, absoluteMass[h])) {
                found(
                        "marginals",
                        "they do not add up to the total of the record: horizon=" + h + " sum=" + massOfAll[h]
                                + " total=" + total);
            }
            double potentiation = record.totals().get(h).potentiation() * toWatermark[h];
            double rounding = TOLERANCE * Math.max(1, record.totals().get(h).turnover() * toWatermark[h]);
            if (Math.abs(potentiation - fromAll[h]) > rounding || Math.abs(potentiation - toAll[h]) > rounding) {
                found(
                        "marginals",
                        "positive impulses from all concepts and to all do not add up to the total of the record: horizon="
                                + h + " from=" + fromAll[h] + " to=" + toAll[h] + " total=" + potentiation);
            }
        }
    }

    /** What was added to a row counts anew until it is folded, and what faded until its row is. */
    private void counts() {
        if (associations > record.associations() || record.associations() > associationsMax) {
            found(
                    "associations",
                    "there are not as many as the record says: associations=" + associations + " to " + associationsMax
                            + " record=" + record.associations());
        }
    }

    private void symmetry() {
        if (record.contextual()
                || isCut
                || settings.forgetBelow() > 0
                || !dictionary.retired().isEmpty()) {
            return;
        }
        for (int concept = 0; concept < out.length; concept++) {
            if (Math.abs(out[concept] - in[concept]) > TOLERANCE * Math.max(1, absolute[concept])) {
                found(
                        "row of cue " + concept,
                        "without contexts as much leads to a concept as from it: concept=" + dictionary.id(concept)
                                + " from=" + out[concept] + " to=" + in[concept]);
            }
        }
    }

    /** Where every impulse was positive, as much leads from a concept and to it as was added; otherwise at most as much. */
    private void potentiation() {
        int slowest = settings.slowest();
        double total = record.totals().get(slowest).potentiation();
        double turnover = record.totals().get(slowest).turnover();
        if (isCut
                || settings.forgetBelow() > 0
                || !dictionary.retired().isEmpty()
                // What was taken back has left its rounding in rows, and it is not known in which.
                || turnover - total > 1e-9 * turnover) {
            return;
        }
        boolean isAllPositive = record.notPlain().rewards() == 0
                && (record.notPlain().betweenEpisodes() == 0 || (settings.forward() >= 0 && settings.backward() >= 0));
        for (int concept = 0; concept < out.length; concept++) {
            potentiation(concept, "from", out[concept], from[concept], isAllPositive);
            potentiation(concept, "to", in[concept], to[concept], isAllPositive);
        }
    }

    private void potentiation(int concept, String which, double evidence, double added, boolean isAllPositive) {
        double rounding = TOLERANCE * Math.max(1, Math.max(added, absolute[concept]));
        if (evidence - added > rounding || (isAllPositive && added - evidence > rounding)) {
            found(
                    "row of cue " + concept,
                    "evidence " + which + " a concept is not what positive impulses add up to: concept="
                            + dictionary.id(concept) + " evidence=" + evidence + " impulses=" + added);
        }
    }

    private void found(String where, String what) {
        if (findings.size() < FINDINGS_MAX) {
            findings.add(new Finding(where, what));
        }
    }
}
