package io.synfire.engine;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.Horizon;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.LearningSettings.Normalization;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The reference: the definition of strength, written down as it is read, over plain maps and doubles. It keeps every impulse with
 * its time and weighs them all anew at each read. Shares nothing with the engine but the words.
 */
public final class NaiveMemory {

    /** One impulse of one edge. */
    private record Impulse(long atMs, double delta) {}

    /** Impulses, and what those before were worth when they were last weighed. */
    private static final class Impulses {
        final List<Impulse> recent = new ArrayList<>();
        long settledMs;
        double[] sums = new double[0];
        double[] masses = new double[0];

        void add(Impulse impulse) {
            recent.add(impulse);
        }
    }

    /** A directed edge. */
    public record Edge(String cue, String target) {}

    /** What a context of a partition has seen, and the partition's clock when it last did. */
    private static final class Past {
        final List<Episode> episodes = new ArrayList<>();
        long clockMs;
    }

    private static final Impulses NOTHING = new Impulses();

    private final LearningSettings settings;
    private final Map<Edge, Impulses> edges = new HashMap<>();
    private final Map<String, Impulses> marginals = new HashMap<>();
    private final Map<String, Long> lastMs = new HashMap<>();
    private final Impulses episodes = new Impulses();
    private final Impulses activations = new Impulses();
    private final Impulses repeats = new Impulses();
    private final Map<String, Past> contexts = new HashMap<>();
    private final Map<String, Long> clocks = new HashMap<>();
    private final Map<String, Long> eventIds = new HashMap<>();
    private final Map<String, Long> forgotten = new HashMap<>();
    private final List<Retraction> waiting = new ArrayList<>();
    private final IdentityHashMap<Episode, Integer> originalSizes = new IdentityHashMap<>();
    private long watermarkMs;

    public NaiveMemory(LearningSettings settings) {
        this.settings = settings;
    }

    public void learn(Episode episode) {
        apply("", episode);
    }

    public void apply(String partition, Entry entry) {
        if (entry instanceof Episode episode) {
            learn(partition, episode);
        } else if (entry instanceof Retraction retraction) {
            contexts.remove(partition + '/' + retraction.context());
            waiting.add(retraction);
            takeBackWhatIsDue();
        } else if (entry instanceof Forget forget) {
            forget(forget.concept());
        }
    }

    private void learn(String partition, Episode episode) {
        long clockMs = clocks.getOrDefault(partition, 0L);
        if (episode.eventId() != null) {
            String id = partition + '/' + episode.eventId();
            Long seenMs = eventIds.get(id);
            if (seenMs != null && clockMs - seenMs <= settings.eventIdWindowMs() && settings.eventIdWindowMs() > 0) {
                return;
            }
            eventIds.put(id, Math.max(clockMs, episode.atMs()));
        }
        clockMs = Math.max(clockMs, episode.atMs());
        clocks.put(partition, clockMs);
        watermarkMs = Math.max(watermarkMs, episode.atMs());
        takeBackWhatIsDue();
        episode.activations().forEach(a -> lastMs.merge(a.concept(), episode.atMs(), Math::max));
        List<Episode> past = new ArrayList<>();
        if (episode.context() != null) {
            Past remembered = contexts.computeIfAbsent(partition + '/' + episode.context(), c -> new Past());
            if (clockMs - remembered.clockMs > settings.maxGapMs() + settings.maxLateMs()) {
                remembered.episodes.clear();
            }
            remembered.clockMs = clockMs;
            past = remembered.episodes;
        }
        add(episode, past, 1);
        past.add(episode);
    }

    private void takeBackWhatIsDue() {
        for (Iterator<Retraction> each = waiting.iterator(); each.hasNext(); ) {
            Retraction retraction = each.next();
            if (retraction.latestMs() <= watermarkMs) {
                each.remove();
                takeBack(retraction);
            }
        }
    }

