package io.synfire.engine;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.Horizon;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.LearningSettings.Normalization;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The reference: the definition of strength, written down as it is read, over plain maps and doubles. It keeps every impulse with
 * its time and weighs them all anew at each read. Shares nothing with the engine but the words.
 */
public final class NaiveMemory {

    /** One impulse of one edge. */
    private record Impulse(long atMs, double delta) {}

    /** A directed edge. */
    public record Edge(String cue, String target) {}

    private final LearningSettings settings;
    private final Map<Edge, List<Impulse>> edges = new HashMap<>();
    private final Map<String, List<Impulse>> marginals = new HashMap<>();
    private final List<Impulse> episodes = new ArrayList<>();
    private final Map<String, List<Episode>> contexts = new HashMap<>();
    private long watermarkMs;

    public NaiveMemory(LearningSettings settings) {
        this.settings = settings;
    }

    public void learn(Episode episode) {
        long t = episode.atMs();
        watermarkMs = Math.max(watermarkMs, t);
        episodes.add(new Impulse(t, 1));
        List<Activation> fired = episode.activations();
        double share = settings.normalization() == Normalization.EPISODE ? 1.0 / Math.max(1, fired.size() - 1) : 1;
        for (Activation a : fired) {
            marginals.computeIfAbsent(a.concept(), c -> new ArrayList<>()).add(new Impulse(t, a.strength()));
            for (Activation b : fired) {
                if (!a.concept().equals(b.concept())) {
                    add(a.concept(), b.concept(), t, episode.reward() * a.strength() * b.strength() * share);
                }
            }
        }
        if (episode.context() != null) {
            List<Episode> past = contexts.computeIfAbsent(episode.context(), c -> new ArrayList<>());
            for (int steps = 1; steps <= Math.min(settings.maxSteps(), past.size()); steps++) {
                pair(past.get(past.size() - steps), episode, steps);
            }
            past.add(episode);
        }
    }

    private void pair(Episode past, Episode now, int steps) {
        long gap = Math.abs(now.atMs() - past.atMs());
        if (gap > settings.maxGapMs()) {
            return;
        }
        boolean inOrder = past.atMs() <= now.atMs();
        Episode earlier = inOrder ? past : now;
        Episode later = inOrder ? now : past;
        for (Activation a : earlier.activations()) {
            for (Activation b : later.activations()) {
                double product = now.reward() * a.strength() * b.strength();
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
        edges.computeIfAbsent(new Edge(cue, target), e -> new ArrayList<>()).add(new Impulse(atMs, delta));
    }

    public long watermarkMs() {
        return watermarkMs;
    }

    public Iterable<Edge> edges() {
        return edges.keySet();
    }

    public Iterable<String> concepts() {
        return marginals.keySet();
    }

    public double strength(Edge edge, int horizon, long atMs) {
        return decayed(edges.getOrDefault(edge, List.of()), horizon, atMs, false);
    }

    /** Σ|Δ|, what tolerances are relative to. */
    public double mass(Edge edge, int horizon, long atMs) {
        return decayed(edges.getOrDefault(edge, List.of()), horizon, atMs, true);
    }

    public double activation(String concept, int horizon, long atMs) {
        return decayed(marginals.getOrDefault(concept, List.of()), horizon, atMs, false);
    }

    public double episodes(int horizon, long atMs) {
        return decayed(episodes, horizon, atMs, false);
    }

    private double decayed(List<Impulse> impulses, int horizon, long atMs, boolean absolute) {
        Horizon half = settings.halfLives().get(horizon);
        double sum = 0;
        for (Impulse impulse : impulses) {
            double weight = half.decays() ? Math.pow(0.5, (double) (atMs - impulse.atMs()) / half.halfLifeMs()) : 1;
            sum += (absolute ? Math.abs(impulse.delta()) : impulse.delta()) * weight;
        }
        return sum;
    }
}
