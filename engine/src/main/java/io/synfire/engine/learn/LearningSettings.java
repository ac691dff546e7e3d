package io.synfire.engine.learn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything that decides what a log is learned as. Written into a store when it is created; a memory means the same only
 * under the settings it was learned with.
 *
 * @param halfLives the horizons, fastest first, 1 to {@value #HORIZONS_MAX}, no two alike
 * @param kernel how an impulse falls with the gap inside a context
 * @param tauMs time constant of {@link Kernel.Shape#EXPONENTIAL} for the forward edge, milliseconds
 * @param tauBackwardMs the same for the backward edge
 * @param maxGapMs activations of a context pair up to this many milliseconds apart
 * @param maxSteps and up to this many episodes apart, 0 to {@value #STEPS_MAX}
 * @param forward gain of the earlier to later edge
 * @param backward gain of the later to earlier edge; negative for spike timing's depression
 * @param normalization what an episode's own pairs are divided by
 * @param maxConcepts an episode with more activations is not learned (its pairs grow as the square)
 * @param maxAssociations how many of its strongest edges a cue keeps; 0 is unbounded
 * @param forgetBelow associations weaker than this at every horizon are hidden; 0 is off
 * @param maxAheadMs how far an episode's time may lie after the time of its source, milliseconds
 * @param maxLateMs an episode of a context finds its window as long as it comes at most this late, milliseconds
 * @param eventIdWindowMs how long an event id is remembered, milliseconds of its partition's clock; 0 is off
 */
public record LearningSettings(
        List<Horizon> halfLives,
        Kernel.Shape kernel,
        long tauMs,
        long tauBackwardMs,
        long maxGapMs,
        int maxSteps,
        double forward,
        double backward,
        Normalization normalization,
        int maxConcepts,
        int maxAssociations,
        double forgetBelow,
        long maxAheadMs,
        long maxLateMs,
        long eventIdWindowMs) {

    /** The most horizons one store keeps; each adds four bytes an edge. */
    public static final int HORIZONS_MAX = 8;

    /** The most steps a context window reaches back. */
    public static final int STEPS_MAX = 1000;

    /** The largest absolute gain; with the bounds on strength and reward it keeps every sum inside a float32. */
    public static final double GAIN_MAX = 1000;

    /** As JSON writes it: Java would take {@code 0x1p-1} and {@code 1d}, too. */
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,100}(\\.[0-9]{1,100})?([eE][+-]?[0-9]{1,4})?");

    /** What an episode's own pairs are divided by. */
    public enum Normalization {
        /** Nothing: every pair counts 1. */
        NONE,
        /** n - 1, so that an activation hands out as much in a large basket as in a small one. */
        EPISODE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The keys of the settings, in the order in which they are shown. */
    public static final Set<String> KEYS = Defaults.keys();

    /** These decide what an episode is worth, and not which episodes are learned and in which window they meet. */
    private static final Set<String> OF_WORTH = Set.of(
            "half-lives",
            "kernel",
            "tau",
            "tau-backward",
            "forward",
            "backward",
            "normalization",
            "max-associations",
            "forget.below");

    /**
     * Checks every range.
     *
     * @throws IllegalArgumentException if one is violated; the message names the rule, then the value
     */
    public LearningSettings {
        halfLives = halfLives.stream().sorted().toList();
        require(!halfLives.isEmpty() && halfLives.size() <= HORIZONS_MAX, "half-lives must be 1 to 8", halfLives);
        require(halfLives.stream().distinct().count() == halfLives.size(), "half-lives must differ", halfLives);
        require(
                tauMs >= 1 && tauBackwardMs >= 1,
                "tau and tau-backward must be at least 1ms",
                tauMs + "," + tauBackwardMs);
        require(maxGapMs >= 0, "max-gap must be at least 0ms", maxGapMs);
        require(maxSteps >= 0 && maxSteps <= STEPS_MAX, "max-steps must be 0 to 1000", maxSteps);
        require(Math.abs(forward) <= GAIN_MAX, "forward must be in [-1000, 1000]", forward);
        require(Math.abs(backward) <= GAIN_MAX, "backward must be in [-1000, 1000]", backward);
        require(maxConcepts >= 1, "max-concepts must be at least 1", maxConcepts);
        require(maxAssociations >= 0, "max-associations must be at least 0", maxAssociations);
        require(forgetBelow >= 0 && Double.isFinite(forgetBelow), "forget.below must be at least 0", forgetBelow);
        require(maxAheadMs >= 0, "max-ahead must be at least 0ms", maxAheadMs);
        require(maxLateMs >= 0, "max-late must be at least 0ms", maxLateMs);
        require(eventIdWindowMs >= 0, "event-id-window must be at least 0ms", eventIdWindowMs);
    }

    /**
     * The defaults.
     *
     * @return settings with nothing given
     */
    public static LearningSettings defaults() {
        return parse(Map.of());
    }

    /**
     * Reads settings by their keys. What is not given takes the preset's value ({@code rule: hebb} or {@code stdp}), else the
     * default.
     *
     * @param given values by key, such as {@code half-lives: 1h,30d}
     * @return the settings
     * @throws IllegalArgumentException if a key is unknown or a value is out of its range
     */
    public static LearningSettings parse(Map<String, String> given) {
        for (String key : given.keySet()) {
            require(KEYS.contains(key) || key.equals("rule"), "unknown learning setting", key);
        }
        Map<String, String> values = Defaults.under(given.get("rule"));
        values.putAll(given);
        String tau = value(values, "tau");
        List<Horizon> halfLives = new ArrayList<>();
        for (String text :
                value(values, "half-lives").replaceAll("[\\[\\]]", "").split(",", -1)) {
            halfLives.add(Horizon.parse(text));
        }
        return new LearningSettings(
                halfLives,
                choice("kernel", value(values, "kernel"), Kernel.Shape.class),
                Durations.parseMs("tau", tau),
                Durations.parseMs("tau-backward", values.getOrDefault("tau-backward", tau)),
                Durations.parseMs("max-gap", value(values, "max-gap")),
                whole("max-steps", value(values, "max-steps")),
                number("forward", value(values, "forward")),
                number("backward", value(values, "backward")),
                choice("normalization", value(values, "normalization"), Normalization.class),
                whole("max-concepts", value(values, "max-concepts")),
                whole("max-associations", value(values, "max-associations")),
                number("forget.below", value(values, "forget.below")),
                Durations.parseMs("max-ahead", value(values, "max-ahead")),
                Durations.parseMs("max-late", value(values, "max-late")),
                Durations.parseMs("event-id-window", value(values, "event-id-window")));
    }

    /**
     * All settings by key, the preset resolved; {@link #parse} reads them back to equal settings.
     *
     * @return values by key, in the order of {@link #KEYS}
     */
    public Map<String, String> toMap() {
        Map<String, String> map = new LinkedHashMap<>();
        map.put(
                "half-lives",
                String.join(",", halfLives.stream().map(Horizon::toString).toList()));
        map.put("kernel", kernel.toString());
        map.put("tau", Durations.format(tauMs));
        map.put("tau-backward", Durations.format(tauBackwardMs));
        map.put("max-gap", Durations.format(maxGapMs));
        map.put("max-steps", Integer.toString(maxSteps));
        map.put("forward", Double.toString(forward));
        map.put("backward", Double.toString(backward));
        map.put("normalization", normalization.toString());
        map.put("max-concepts", Integer.toString(maxConcepts));
        map.put("max-associations", Integer.toString(maxAssociations));
        map.put("forget.below", Double.toString(forgetBelow));
        map.put("max-ahead", Durations.format(maxAheadMs));
        map.put("max-late", Durations.format(maxLateMs));
        map.put("event-id-window", Durations.format(eventIdWindowMs));
        return map;
    }

    /**
     * These settings with some of them changed; a preset ({@code rule}) changes what it sets. Keys that were not given stay.
     *
     * @param given values by key as a caller gave them
     * @return the changed settings
     * @throws IllegalArgumentException if a key is unknown or a value is out of its range
     */
    public LearningSettings changedBy(Map<String, String> given) {
        Map<String, String> merged = toMap();
        if (given.containsKey("rule")) {
            merged.putAll(Defaults.preset(given.get("rule")));
        }
        merged.putAll(given);
        if (given.containsKey("tau") && !given.containsKey("tau-backward")) {
            merged.remove("tau-backward");
        }
        merged.remove("rule");
        return parse(merged);
    }

    /**
     * Whether by other settings the same episodes are learned, in the same windows, whatever they are worth then.
     *
     * @param other other settings
     * @return true if they differ in nothing but half-lives, kernels, gains, normalization and what is kept of a row
     */
    public boolean learnsTheSame(LearningSettings other) {
        return OF_WORTH.containsAll(differences(other.toMap()).keySet());
    }

    /**
     * What a caller asked for and these settings do not hold. Keys that were not given do not differ.
     *
     * @param given values by key as a caller gave them
     * @return per differing key {@code stored -> given}; empty if nothing differs
     * @throws IllegalArgumentException if a given value is not readable
     */
    public Map<String, String> differences(Map<String, String> given) {
        Map<String, String> asked = changedBy(given).toMap();
        Map<String, String> differences = new LinkedHashMap<>();
        toMap().forEach((key, value) -> {
            String other = asked.get(key);
            if (!value.equals(other)) {
                differences.put(key, value + " -> " + other);
            }
        });
        return differences;
    }

    /**
     * How many horizons there are.
     *
     * @return 1 to {@value #HORIZONS_MAX}
     */
    public int horizonCount() {
        return halfLives.size();
    }

    /**
     * How long a context is remembered: its window expires when its partition's clock has moved on by more than this since it
     * last fired. Of an episode that comes at most {@code max-late} late no pair is lost by that.
     *
     * @return milliseconds
     */
    public long contextLifeMs() {
        return maxGapMs + maxLateMs;
    }

    /**
     * The index of the slowest horizon, which queries use by default.
     *
     * @return the last index of {@link #halfLives()}
     */
    public int slowest() {
        return halfLives.size() - 1;
    }

    private static String value(Map<String, String> values, String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalStateException("a learning setting has no default: key=" + key);
        }
        return value.trim();
    }

    private static int whole(String name, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be a whole number: " + name + "=" + text, e);
        }
    }

    private static double number(String name, String text) {
        double value = NUMBER.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(name + " must be a number such as 0.5 or 1e-3: " + name + "=" + text);
        }
        return value;
    }

    private static <E extends Enum<E>> E choice(String name, String text, Class<E> type) {
        for (E constant : type.getEnumConstants()) {
            if (constant.toString().equalsIgnoreCase(text)) {
                return constant;
            }
        }
        throw new IllegalArgumentException(
                name + " must be one of " + List.of(type.getEnumConstants()) + ": " + name + "=" + text);
    }

    private static void require(boolean holds, String rule, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ": value=" + value);
        }
    }

    /** What is not given. */
    private static final class Defaults {

        private Defaults() {}

        static Set<String> keys() {
            Set<String> keys = new LinkedHashSet<>();
            for (String key : under(null).keySet()) {
                keys.add(key);
                if (key.equals("tau")) {
                    // Its default is that of tau.
                    keys.add("tau-backward");
                }
            }
            return Collections.unmodifiableSet(keys);
        }

        static Map<String, String> under(@Nullable String rule) {
            Map<String, String> values = new LinkedHashMap<>();
            values.put("half-lives", "30d");
            values.put("kernel", "reciprocal");
            values.put("tau", "10m");
            values.put("max-gap", "30m");
            values.put("max-steps", "15");
            values.put("forward", "1");
            values.put("backward", "0.5");
            values.put("normalization", "none");
            values.put("max-concepts", "200");
            values.put("max-associations", "4096");
            values.put("forget.below", "0");
            values.put("max-ahead", "10m");
            values.put("max-late", "1d");
            values.put("event-id-window", "1d");
            values.putAll(preset(rule));
            return values;
        }

        static Map<String, String> preset(@Nullable String rule) {
            if (rule == null) {
                return Map.of();
            }
            return switch (rule.trim().toLowerCase(Locale.ROOT)) {
                case "hebb" -> Map.of("backward", "1");
                case "stdp" -> Map.of("backward", "-0.5", "kernel", "exponential", "tau", "10m");
                default -> throw new IllegalArgumentException("rule must be hebb or stdp: rule=" + rule);
            };
        }
    }
}
