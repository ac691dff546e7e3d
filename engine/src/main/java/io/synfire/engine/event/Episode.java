package io.synfire.engine.event;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One record of the log: concepts that fired together, at one time, optionally in a context.
 *
 * <p>A concept listed twice fires once, at its largest strength; the order of first mention is kept. Instances are immutable
 * and may be shared between threads.
 *
 * @param atMs event time, milliseconds since the epoch, in [0, {@value #AT_MS_MAX}]
 * @param context the key inside which activations of different episodes may pair, or null for none; at most
 *     {@value #CONTEXT_BYTES_MAX} bytes
 * @param activations what fired, at least one, no concept twice
 * @param reward factor on every impulse of the episode, in [-1e6, 1e6]; 1 is the usual value; marginals do not see it
 * @param eventId the producer's own id of this event, or null for none
 */
public record Episode(
        long atMs, @Nullable String context, List<Activation> activations, double reward, @Nullable String eventId)
        implements Entry {

    /** 9999-12-31T23:59:59.999Z, the last moment that ISO-8601 writes with four digits of year. */
    public static final long AT_MS_MAX = 253_402_300_799_999L;

    /** The longest context key and event id, in bytes of UTF-8. */
    public static final int CONTEXT_BYTES_MAX = 512;

    /** The largest absolute reward. */
    public static final double REWARD_MAX = 1e6;

    /**
     * Checks all values and folds repeated concepts.
     *
     * @throws IllegalArgumentException if one is out of its range; the message names the rule, then the value
     */
    public Episode {
        if (atMs < 0 || atMs > AT_MS_MAX) {
            throw new IllegalArgumentException("at must be within 1970-01-01 and 9999-12-31: at=" + atMs);
        }
        if (context != null) {
            Ids.require("context", context, CONTEXT_BYTES_MAX);
        }
        if (eventId != null) {
            Ids.require("eventId", eventId, CONTEXT_BYTES_MAX);
        }
        if (!(Math.abs(reward) <= REWARD_MAX)) {
            throw new IllegalArgumentException("reward must be in [-1e6, 1e6]: reward=" + reward);
        }
        if (activations.isEmpty()) {
            throw new IllegalArgumentException("concepts must hold at least one: concepts=[]");
        }
        activations = distinct(activations);
    }

    /**
     * An episode without context, at the usual strengths and reward.
     *
     * @param atMs event time, milliseconds since the epoch
     * @param concepts ids of what fired together
     * @return the episode
     */
    public static Episode of(long atMs, String... concepts) {
        return new Episode(
                atMs, null, List.of(concepts).stream().map(Activation::of).toList(), 1, null);
    }

    @Override
    public long pairs() {
        return (long) activations.size() * (activations.size() - 1);
    }

    @Override
    public long inContext() {
        return context == null ? 0 : activations.size();
    }

    private static List<Activation> distinct(List<Activation> activations) {
        Map<String, Activation> strongest = new LinkedHashMap<>(activations.size() * 2);
        for (Activation activation : activations) {
            strongest.merge(activation.concept(), activation, (a, b) -> a.strength() >= b.strength() ? a : b);
        }
        return List.copyOf(strongest.values());
    }
}
