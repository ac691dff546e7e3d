package io.synfire.engine.learn;

import java.util.Locale;

/**
 * One half-life at which evidence fades. A memory keeps every sum once per horizon: a short one is early long-term
 * potentiation, which a burst fills and hours empty, a long one is late, which practice that is spaced fills (Frey and Morris,
 * "Synaptic tagging and long-term potentiation", 1997).
 *
 * @param halfLifeMs milliseconds until strength has halved, 1 to {@link #HALF_LIFE_MS_MAX}; {@link #NEVER} for no decay
 */
public record Horizon(long halfLifeMs) implements Comparable<Horizon> {

    /** The half-life of a horizon that does not decay; written {@code none}. */
    public static final long NEVER = Long.MAX_VALUE;

    /** The longest half-life that is not {@link #NEVER}, about a thousand years: 32 of them still fit a long. */
    public static final long HALF_LIFE_MS_MAX = 365_000L * 86_400_000L;

    /**
     * Checks the half-life.
     *
     * @throws IllegalArgumentException if it is out of its range
     */
    public Horizon {
        if (halfLifeMs < 1 || (halfLifeMs > HALF_LIFE_MS_MAX && halfLifeMs != NEVER)) {
            throw new IllegalArgumentException("half-life must be 1ms to 365000d, or none: halfLifeMs=" + halfLifeMs);
        }
    }

    /**
     * Reads {@code 30d} or {@code none}.
     *
     * @param text what was given
     * @return the horizon
     * @throws IllegalArgumentException if it is neither
     */
    public static Horizon parse(String text) {
        String trimmed = text.trim().toLowerCase(Locale.ROOT);
        return new Horizon(trimmed.equals("none") ? NEVER : Durations.parseMs("half-lives", trimmed));
    }

    /**
     * Whether strength fades at all.
     *
     * @return false for {@code none}
     */
    public boolean decays() {
        return halfLifeMs != NEVER;
    }

    @Override
    public int compareTo(Horizon other) {
        return Long.compare(halfLifeMs, other.halfLifeMs);
    }

    /** The form that settings, queries and answers use: {@code 30d} or {@code none}. */
    @Override
    public String toString() {
        return decays() ? Durations.format(halfLifeMs) : "none";
    }
}
