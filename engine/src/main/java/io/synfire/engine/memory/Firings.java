package io.synfire.engine.memory;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.Checksum;
import io.synfire.engine.learn.Firing;
import io.synfire.engine.memory.ConceptDictionary.Retirement;
import io.synfire.engine.store.RocksStore;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What fires in an episode: the ints of its concepts, as they are or as they were when it was learned. A concept has another int since it was
 * forgotten. What it fired with before is known by its time, unless it came {@link LateEpisodes late}. Writer only.
 */
final class Firings {

    private static final long EPISODE_TERM = 21;
    private static final long ACTIVATION_TERM = 22;

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

    /** An episode that is learned now. */
    Firing learned(Episode episode) {
        List<Activation> activations = episode.activations();
        int[] concepts = new int[activations.size()];
        for (int i = 0; i < concepts.length; i++) {
            concepts[i] = dictionary.intern(activations.get(i).concept());
            Retirement retirement = dictionary.retirement(concepts[i]);
            if (retirement != null && episode.atMs() <= retirement.watermarkMs()) {
                late.learned(retirement.concept(), hash(episode));
            }
        }
        return firing(episode, concepts);
    }

    /** An episode that was learned and is taken back now. */
    Firing takenBack(Episode episode) {
        return asItWas(episode, late::takeBack);
    }

    /** An episode that was learned, and may have been taken back since. */
    Firing before(Episode episode) {
        return asItWas(episode, late::hadCome);
    }

    /** A concept was forgotten again: what came after it was forgotten before went with it. */
    void forgottenAgain(Retirement before) {
        late.drop(before.concept());
    }

    /** What changed since the last checkpoint, for the next. */
    Part freeze() {
        return late.freeze();
    }

    /** What was frozen is in the store. */
    void committed() {
        late.committed();
    }

    private Firing asItWas(Episode episode, Late isLate) {
        List<Activation> activations = episode.activations();
        int[] concepts = new int[activations.size()];
        for (int i = 0; i < concepts.length; i++) {
            String id = activations.get(i).concept();
            Retirement retirement = dictionary.retirement(id);
            boolean isGone = retirement != null
                    && episode.atMs() <= retirement.watermarkMs()
                    && !isLate.is(retirement.concept(), hash(episode));
            concepts[i] = retirement != null && isGone ? retirement.concept() : dictionary.intern(id);
        }
        return firing(episode, concepts);
    }

    private Firing firing(Episode episode, int[] concepts) {
        double[] strengths = new double[concepts.length];
        for (int i = 0; i < strengths.length; i++) {
            strengths[i] = episode.activations().get(i).strength();
        }
        marginals.growTo(dictionary.count());
        adjacencies.growTo(dictionary.count());
        return new Firing(episode.atMs(), concepts, strengths, episode.reward());
    }

    /** By which an episode is known again: all of it but its event's id, in whatever order its concepts are. */
    private static long hash(Episode episode) {
        long time = Checksum.time(episode.atMs());
        String context = episode.context();
        long contextHash = context == null ? 0 : Checksum.id(context.getBytes(StandardCharsets.UTF_8));
        long hash = Checksum.value(EPISODE_TERM, contextHash, time, episode.reward());
        for (Activation activation : episode.activations()) {
            long concept = Checksum.id(activation.concept().getBytes(StandardCharsets.UTF_8));
            hash += Checksum.value(ACTIVATION_TERM, concept, time, activation.strength());
        }
        return hash;
    }
}
