package io.synfire.engine.memory;

import io.synfire.engine.learn.Evidence;
import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.store.CheckpointRecord;
import io.synfire.engine.store.Remaining;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.Totals;
import io.synfire.engine.view.Activity;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The sums that measures hold evidence against, per horizon, as float64 forward-decayed sums: of every concept M, O and I; of the whole
 * memory N, T and the totals. And, not decayed, when every concept last fired, and which of its activations {@link Remaining remain}; and
 * the same of episodes.
 *
 * <p>What remains is exact, while sums of doubles keep a trace of what was added and taken back. So it decides what is shown: a concept of
 * which no activation remains is not known, and its sums read as 0; where no episode remains, the sums of the whole memory read as 0. The
 * sums themselves stay as they are: a retraction may come in parts, and then what is left of them may be no trace.
 *
 * <p>What was taken back of a concept that is retired is taken off the sums of the whole memory, and off O and I of the others: those
 * trials happened, and did not.
 *
 * <p>Writer only. What readers see is {@link #publish published}: one generation of {@link MarginalRows} and what belongs to it.
 */
final class Marginals {

    /** Sums of the whole memory, in this order. */
    static final int EPISODES = 0;

    static final int ACTIVATIONS = 1;
    static final int REPEATS = 2;
    static final int POTENTIATION = 3;
    private static final int TURNOVER = 4;

    private final List<ForwardDecay> decays;
    private BitSet dirty = new BitSet();
    private MarginalRows rows;

    /** How many concepts there are of which something remains. */
    private int known;

    /** Those that have an int, and of which nothing remains. */
    private ConceptSet unknown = ConceptSet.EMPTY;

    private Remaining episodes;

    /** Of all concepts: the sums of their counts and checksums. */
    private long activations;

    private long activationsChecksum;

    /** Goes on from the totals and counts of a checkpoint. */
    Marginals(List<ForwardDecay> decays, CheckpointRecord last) {
        this.decays = decays;
        this.rows = new MarginalRows(
                last.landmarks(), last.totals().stream().map(Marginals::whole).toArray(double[][]::new));
        this.episodes = new Remaining(last.episodes(), last.episodesChecksum());
        this.activations = last.activations().count();
        this.activationsChecksum = last.activations().checksum();
    }

    private static double[] whole(Totals totals) {
        return new double[] {
            totals.episodes(), totals.activations(), totals.repeats(), totals.potentiation(), totals.turnover()
        };
    }

    /** Reads all marginals of a store; {@code gone} are concepts of which it says nothing. */
    void load(RocksStore store, int count, ConceptSet gone) {
        growTo(count);
        MarginalRows now = rows;
        store.contents().marginals(decays.size(), (concept, marginal) -> {
            if (concept < 0 || concept >= count) {
                throw store.damaged("a marginal of no concept: concept=" + concept + " concepts=" + count);
            }
            if (gone.contains(concept)) {
                throw store.damaged("a marginal of a concept that is not in the dictionary: concept=" + concept);
            }
            now.load(concept, marginal);
            known += now.isKnown(concept) ? 1 : 0;
        });
        for (int concept = 0; concept < count; concept++) {
            if (!now.isKnown(concept)) {
                unknown = unknown.with(concept);
                now.release(concept);
            }
        }
    }

    /** What a checkpoint under way holds of rows as they were is not in it. */
    long bytes() {
        return rows.bytes();
    }

    /** What a checkpoint writes of one, with what surrounds it in its batch. */
    static long storedBytes(int horizons) {
        return 32 + 27L * horizons;
    }

    /** Makes room for so many concepts. */
    void growTo(int count) {
        rows.growTo(count);
    }

    /** Moves to later landmarks. Rows follow when the writer next adds to them. */
    void moveTo(Landmarks to) {
        rows = rows.movedTo(to);
    }

    /**
     * Adds one activation, and notes its time, or takes it back where the sign is -1; {@code growth[h]} is what a unit at its time is worth,
     * and {@code hash} that of the activation, both with that sign. That of a retired concept counts in the whole alone.
     */
    void activate(int concept, boolean isRetired, double strength, int sign, long hash, double[] growth, long atMs) {
        MarginalRows now = rows;
        for (int h = 0; h < growth.length; h++) {
            add(now.whole(h), ACTIVATIONS, strength * growth[h]);
        }
        if (!isRetired) {
            activations += sign;
            activationsChecksum += hash;
            count(concept, now.activate(concept, strength, sign, hash, growth, atMs));
            dirty.set(concept);
        }
    }

    /** Adds to the potentiation that left a concept, and to what reached it; {@code growth[h]} as for an activation. */
    void potentiate(int concept, double from, double to, double[] growth) {
        rows.addPotentiation(concept, from, to, growth);
        dirty.set(concept);
    }

    /** Adds to the potentiation of the whole. */
    void potentiate(double potentiation, double[] growth) {
        MarginalRows now = rows;
        for (int h = 0; h < growth.length; h++) {
            add(now.whole(h), POTENTIATION, potentiation * growth[h]);
            add(now.whole(h), TURNOVER, potentiation * Math.abs(growth[h]));
        }
    }

    /** Adds to the evidence of self-associations. */
    void repeat(double delta, double[] growth) {
        addToWhole(REPEATS, delta, growth);
    }

    /** Counts one episode, or takes one back, where growth, sign and hash are negative. */
    void episode(int sign, long hash, double[] growth) {
        addToWhole(EPISODES, 1, growth);
        episodes = new Remaining(episodes.count() + sign, episodes.checksum() + hash);
    }

    /**
     * Looks at what learning will add to of a concept, and does nothing with it: it is on its way to the cache meanwhile.
     *
     * @return of no meaning: a look whose outcome went nowhere would be optimized away
     */
    long fetchAhead(int concept) {
        return rows.fetchAhead(concept);
    }

    /** Leaves nothing of a concept, but for its share in the sums of others and of the whole: its trials happened. */
    void clear(int concept) {
        Remaining gone = rows.remaining(concept);
        activations -= gone.count();
        activationsChecksum -= gone.checksum();
        boolean wasKnown = rows.isKnown(concept);
        rows.clear(concept);
        rows.release(concept);
        count(concept, wasKnown ? -1 : 0);
        dirty.set(concept);
    }

    /** The latest time at which a concept fired. */
    long lastMs(int concept) {
        return rows.lastMs(concept);
    }

    /** Whether any activation of a concept remains: it was learned, and neither taken back as a whole nor forgotten. */
    boolean isKnown(int concept) {
        return rows.isKnown(concept);
    }

    /** How many concepts are known. */
    int known() {
        return known;
    }

    /** Which episodes remain. */
    Remaining episodes() {
        return episodes;
    }

    /** Which activations remain of all concepts. */
    Remaining activations() {
        return new Remaining(activations, activationsChecksum);
    }

    private boolean hasEpisodes() {
        return !episodes.equals(Remaining.NOTHING);
    }

    /** What readers see of one moment. Immutable. */
    record Published(MarginalRows rows, int known, boolean hasEpisodes, ConceptSet unknown) {

        /** The factors that make strengths at a watermark of sums. */
        double[] toWatermark(List<ForwardDecay> decays, long watermarkMs) {
            return rows.landmarks().decays(decays, watermarkMs);
        }

        /** The sums of a concept, or of the whole memory, as strengths: by what makes these at the watermark, and at the time of a read. */
        Activity activity(double[] toWatermark, double[] toTime) {
            return new PublishedActivity(rows, hasEpisodes, toWatermark, toTime);
        }
    }

    /** As it is now: what is added from now on is not in there. */
    Published publish() {
        MarginalRows published = rows;
        rows = published.next();
        return new Published(published, known, hasEpisodes(), unknown);
    }

    /** Gives a digest what is shown of what is kept. */
    void addTo(StateDigest digest, ConceptDictionary dictionary) {
        MarginalRows now = rows;
        for (int concept = 0; concept < dictionary.count(); concept++) {
            digest.remaining(dictionary.hash(concept), now.remaining(concept));
        }
        for (int h = 0; h < decays.size(); h++) {
            long landmark = now.landmarks().index(h);
            if (hasEpisodes()) {
                digest.whole(h, now.whole(h)[EPISODES], now.whole(h)[POTENTIATION], landmark);
            }
            for (int concept = 0; concept < dictionary.count(); concept++) {
                if (now.isKnown(concept)) {
                    digest.marginal(
                            dictionary.hash(concept),
                            h,
                            now.sum(concept, h, MarginalRows.MASS),
                            now.sum(concept, h, MarginalRows.FROM),
                            now.sum(concept, h, MarginalRows.TO),
                            landmark);
                }
            }
        }
    }

    List<Totals> totals() {
        List<Totals> totals = new ArrayList<>();
        for (int h = 0; h < decays.size(); h++) {
            double[] whole = rows.whole(h);
            totals.add(new Totals(
                    whole[EPISODES], whole[ACTIVATIONS], whole[REPEATS], whole[POTENTIATION], whole[TURNOVER]));
        }
        return totals;
    }

    /** What changed since the last checkpoint, for the next; nothing is kept of concepts that were retired. */
    Part freeze(ConceptSet retired) {
        BitSet changed = dirty;
        MarginalRows frozen = rows;
        dirty = new BitSet();
        rows = frozen.next();
        return checkpoint -> {
            for (int concept = changed.nextSetBit(0); concept >= 0; concept = changed.nextSetBit(concept + 1)) {
                if (retired.contains(concept)) {
                    checkpoint.removeMarginal(concept);
                } else {
                    checkpoint.marginal(concept, frozen.stored(concept));
                }
            }
        };
    }

    private void count(int concept, int more) {
        known += more;
        if (more < 0) {
            unknown = unknown.with(concept);
        } else if (more > 0) {
            unknown = unknown.without(concept);
        }
    }

    private void addToWhole(int which, double addition, double[] growth) {
        MarginalRows now = rows;
        for (int h = 0; h < growth.length; h++) {
            add(now.whole(h), which, addition * growth[h]);
        }
    }

    private static void add(double[] sums, int at, double addition) {
        sums[at] = Evidence.sumOfDoubles(sums[at], addition);
    }
}
