package io.synfire.query.recall;

import io.synfire.engine.NaiveMemory;
import io.synfire.engine.NaiveMemory.Edge;
import io.synfire.engine.learn.Horizon;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The reference: recall as {@link RecallSettings} documents it, written down as it is read, over plain maps of ids. Shares nothing with
 * recall but the words. Used for one question.
 *
 * <p>The engine's sums are right to {@value #TOLERANCE} of the absolute evidence they were made of. So every value carries the size of
 * what it was made of through every formula, and with it what it may be off by. Where recall decides between two (the edge of the
 * fan-out, min-support), and they are closer than that, it may rightly decide otherwise: that is a {@link #doubt}.
 */
final class NaiveRecall {

    private static final double TOLERANCE = 2e-5;

    /** So little of a sum of doubles that roundings may be all of it, and how many times what fades it must be. */
    private static final double NEARLY_CANCELLED = 1e-6;

    private static final double SOUND = 1e6;

    /** A value, and the size of what it was made of. */
    record Sum(double value, double size) {

        static final Sum NOTHING = new Sum(0, 0);

        Sum plus(Sum other) {
            return new Sum(value + other.value, size + other.size);
        }

        Sum times(double factor) {
            return new Sum(value * factor, size * Math.abs(factor));
        }

        Sum times(Sum other) {
            return new Sum(value * other.value, Math.abs(value) * other.size + size * Math.abs(other.value));
        }

        /** What the engine may be off by. */
        double error() {
            return TOLERANCE * size;
        }
    }

    /** One way to a concept. */
    record Way(int hop, String via, Sum amount) {}

    /** All evidence of a memory at one time, the horizons blended. */
    static final class Evidence {
        final Map<String, Map<String, Sum>> rows = new TreeMap<>();
        final Map<String, Double> masses = new HashMap<>();
        final double repeatRate;
        private final List<Horizon> horizons;
        private final double[] weights;
        private final long waitedMs;
        private final double faded;
        private boolean isNearlyCancelled;

        /** Reads at a time; weights are those of the horizons. */
        Evidence(NaiveMemory memory, List<Horizon> horizons, double[] weights, long atMs) {
            this.horizons = horizons;
            this.weights = weights;
            this.waitedMs = atMs - memory.watermarkMs();
            // Below 2^-100 of a unit at some watermark, a sum is nothing from then on.
            this.faded = 0x1p-99 * blended(this::sinceWatermark);
            for (Edge edge : memory.edges()) {
                double strength = blended(h -> memory.strength(edge, h, atMs));
                double size = blended(h -> memory.mass(edge, h, atMs)) + faded / TOLERANCE;
                rows.computeIfAbsent(edge.cue(), cue -> new TreeMap<>()).put(edge.target(), new Sum(strength, size));
            }
            for (String concept : memory.concepts()) {
                double mass = blended(h -> memory.activation(concept, h, atMs));
                masses.put(concept, ofDoubles(mass, blended(h -> memory.activationMass(concept, h, atMs))));
            }
            double repeats = ofDoubles(
                    blended(h -> memory.repeats(h, atMs, false)), blended(h -> memory.repeats(h, atMs, true)));
            double total =
                    ofDoubles(blended(h -> memory.total(h, atMs, false)), blended(h -> memory.total(h, atMs, true)));
            repeatRate = repeats > 0 && total > 0 ? repeats / total : 0;
        }

        private interface ByHorizon {
            double read(int horizon);
        }

        private double blended(ByHorizon sums) {
            double sum = 0;
            for (int h = 0; h < weights.length; h++) {
                sum += weights[h] == 0 ? 0 : weights[h] * sums.read(h);
            }
            return sum;
        }

        private double sinceWatermark(int h) {
            Horizon half = horizons.get(h);
            return half.decays() ? Math.pow(0.5, (double) waitedMs / half.halfLifeMs()) : 1;
        }

        /** A sum that the engine keeps as a double: its error is nothing, unless it is all that is left. */
        private double ofDoubles(double sum, double size) {
            isNearlyCancelled |= size > faded && Math.abs(sum) < NEARLY_CANCELLED * size + SOUND * faded;
            return Math.abs(sum) > faded ? sum : 0;
        }

        Map<String, Sum> row(String cue) {
            return rows.getOrDefault(cue, Map.of());
        }

        double mass(String concept) {
            return masses.getOrDefault(concept, 0.0);
        }
    }

    private final Evidence evidence;
    private final RecallSettings settings;
    private final RecallQuery query;
    private final double popularity;
    private final double shrinkage;
    private final double self;
    private final Map<String, Sum> scores = new HashMap<>();
    private final Map<String, List<Way>> ways = new HashMap<>();
    private final List<String> unknown = new ArrayList<>();
    private @Nullable String doubt;

    NaiveRecall(Evidence evidence, RecallSettings settings, RecallQuery query) {
        this.evidence = evidence;
        this.settings = settings;
        this.query = query;
        this.popularity = or(query.popularity(), settings.popularity());
        this.shrinkage = or(query.shrinkage(), settings.shrinkage());
        this.self = or(query.self(), settings.self());
        if (evidence.isNearlyCancelled) {
            doubt("nearly all of a concept was taken back");
        }
        Integer asked = query.hops();
        int hops = asked == null ? settings.hops() : asked;
        Map<String, Sum> last = fromCues();
        reached(last);
        for (int hop = 2; hop <= hops; hop++) {
            Map<String, Sum> next = new HashMap<>();
            for (Map.Entry<String, Sum> via : strongest(last).entrySet()) {
                passOn(via.getKey(), via.getValue(), hop, next);
            }
            reached(next);
            last = next;
        }
    }

    /** Why recall may rightly decide otherwise, or null. */
    @Nullable
    String doubt() {
        return doubt;
    }

    List<String> unknown() {
        return unknown;
    }

    /** Those that were heard of. */
    List<String> cues() {
        return query.cues().stream()
                .map(RecallQuery.Cue::concept)
                .filter(evidence.masses::containsKey)
                .toList();
    }

    /** The score of whatever was reached and is shown; some may be 0 or less. */
    Map<String, Sum> shown() {
        Map<String, Sum> shown = new HashMap<>(scores);
        Set<String> candidates = query.candidates();
        shown.keySet()
                .removeIf(id -> query.exclude().contains(id)
                        || (candidates != null && !candidates.contains(id))
                        || !id.startsWith(query.prefix())
                        || (!query.includeCues()
                                && query.cues().stream()
                                        .anyMatch(cue -> cue.concept().equals(id))));
        return shown;
    }

    /** All that brought a concept, whatever was shown of it. */
    List<Way> waysTo(String concept) {
        return ways.getOrDefault(concept, List.of());
    }

    /** Σ_cues w_c · S(c→b)/M(c)^α / M(b)^β, and for b = c the cue's own rate of coming again. */
    private Map<String, Sum> fromCues() {
        Map<String, Sum> reached = new HashMap<>();
        Map<String, Sum> weights = new LinkedHashMap<>();
        Map<String, Sum> selfWeights = new HashMap<>();
        List<RecallQuery.Cue> cues = query.cues();
        for (int i = 0; i < cues.size(); i++) {
            String id = cues.get(i).concept();
            double weight = cues.get(i).weight();
            int stepsBack = cues.size() - i;
            double recency = query.ordered() ? 1 / Math.pow(stepsBack, settings.recency()) : 1;
            double selfRecency = query.ordered() ? 1 / Math.pow(stepsBack, settings.selfRecency()) : 1;
            weights.merge(id, new Sum(weight, Math.abs(weight)).times(recency), Sum::plus);
            selfWeights.merge(id, new Sum(weight, Math.abs(weight)).times(selfRecency), Sum::plus);
        }
        double rate = rateOfCues(cues.size(), cues.size() - weights.size());
        weights.forEach((cue, weight) -> {
            double mass = evidence.mass(cue);
            if (!evidence.masses.containsKey(cue)) {
                unknown.add(cue);
            } else if (mass > 0) {
                double perMass = 1 / Math.pow(mass, settings.cueExponent());
                evidence.row(cue).forEach((target, strength) -> {
                    if (!target.equals(cue) && isStrongEnough(strength)) {
                        Sum amount = weight.times(perMass).times(support(strength));
                        give(reached, target, new Way(1, cue, amount.times(perTarget(target))));
                    }
                });
                Sum selfWeight = selfWeights.getOrDefault(cue, Sum.NOTHING).times(perMass);
                give(
                        reached,
                        cue,
                        new Way(1, cue, selfWeight.times(again(cue, mass, rate)).times(perTarget(cue))));
            }
        });
        return reached;
    }

    /** What a cue's own association with itself counts for: its rate is held to that of the cues. */
    private Sum again(String cue, double mass, double rateOfCues) {
        Sum own = evidence.row(cue).getOrDefault(cue, Sum.NOTHING);
        if (query.minSupport() > 0 && !isStrongEnough(own)) {
            return Sum.NOTHING;
        }
        double prior = settings.selfPrior();
        Sum seen = own.plus(new Sum(prior, prior).times(rateOfCues));
        return support(seen.times(mass / (mass + prior))).times(self);
    }

    private double rateOfCues(int given, int repeats) {
        double prior = settings.selfCues();
        return query.ordered() ? prior * (evidence.repeatRate + repeats) / (prior + given - 1) : evidence.repeatRate;
    }

    /** δ times the activation of who passes on, over its outgoing mass; none to itself. */
    private void passOn(String via, Sum activation, int hop, Map<String, Sum> reached) {
        double outgoing = 0;
        double least = 0;
        double most = 0;
        for (Sum strength : evidence.row(via).values()) {
            outgoing += Math.max(strength.value(), 0);
            least += Math.max(strength.value() - strength.error(), 0);
            most += Math.max(strength.value() + strength.error(), 0);
        }
        if (least < 0.9 * most && activation.value() > 0) {
            doubt("nearly all that leads on was taken back");
        }
        if (outgoing > 0) {
            double size = (most - least) / TOLERANCE;
            Sum gain = activation.times(settings.spread()).times(new Sum(1 / outgoing, size / outgoing / outgoing));
            evidence.row(via).forEach((target, strength) -> {
                if (!target.equals(via) && isStrongEnough(strength)) {
                    give(reached, target, new Way(hop, via, gain.times(support(strength))));
                }
            });
        }
    }

    /** The few that were reached most, at what they pass on. */
    private Map<String, Sum> strongest(Map<String, Sum> reached) {
        List<String> ranked = new ArrayList<>();
        reached.forEach((id, sum) -> {
            if (sum.value() + sum.error() > 0) {
                ranked.add(id);
            }
        });
        Comparator<String> byScore =
                Comparator.comparingDouble(id -> sum(reached, id).value());
        ranked.sort(byScore.reversed().thenComparing(id -> id));
        Map<String, Sum> strongest = new LinkedHashMap<>();
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        for (String id : ranked) {
            Sum sum = sum(reached, id);
            if (strongest.size() < settings.fanOut()) {
                strongest.put(id, new Sum(Math.max(sum.value(), 0), sum.size()));
                least = Math.min(least, sum.value() - sum.error());
            } else {
                most = Math.max(most, sum.value() + sum.error());
            }
        }
        if (most >= least) {
            doubt("a tie at the edge of the fan-out");
        }
        return strongest;
    }

    private static Sum sum(Map<String, Sum> sums, String id) {
        return sums.getOrDefault(id, Sum.NOTHING);
    }

    /** S·|S|/(|S| + k); the size is what a change of S of its own size changes. */
    private Sum support(Sum strength) {
        double s = Math.abs(strength.value());
        if (shrinkage == 0) {
            return strength;
        }
        double nearby = s + strength.error();
        double slope = nearby * (nearby + 2 * shrinkage) / Math.pow(nearby + shrinkage, 2);
        return new Sum(s == 0 ? 0 : strength.value() * s / (s + shrinkage), strength.size() * slope);
    }

    private double perTarget(String concept) {
        double mass = evidence.mass(concept);
        return mass > 0 ? 1 / Math.pow(mass, popularity) : 0;
    }

    private boolean isStrongEnough(Sum strength) {
        double over = Math.abs(strength.value()) - query.minSupport();
        if (query.minSupport() > 0 && Math.abs(over) <= strength.error()) {
            doubt("a strength just about min-support");
        }
        return over >= 0;
    }

    private void give(Map<String, Sum> reached, String target, Way way) {
        reached.merge(target, way.amount(), Sum::plus);
        if (way.amount().value() != 0) {
            ways.computeIfAbsent(target, t -> new ArrayList<>()).add(way);
        }
    }

    private void reached(Map<String, Sum> more) {
        more.forEach((id, sum) -> scores.merge(id, sum, Sum::plus));
    }

    private void doubt(String reason) {
        doubt = reason;
    }

    private static double or(@Nullable Double asked, double usual) {
        return asked == null ? usual : asked;
    }
}
