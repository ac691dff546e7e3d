package io.synfire.ingest.forget;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.LearningSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a partition must have taught without one of its contexts, by the definition: for each pair what it is worth, with the reciprocal kernel
 * and no decay. What that context did count for is when others count as sent again, and how the clock moves.
 */
final class NaivePartition {

    private final LearningSettings settings;
    private final String without;
    private final Map<String, Long> clockById = new HashMap<>();
    private final Map<String, List<Episode>> pasts = new HashMap<>();
    private final Map<String, Long> pastClocks = new HashMap<>();
    private final Set<String> commands = new HashSet<>();
    private long clockMs;

    final Map<String, Map<String, Double>> worth = new HashMap<>();
    final Map<String, Double> mass = new HashMap<>();
    double absolute;
    long episodes;

    /** How many of the context without which this is were learned, and not taken back. */
    long own;

    NaivePartition(LearningSettings settings, String without) {
        this.settings = settings;
        this.without = without;
    }

    void take(Entry entry) {
        if (entry instanceof Episode episode) {
            learn(episode);
        } else if (entry instanceof Retraction retraction) {
            // Here all come within the window of ids.
            if (retraction.eventId() != null && !commands.add(retraction.eventId())) {
                return;
            }
            for (Learned learned : retraction.takenBack()) {
                clockById.remove(String.valueOf(learned.episode().eventId()));
                if (without.equals(retraction.context())) {
                    own--;
                } else if (retraction.context() == null) {
                    add(learned.episode(), List.of(), -1);
                } else {
                    throw new IllegalArgumentException("only the one context is taken back here");
                }
            }
        }
    }

    private void learn(Episode episode) {
        String id = String.valueOf(episode.eventId());
        if (episode.eventId() != null && settings.eventIdWindowMs() > 0) {
            Long seenMs = clockById.get(id);
            if (seenMs != null && Math.max(clockMs, episode.atMs()) - seenMs <= settings.eventIdWindowMs()) {
                return;
            }
        }
        clockMs = Math.max(clockMs, episode.atMs());
        if (episode.eventId() != null) {
            clockById.put(id, clockMs);
        }
        String context = episode.context();
        if (context == null) {
            add(episode, List.of(), 1);
        } else if (context.equals(without)) {
            own++;
        } else {
            List<Episode> past = pasts.computeIfAbsent(context, key -> new ArrayList<>());
            if (clockMs - pastClocks.getOrDefault(context, 0L) > settings.maxGapMs() + settings.maxLateMs()) {
                past.clear();
            }
            pastClocks.put(context, clockMs);
            add(episode, past, 1);
            past.add(episode);
        }
    }

    private void add(Episode episode, List<Episode> past, int sign) {
        episodes += sign;
        for (Activation one : episode.activations()) {
            mass.merge(one.concept(), sign * one.strength(), Double::sum);
            for (Activation other : episode.activations()) {
                if (!one.equals(other)) {
                    add(one.concept(), other.concept(), sign * episode.reward() * one.strength() * other.strength());
                }
            }
        }
        for (int steps = 1; steps <= Math.min(settings.maxSteps(), past.size()); steps++) {
            Episode before = past.get(past.size() - steps);
            if (Math.abs(episode.atMs() - before.atMs()) > settings.maxGapMs()) {
                continue;
            }
            boolean isLate = episode.atMs() < before.atMs();
            for (Activation one : before.activations()) {
                for (Activation other : episode.activations()) {
                    double delta = sign * episode.reward() * one.strength() * other.strength() / steps;
                    add(one.concept(), other.concept(), delta * (isLate ? settings.backward() : settings.forward()));
                    add(other.concept(), one.concept(), delta * (isLate ? settings.forward() : settings.backward()));
                }
            }
        }
    }

    private void add(String cue, String target, double delta) {
        worth.computeIfAbsent(cue, key -> new HashMap<>()).merge(target, delta, Double::sum);
        absolute += Math.abs(delta);
    }
}
