package io.synfire.ingest.forget;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.Firing;
import io.synfire.engine.learn.Horizon;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.Plasticity;
import io.synfire.engine.learn.Replay;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What unlearning a context removes, and where that is written down.
 *
 * @param episodes how many episodes are taken back
 * @param pairs how many impulses they had made
 * @param associations how many directed edges these touched
 * @param evidence Σ|Δ| of them: strength at the slowest horizon, at the watermark
 * @param searched what was searched for episodes
 * @param appended where the parts are in the log, in their order
 * @param left how many episodes of the context came meanwhile and are not taken back, or {@value #LEFT_UNKNOWN}: another has a
 *     transaction open in the log before what was appended, which nobody can read until that one ends
 * @param strangers how many episodes retractions in the log name that were not there to be taken back: another took them back as well
 */
public record ForgetReceipt(
        long episodes,
        long pairs,
        long associations,
        double evidence,
        List<String> searched,
        List<Appended> appended,
        long left,
        long strangers) {

    /** What is left is not known, since what was appended cannot be read back yet. */
    public static final long LEFT_UNKNOWN = -1;

    /**
     * A command that was appended.
     *
     * @param source {@code kafka:TOPIC} or {@code file:PATH}
     * @param partition its partition, 0 for a file
     * @param offset its offset, or record number
     * @param eventId the command's own id
     */
    public record Appended(String source, int partition, long offset, String eventId) {}

    /** Takes unmodifiable copies. */
    public ForgetReceipt {
        searched = List.copyOf(searched);
        appended = List.copyOf(appended);
    }

    /**
     * Reckons what retractions remove.
     *
     * @param retractions of one context
     * @param settings what the memory learned by
     * @param watermarkMs what the evidence is decayed to
     * @param searched what was searched for episodes
     * @param appended where the retractions are in the log
     * @param left how many episodes are not taken back
     * @param strangers how many were not there to be taken back
     * @return the receipt
     */
    public static ForgetReceipt of(
            List<Retraction> retractions,
            LearningSettings settings,
            long watermarkMs,
            List<String> searched,
            List<Appended> appended,
            long left,
            long strangers) {
        Plasticity plasticity = new Plasticity(settings);
        Map<String, Integer> ints = new HashMap<>();
        // Of a large context there are millions. A boxed long's hash is cue ^ target, of which there are few.
        LongOpenHashSet edges = new LongOpenHashSet();
        Horizon slowest = settings.halfLives().get(settings.slowest());
        long[] count = new long[2];
        double[] evidence = new double[1];
        for (Retraction retraction : retractions) {
            Replay replay = new Replay(settings);
            for (Learned before : retraction.before()) {
                replay.add(before, firing(before.episode(), ints));
            }
            for (Learned learned : retraction.takenBack()) {
                Episode episode = learned.episode();
                Firing firing = firing(episode, ints);
                double undecayed = slowest.decays()
                        ? Math.pow(2, -(double) (watermarkMs - episode.atMs()) / slowest.halfLifeMs())
                        : 1;
                plasticity.impulses(firing, replay.windowFor(learned), (cue, target, delta) -> {
                    edges.add((long) cue << Integer.SIZE | target);
                    evidence[0] += Math.abs(delta) * undecayed;
                    count[1]++;
                });
                replay.add(learned, firing);
                count[0]++;
            }
        }
        return new ForgetReceipt(count[0], count[1], edges.size(), evidence[0], searched, appended, left, strangers);
    }

    /**
     * Both, as one.
     *
     * @param other of the same context, from another log
     * @return sums; an association that both touch counts twice
     */
    public ForgetReceipt plus(ForgetReceipt other) {
        List<String> allSearched = new ArrayList<>(searched);
        allSearched.addAll(other.searched);
        List<Appended> allAppended = new ArrayList<>(appended);
        allAppended.addAll(other.appended);
        return new ForgetReceipt(
                episodes + other.episodes,
                pairs + other.pairs,
                associations + other.associations,
                evidence + other.evidence,
                allSearched,
                allAppended,
                left < 0 || other.left < 0 ? LEFT_UNKNOWN : left + other.left,
                strangers + other.strangers);
    }

    private static Firing firing(Episode episode, Map<String, Integer> ints) {
        List<Activation> activations = episode.activations();
        int[] concepts = new int[activations.size()];
        double[] strengths = new double[concepts.length];
        for (int i = 0; i < concepts.length; i++) {
            concepts[i] = ints.computeIfAbsent(activations.get(i).concept(), c -> ints.size());
            strengths[i] = activations.get(i).strength();
        }
        return new Firing(episode.atMs(), concepts, strengths, episode.reward());
    }
}
