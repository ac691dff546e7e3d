package io.synfire.query.recall;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * How recall weighs what it reads: settings of the reader, none of which changes what is stored.
 *
 * <p>The score of a concept b is first {@code Σ_cues w_c · S(c→b)/M(c)^α / M(b)^β}; then, {@code hops} − 1 times, the strongest few pass
 * on δ times their activation over their outgoing mass. The defaults were found on the last part of the training data of two sets of
 * clicks; {@code evaluate --search} finds them anew.
 *
 * <p>How readily a cue comes again is estimated in three steps, since one concept's own evidence is scarce: the rate of a concept,
 * S(c→c)/M(c), counts as if it had been seen {@link #selfPrior} activations longer at the rate of the cues at hand. That is the rate of
 * the whole memory, R = Σ S(c→c)/Σ M(c), for cues in no order; of n cues in order, r of which had come before, it is
 * {@code τ · (R + r) / (τ + n − 1)}: more with every cue that comes twice, less with every one that does not. This is what tells apart
 * data in which nothing comes twice from data in which much does. It is shrinkage towards a common mean as in James and Stein,
 * "Estimation with quadratic loss" (1961).
 *
 * @param cueExponent α in [0, 2]: 1 makes rates of the evidence of a cue, 0 lets frequent cues count more
 * @param popularity β in [-2, 2]: what is taken off concepts that are active anyway
 * @param spread δ in [0, 10]: how much of its activation a concept passes on; 0 is none
 * @param fanOut how many concepts pass activation on at each hop, 0 to 1000
 * @param hops 1 is direct association alone, up to {@value Limits#HOPS_MAX}
 * @param shrinkage k in S/(S + k), at least 0: evidence below about k counts less
 * @param recency of ordered cues, n steps back weighs 1/n^recency; in [0, 10]
 * @param self weight of a cue's association with itself, in [0, 1000]
 * @param selfPrior κ, at least 0 activations: how firmly a concept's own rate is held to that of the cues
 * @param selfCues τ, above 0 cues: how slowly the cues' rate falls with cues that come but once; τ of them after the first halve it
 * @param selfRecency the recency of ordered cues where they stand for themselves; in [0, 10]
 * @param hubMax a cue with more associations counts with its {@value Limits#HUB_STRONGEST} strongest alone, and all that are as strong as the
 *     last of them, and whatever else has more passes nothing on, since it says next to nothing to each; at least 1. Rows are kept below
 *     the default, unless {@code max-associations} is raised
 * @param associationsMax the most associations one answer is made of, at least 1; what is asked about one concept or a pair reads
 *     their rows whole
 */
public record RecallSettings(
        double cueExponent,
        double popularity,
        double spread,
        int fanOut,
        int hops,
        double shrinkage,
        double recency,
        double self,
        double selfPrior,
        double selfCues,
        double selfRecency,
        int hubMax,
        int associationsMax) {

    private static final Map<String, String> DEFAULTS = defaultValues();

    /** The keys of the settings, in the order in which they are shown. */
    public static final Set<String> KEYS = DEFAULTS.keySet();

    /**
     * Checks every range.
     *
     * @throws IllegalArgumentException if one is violated; the message names the rule, then the value
     */
    public RecallSettings {
        Limits.require("recall.cue-exponent", cueExponent, 0, 2);
        Limits.requirePopularity("recall.popularity", popularity);
        Limits.require("recall.spread", spread, 0, 10);
        Limits.require("recall.fan-out", fanOut, 0, Limits.FAN_OUT_MAX);
        Limits.requireHops("recall.hops", hops);
        Limits.requireShrinkage("recall.shrinkage", shrinkage);
        Limits.require("recall.recency", recency, 0, 10);
        Limits.requireSelf("recall.self", self);
        Limits.require("recall.self-prior", selfPrior, 0, 1e9);
        Limits.require("recall.self-cues", selfCues, 1e-3, 1e9);
        Limits.require("recall.self-recency", selfRecency, 0, 10);
        Limits.require("recall.hub-max", hubMax, 1, Integer.MAX_VALUE);
        Limits.require("recall.associations-max", associationsMax, 1, Integer.MAX_VALUE);
    }

    /**
     * The defaults.
     *
     * @return settings with nothing given
     */
    public static RecallSettings defaults() {
        return parse(Map.of());
    }

    /**
     * Reads settings by their keys; what is not given is the default.
     *
     * @param given values by key, such as {@code recall.popularity: 0.2}; other keys are refused
     * @return the settings
     * @throws IllegalArgumentException if a key is unknown or a value is out of its range
     */
    public static RecallSettings parse(Map<String, String> given) {
        for (String key : given.keySet()) {
            if (!KEYS.contains(key)) {
                throw new BadQueryException("unknown recall setting: setting=" + key);
            }
        }
        Map<String, String> values = new LinkedHashMap<>(DEFAULTS);
        values.putAll(given);
        return new RecallSettings(
                number(values, "recall.cue-exponent"),
                number(values, "recall.popularity"),
                number(values, "recall.spread"),
                whole(values, "recall.fan-out"),
                whole(values, "recall.hops"),
                number(values, "recall.shrinkage"),
                number(values, "recall.recency"),
                number(values, "recall.self"),
                number(values, "recall.self-prior"),
                number(values, "recall.self-cues"),
                number(values, "recall.self-recency"),
                whole(values, "recall.hub-max"),
                whole(values, "recall.associations-max"));
    }

    /** These, but for what a question says otherwise. */
    RecallSettings overriddenBy(RecallQuery query) {
        Integer askedHops = query.hops();
        Double askedPopularity = query.popularity();
        Double askedShrinkage = query.shrinkage();
        Double askedSelf = query.self();
        return new RecallSettings(
                cueExponent,
                askedPopularity == null ? popularity : askedPopularity,
                spread,
                fanOut,
                askedHops == null ? hops : askedHops,
                askedShrinkage == null ? shrinkage : askedShrinkage,
                recency,
                askedSelf == null ? self : askedSelf,
                selfPrior,
                selfCues,
                selfRecency,
                hubMax,
                associationsMax);
    }

    private static Map<String, String> defaultValues() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("recall.cue-exponent", "0.75");
        values.put("recall.popularity", "0.2");
        values.put("recall.spread", "0.6");
        values.put("recall.fan-out", "30");
        values.put("recall.hops", "2");
        values.put("recall.shrinkage", "0");
        values.put("recall.recency", "2");
        values.put("recall.self", "1");
        values.put("recall.self-prior", "100");
        values.put("recall.self-cues", "3");
        values.put("recall.self-recency", "1.5");
        values.put("recall.hub-max", "4096");
        values.put("recall.associations-max", "1000000");
        return values;
    }

    private static double number(Map<String, String> values, String key) {
        return Numbers.number(key, values.getOrDefault(key, ""));
    }

    private static int whole(Map<String, String> values, String key) {
        return Numbers.whole(key, values.getOrDefault(key, ""));
    }
}