    /** The episodes before fill the window, and those taken back are subtracted; it expires by the clocks that are told, else by times. */
    private void takeBack(Retraction retraction) {
        List<Episode> past = new ArrayList<>();
        long clockMs = 0;
        long lastMs = 0;
        List<Learned> all = new ArrayList<>(retraction.before());
        all.addAll(retraction.takenBack());
        for (int i = 0; i < all.size(); i++) {
            Episode episode = all.get(i).episode();
            clockMs = Math.max(clockMs, Math.max(episode.atMs(), all.get(i).clockMs()));
            if (clockMs - lastMs > settings.maxGapMs() + settings.maxLateMs()) {
                past.clear();
            }
            lastMs = clockMs;
            Episode left = without(episode);
            if (i >= retraction.before().size()) {
                add(left, episode.context() == null ? List.of() : past, -1);
            }
            past.add(left);
        }
    }

    /** An episode as far as it was not forgotten; a concept that is gone keeps its place, in the size of the episode. */
    private Episode without(Episode episode) {
        List<Activation> left = new ArrayList<>();
        for (Activation a : episode.activations()) {
            if (episode.atMs() > forgotten.getOrDefault(a.concept(), -1L)) {
                left.add(a);
            }
        }
        if (left.size() == episode.activations().size()) {
            return episode;
        }
        // An episode needs a concept; this one is in no question.
        left.add(Activation.of("nothing"));
        Episode rest = new Episode(episode.atMs(), episode.context(), left, episode.reward(), null);
        originalSizes.put(rest, episode.activations().size());
        return rest;
    }

    private void forget(String concept) {
        // Only what is known can be forgotten.
        if (!marginals.containsKey(concept)) {
            return;
        }
        forgotten.put(concept, watermarkMs);
        marginals.remove(concept);
        lastMs.remove(concept);
        edges.keySet()
                .removeIf(edge -> edge.cue().equals(concept) || edge.target().equals(concept));
        for (Past past : contexts.values()) {
            past.episodes.replaceAll(episode -> {
                List<Activation> left = new ArrayList<>(episode.activations());
                left.removeIf(a -> a.concept().equals(concept));
                left.add(Activation.of("nothing"));
                return new Episode(episode.atMs(), episode.context(), left, episode.reward(), null);
            });
        }
    }

    private void add(Episode episode, List<Episode> past, int sign) {
        long t = episode.atMs();
        episodes.add(new Impulse(t, sign));
        List<Activation> fired = episode.activations();
        int size = originalSizes.getOrDefault(episode, fired.size());
        double share = settings.normalization() == Normalization.EPISODE ? 1.0 / Math.max(1, size - 1) : 1;
        for (Activation a : fired) {
            marginals.computeIfAbsent(a.concept(), c -> new Impulses()).add(new Impulse(t, sign * a.strength()));
            if (!a.concept().equals("nothing")) {
                activations.add(new Impulse(t, sign * a.strength()));
            }
            for (Activation b : fired) {
                if (!a.concept().equals(b.concept())) {
                    add(a.concept(), b.concept(), t, sign * episode.reward() * a.strength() * b.strength() * share);
                }
            }
        }
        for (int steps = 1; steps <= Math.min(settings.maxSteps(), past.size()); steps++) {
            pair(past.get(past.size() - steps), episode, steps, sign);
        }
    }

    private void pair(Episode past, Episode now, int steps, int sign) {
        long gap = Math.abs(now.atMs() - past.atMs());
        if (gap > settings.maxGapMs()) {
            return;
        }
        boolean inOrder = past.atMs() <= now.atMs();
        Episode earlier = inOrder ? past : now;
        Episode later = inOrder ? now : past;
        for (Activation a : earlier.activations()) {
            for (Activation b : later.activations()) {
                double product = sign * now.reward() * a.strength() * b.strength();
                add(
                        a.concept(),
                        b.concept(),
                        now.atMs(),
                        product * settings.forward() * kernel(gap, steps, settings.tauMs()));
                add(
                        b.concept(),
                        a.concept(),
                        now.atMs(),
                        product * settings.backward() * kernel(gap, steps, settings.tauBackwardMs()));
            }
        }
    }

