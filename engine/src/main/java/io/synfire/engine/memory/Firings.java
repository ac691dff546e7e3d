package io.synfire.engine.memory;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.EpisodeContent;
import io.synfire.engine.learn.Firing;
import io.synfire.engine.store.Retirement;
import io.synfire.engine.store.RocksStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What fires in an episode: the ints of its concepts, as they are or as they were when it was learned. A concept has another int since it was
 * forgotten. What it fired with before is known by its time, unless it came {@link LateEpisodes late}; what is out of reach by then is taken
 * back of nothing. Writer only.
 */
final class Firings {

    private final ConceptDictionary dictionary;
    private final Marginals marginals;
    private final Adjacencies adjacencies;
    private final LateEpisodes late;

    /** Whether an episode came after a concept was forgotten, which had this int until then. */
    private interface Late {
        boolean is(int retired, long episode);
    }

    Firings(ConceptDictionary dictionary, Marginals marginals, Adjacencies adjacencies, RocksStore store) {
        this.dictionary = dictionary;
        this.marginals = marginals;
        this.adjacencies = adjacencies;
        this.late = new LateEpisodes(store);
    }

    long bytes() {
        return late.bytes();
    }

    /** An episode that is learned now, at a watermark. */
    Firing learned(Episode episode, long watermarkMs) {
        List<Activation> activations = episode.activations();
        int[] concepts = new int[activations.size()];
        double[] strengths = new double[concepts.length];
        for (int i = 0; i < concepts.length; i++) {
            Activation activation = activations.get(i);
            concepts[i] = dictionary.intern(activation.concept(), watermarkMs);
            strengths[i] = activation.strength();
            Retirement retirement = dictionary.before(concepts[i], episode.atMs(), watermarkMs);
            if (retirement != null) {
                late.learned(retirement.concept(), EpisodeContent.hash(episode));
            }
        }
        return firing(episode, concepts, strengths);
    }

    /** Whether an episode that was just learned came after one of its concepts was forgotten, and its time is before that. */
    boolean isLate(Episode episode, Firing firing, long watermarkMs) {
        for (int i = 0; i < firing.size(); i++) {
            if (dictionary.before(firing.concept(i), episode.atMs(), watermarkMs) != null) {
                return true;
            }
        }
        return false;
    }

    /** What a retraction names: as it fired when it was learned. */
    record Replayed(List<Firing> before, List<Firing> takenBack) {}

    /**
     * The episodes of a retraction, which are taken back now. They are in log order: so of those alike the last came last, and if only some of
     * them came late, the last did.
     */
    Replayed takenBack(Retraction retraction, long watermarkMs) {
        dictionary.forgetNobodies();
        List<Firing> takenBack = new ArrayList<>();
        // By a hash that knows no salt; longs that meet in a map of this kind are found by their order.
        Map<Long, Integer> namedLater = new HashMap<>();
        for (Episode episode : lastFirst(retraction.takenBack())) {
            takenBack.add(asItWas(episode, watermarkMs, late::takeBack));
            if (!retraction.before().isEmpty()) {
                namedLater.merge(EpisodeContent.hash(episode), 1, Integer::sum);
            }
        }
        // These may have been taken back before.
        List<Firing> before = new ArrayList<>();
        for (Episode episode : lastFirst(retraction.before())) {
            before.add(asItWas(
                    episode,
                    watermarkMs,
                    (retired, hash) -> late.count(retired, hash) > namedLater.getOrDefault(hash, 0)));
            namedLater.merge(EpisodeContent.hash(episode), 1, Integer::sum);
        }
        Collections.reverse(takenBack);
        Collections.reverse(before);
        return new Replayed(before, takenBack);
    }

    /** An episode is taken back that fired like this: what came late is not there any more. Returns what it is taken back of. */
    Firing takenBack(Episode episode, Firing firing, long watermarkMs) {
        dictionary.forgetNobodies();
        int[] concepts = new int[firing.size()];
        double[] strengths = new double[concepts.length];
        for (int i = 0; i < concepts.length; i++) {
            int concept = firing.concept(i);
            concepts[i] = concept;
            strengths[i] = firing.strength(i);
            if (dictionary.isRetired(concept)) {
                continue;
            }
            if (dictionary.isOutOfReach(concept, episode.atMs(), watermarkMs)) {
                concepts[i] = dictionary.nobody(dictionary.id(concept));
                continue;
            }
            Retirement before = dictionary.before(concept, episode.atMs(), watermarkMs);
            if (before != null && !late.takeBack(before.concept(), EpisodeContent.hash(episode))) {
                throw new IllegalStateException(
                        "an episode that came after its concept was forgotten is not among those that did: concept="
                                + dictionary.id(concept) + " at=" + episode.atMs());
            }
        }
        return firing(episode, concepts, strengths);
    }

    private static List<Episode> lastFirst(List<Learned> inLogOrder) {
        List<Episode> episodes = new ArrayList<>(inLogOrder.size());
        for (int i = inLogOrder.size() - 1; i >= 0; i--) {
            episodes.add(inLogOrder.get(i).episode());
        }
        return episodes;
    }

    /** A concept was forgotten again: what came after it was forgotten before went with it. */
    void forgottenAgain(Retirement before) {
        late.drop(before.concept());
    }

    /** What changed since the last checkpoint, for the next; the dictionary's part comes first. */
    Part freeze() {
        return late.freeze(dictionary.swept());
    }

    /** What was frozen is in the store. */
    void committed() {
        late.committed();
    }

    private Firing asItWas(Episode episode, long watermarkMs, Late isLate) {
        List<Activation> activations = episode.activations();
        int[] concepts = new int[activations.size()];
        double[] strengths = new double[concepts.length];
        for (int i = 0; i < concepts.length; i++) {
            Activation activation = activations.get(i);
            concepts[i] = asItWas(activation.concept(), episode, watermarkMs, isLate);
            strengths[i] = activation.strength();
        }
        return firing(episode, concepts, strengths);
    }

    private int asItWas(String id, Episode episode, long watermarkMs, Late isLate) {
        long atMs = episode.atMs();
        int known = dictionary.find(id);
        if (dictionary.isOutOfReach(known, atMs, watermarkMs)) {
            return dictionary.nobody(id);
        }
        Retirement before =
                known >= 0 ? dictionary.before(known, atMs, watermarkMs) : dictionary.retirement(id, atMs, watermarkMs);
        return before != null && !isLate.is(before.concept(), EpisodeContent.hash(episode))
                ? before.concept()
                : dictionary.intern(id, watermarkMs);
    }

    private Firing firing(Episode episode, int[] concepts, double[] strengths) {
        marginals.growTo(dictionary.count());
        adjacencies.growTo(dictionary.count());
        return new Firing(episode.atMs(), concepts, strengths, episode.reward());
    }
}
