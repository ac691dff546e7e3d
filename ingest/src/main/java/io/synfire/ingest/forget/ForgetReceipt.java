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
import io.synfire.engine.learn.Salt;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What unlearning a context removes, and where that is written down.
 *
 * @param removed what is taken back
 * @param search what was searched for episodes, and what could not be
 * @param appended where the parts are in the log, in their order
 * @param left how many episodes of the context are known and not taken back, since they came meanwhile, or {@value #LEFT_UNKNOWN}:
 *     another has a transaction open in the log before what was appended, which nobody can read until that one ends
 * @param strangers how many episodes retractions in the log name that were not there to be taken back: another took them back as well
 */
public record ForgetReceipt(Removed removed, Search search, List<Appended> appended, long left, long strangers) {

    /** What is left is not known, since what was appended cannot be read back yet. */
    public static final long LEFT_UNKNOWN = -1;

    /**
     * What is taken back.
     *
     * @param episodes how many episodes
     * @param pairs how many impulses they had made
     * @param associations how many directed edges these touched
     * @param evidence Σ|Δ| of them: strength at the slowest horizon
     * @param asOfMs the time that it is decayed to, no earlier than what is taken back
     * @param slowest that horizon
     */
    public record Removed(long episodes, long pairs, long associations, double evidence, long asOfMs, Horizon slowest) {

        Removed plus(Removed other) {
            long latestMs = Math.max(asOfMs, other.asOfMs);
            return new Removed(
                    episodes + other.episodes,
                    pairs + other.pairs,
                    associations + other.associations,
                    evidence * decay(slowest, latestMs - asOfMs)
                            + other.evidence * decay(slowest, latestMs - other.asOfMs),
                    latestMs,
                    slowest);
        }
    }

    /**
     * What was searched for episodes.
     *
     * @param searched ranges of the logs
     * @param unsearched what the memory may have learned of and no log holds any more
     */
    public record Search(List<String> searched, List<String> unsearched) {

        /** Takes unmodifiable copies. */
        public Search {
            searched = List.copyOf(searched);
            unsearched = List.copyOf(unsearched);
        }

        Search plus(Search other) {
            return new Search(joined(searched, other.searched), joined(unsearched, other.unsearched));
        }
    }

    /**
     * A command that was appended.
     *
     * @param source {@code kafka:TOPIC} or {@code file:PATH}
     * @param partition its partition, 0 for a file
     * @param offset its offset, or record number
     * @param eventId the command's own id
     * @param isRepeated whether the memory passes it over, since one of its id came before: it takes nothing back
     * @param latestMs the latest event time of what it takes back, milliseconds since the epoch: a memory that has read it lets it wait until its
     *     watermark is there; -1 where it waits for nothing
     */
    public record Appended(
            String source, int partition, long offset, String eventId, boolean isRepeated, long latestMs) {

        /** One that waits for nothing. */
        public Appended(String source, int partition, long offset, String eventId, boolean isRepeated) {
            this(source, partition, offset, eventId, isRepeated, -1);
        }

        /**
         * The same, of what it takes back.
         *
         * @param untilMs the latest event time of it, milliseconds since the epoch
         * @return one that waits for that time
         */
        public Appended takingBackUpTo(long untilMs) {
            return new Appended(source, partition, offset, eventId, isRepeated, untilMs);
        }

        /**
         * The same, passed over.
         *
         * @return one that takes nothing back
         */
        public Appended repeated() {
            return new Appended(source, partition, offset, eventId, true, latestMs);
        }
    }

    /** Takes an unmodifiable copy. */
    public ForgetReceipt {
        appended = List.copyOf(appended);
    }

    /**
     * How many episodes are taken back.
     *
     * @return at least 0
     */
    public long episodes() {
        return removed.episodes();
    }

    /**
     * Reckons what retractions remove.
     *
     * @param retractions of one context, those that the memory applies
     * @param settings what the memory learned by
     * @param watermarkMs what the evidence is decayed to, unless what is taken back is later
     * @return what they remove
     */
    public static Removed removed(List<Retraction> retractions, LearningSettings settings, long watermarkMs) {
        long asOfMs = watermarkMs;
        for (Retraction retraction : retractions) {
            asOfMs = Math.max(asOfMs, retraction.latestMs());
        }
        Plasticity plasticity = new Plasticity(settings);
        Map<String, Integer> ints = new HashMap<>();
        // Of a large context there are millions. A boxed long's hash is cue ^ target, of which there are few.
        LongOpenHashSet edges = new LongOpenHashSet();
        // Who wrote the context chose its pairs: without this some could be chosen that meet.
        long secret = Salt.draw().hash(0) | 1;
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
                double undecayed = decay(slowest, asOfMs - episode.atMs());
                plasticity.impulses(firing, replay.windowFor(learned), (cue, target, delta) -> {
                    edges.add(((long) cue << Integer.SIZE | target) * secret);
                    evidence[0] += Math.abs(delta) * undecayed;
                    count[1]++;
                });
                replay.add(learned, firing);
                count[0]++;
            }
        }
        return new Removed(count[0], count[1], edges.size(), evidence[0], asOfMs, slowest);
    }

    /**
     * Both, as one.
     *
     * @param other of the same context, from another log
     * @return sums; an association that both touch counts twice
     */
    public ForgetReceipt plus(ForgetReceipt other) {
        return new ForgetReceipt(
                removed.plus(other.removed),
                search.plus(other.search),
                joined(appended, other.appended),
                left < 0 || other.left < 0 ? LEFT_UNKNOWN : left + other.left,
                strangers + other.strangers);
    }

    private static <T> List<T> joined(List<T> some, List<T> others) {
        List<T> all = new ArrayList<>(some);
        all.addAll(others);
        return all;
    }

    private static double decay(Horizon horizon, long ageMs) {
        return horizon.decays() ? Math.pow(2, -(double) ageMs / horizon.halfLifeMs()) : 1;
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