    private double kernel(long gap, int steps, long tau) {
        return switch (settings.kernel()) {
            case UNIFORM -> 1;
            case EXPONENTIAL -> Math.exp(-(double) gap / tau);
            case RECIPROCAL -> 1.0 / steps;
        };
    }

    private void add(String cue, String target, long atMs, double delta) {
        edges.computeIfAbsent(new Edge(cue, target), e -> new Impulses()).add(new Impulse(atMs, delta));
        if (cue.equals(target) && !cue.equals("nothing")) {
            repeats.add(new Impulse(atMs, delta));
        }
    }

    public long watermarkMs() {
        return watermarkMs;
    }

    public Iterable<Edge> edges() {
        return edges.keySet().stream()
                .filter(edge -> !edge.cue().equals("nothing") && !edge.target().equals("nothing"))
                .toList();
    }

    public Iterable<String> concepts() {
        return marginals.keySet().stream().filter(c -> !c.equals("nothing")).toList();
    }

    public boolean knows(String concept) {
        return marginals.containsKey(concept);
    }

    public long lastActivationMs(String concept) {
        return lastMs.getOrDefault(concept, 0L);
    }

    public double strength(Edge edge, int horizon, long atMs) {
        return decayed(edges.getOrDefault(edge, NOTHING), horizon, atMs, false);
    }

    /** Σ|Δ|, what tolerances are relative to. */
    public double mass(Edge edge, int horizon, long atMs) {
        return decayed(edges.getOrDefault(edge, NOTHING), horizon, atMs, true);
    }

    public double activation(String concept, int horizon, long atMs) {
        return decayed(marginals.getOrDefault(concept, NOTHING), horizon, atMs, false);
    }

    /** Σ M over all concepts, or Σ|x|. */
    public double total(int horizon, long atMs, boolean absolute) {
        return decayed(activations, horizon, atMs, absolute);
    }

    /** Σ S(c→c) over all concepts, or Σ|Δ|. */
    public double repeats(int horizon, long atMs, boolean absolute) {
        return decayed(repeats, horizon, atMs, absolute);
    }

    /** Σ|x|, what tolerances of marginals are relative to. */
    public double activationMass(String concept, int horizon, long atMs) {
        return decayed(marginals.getOrDefault(concept, NOTHING), horizon, atMs, true);
    }

    public double episodes(int horizon, long atMs) {
        return decayed(episodes, horizon, atMs, false);
    }

    /**
     * Keeps of all impulses so far no more than their sums, as of now. For logs too long to keep each: what is read later has been rounded
     * a few times more.
     */
    public void settle() {
        edges.values().forEach(this::settle);
        marginals.values().forEach(this::settle);
        settle(episodes);
        settle(activations);
        settle(repeats);
    }

    private void settle(Impulses impulses) {
        double[] sums = new double[settings.horizonCount()];
        double[] masses = new double[settings.horizonCount()];
        for (int h = 0; h < sums.length; h++) {
            sums[h] = decayed(impulses, h, watermarkMs, false);
            masses[h] = decayed(impulses, h, watermarkMs, true);
        }
        impulses.recent.clear();
        impulses.settledMs = watermarkMs;
        impulses.sums = sums;
        impulses.masses = masses;
    }

    private double decayed(Impulses impulses, int horizon, long atMs, boolean absolute) {
        Horizon half = settings.halfLives().get(horizon);
        double sum = 0;
        for (Impulse impulse : impulses.recent) {
            sum += (absolute ? Math.abs(impulse.delta()) : impulse.delta()) * weight(half, atMs - impulse.atMs());
        }
        if (impulses.sums.length > 0) {
            sum += (absolute ? impulses.masses : impulses.sums)[horizon] * weight(half, atMs - impulses.settledMs);
        }
        return sum;
    }

    private static double weight(Horizon half, long ageMs) {
        return half.decays() ? Math.pow(0.5, (double) ageMs / half.halfLifeMs()) : 1;
    }
}
