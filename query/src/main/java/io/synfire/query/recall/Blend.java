package io.synfire.query.recall;

import io.synfire.engine.learn.Horizon;
import io.synfire.engine.view.MemoryView;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which horizons a question reads, and how much each counts: every sum (S, M, N, O, I and T) is the weighted sum of the horizons' own. One
 * horizon alone is a blend of one part.
 *
 * @param parts at least one
 */
public record Blend(List<Part> parts) {

    /**
     * One horizon of a blend.
     *
     * @param horizon a half-life as settings write it
     * @param weight how much it counts, in (0, 1e6]
     */
    public record Part(String horizon, double weight) {

        /** Checks the weight. */
        public Part {
            if (!(weight > 0) || weight > Limits.WEIGHT_MAX) {
                throw new BadQueryException("a weight of a blend must be above 0 and at most 1e6: horizon=" + horizon
                        + " weight=" + weight);
            }
        }
    }

    /** Takes an unmodifiable copy. */
    public Blend {
        if (parts.isEmpty()) {
            throw new BadQueryException("a blend must name at least one horizon: blend=");
        }
        parts = List.copyOf(parts);
    }

    /**
     * One horizon.
     *
     * @param horizon a half-life as settings write it
     * @return a blend of it alone
     */
    public static Blend of(String horizon) {
        return new Blend(List.of(new Part(horizon, 1)));
    }

    /**
     * Reads what a question names: a horizon, or a blend such as {@code 1h:0.7,30d:0.3}, or neither.
     *
     * @param horizon a half-life, or null
     * @param blend half-lives with weights, or null
     * @return the blend, or null for the slowest horizon
     * @throws BadQueryException if both are given, or a weight is no number
     */
    public static @Nullable Blend chosen(@Nullable String horizon, @Nullable String blend) {
        return chosen("horizon", horizon, blend);
    }

    /**
     * Reads what a question names, where one horizon goes by another name.
     *
     * @param name what one horizon goes by
     * @param horizon a half-life, or null
     * @param blend half-lives with weights, or null
     * @return the blend, or null for the default
     * @throws BadQueryException if both are given, or a weight is no number
     */
    public static @Nullable Blend chosen(String name, @Nullable String horizon, @Nullable String blend) {
        if (horizon != null && blend != null) {
            throw new BadQueryException(
                    "give " + name + " or blend, not both: " + name + "=" + horizon + " blend=" + blend);
        }
        if (blend == null) {
            return horizon == null ? null : of(horizon);
        }
        List<Part> parts = new ArrayList<>();
        for (String part : blend.split(",", -1)) {
            int split = part.indexOf(':');
            if (split < 0) {
                throw new BadQueryException("blend must be such as 1h:0.7,30d:0.3: blend=" + blend);
            }
            parts.add(new Part(
                    part.substring(0, split).trim(), Numbers.number("a weight of a blend", part.substring(split + 1))));
        }
        return new Blend(parts);
    }

    /** The form that questions and answers use: {@code 30d}, or {@code 1h:0.7,30d:0.3}. */
    @Override
    public String toString() {
        if (parts.size() == 1 && parts.get(0).weight() == 1) {
            return parts.get(0).horizon();
        }
        return parts.stream()
                .map(part -> part.horizon() + ":"
                        + BigDecimal.valueOf(part.weight()).stripTrailingZeros().toPlainString())
                .collect(Collectors.joining(","));
    }

    /** The weight of each of a memory's horizons. */
    double[] weights(MemoryView view) {
        double[] weights = new double[view.settings().horizonCount()];
        for (Part part : parts) {
            int horizon = index(view, part.horizon());
            if (weights[horizon] > 0) {
                throw new BadQueryException("a blend must name a horizon once: blend=" + this);
            }
            weights[horizon] = part.weight();
        }
        return weights;
    }

    /** The index of a horizon of a memory. */
    static int index(MemoryView view, String text) {
        List<Horizon> stored = view.settings().halfLives();
        int index;
        try {
            index = stored.indexOf(Horizon.parse(text));
        } catch (IllegalArgumentException e) {
            index = -1;
        }
        if (index < 0) {
            throw new BadQueryException("horizon must be one of " + stored + ": horizon=" + text);
        }
        return index;
    }
}
