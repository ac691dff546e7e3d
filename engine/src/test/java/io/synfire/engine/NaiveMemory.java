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
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

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

    /** A concept as it was last forgotten, and the episodes that came after that with a time at or before the watermark of then. */
    private static final class Forgotten {
        final long watermarkMs;
        final List<Content> late = new ArrayList<>();
        final List<Content> lateAndTakenBack = new ArrayList<>();

        Forgotten(long watermarkMs) {
            this.watermarkMs = watermarkMs;
        }
    }

    private record Fired(long atMs, double strength) {}

    private record Happened(long atMs, @Nullable String context, double reward) {}

    /** What makes an episode the same as another. */
    private record Content(long atMs, @Nullable String context, Set<Activation> activations, double reward) {
        static Content of(Episode episode) {
            return new Content(episode.atMs(), episode.context(), Set.copyOf(episode.activations()), episode.reward());
        }
    }

    private static final Impulses NOTHING = new Impulses();

    /** What follows the name of a concept that was forgotten, in what happened before: it is in no question. */
    private static final String GONE = " (gone)";

    private final LearningSettings settings;
    private final Map<Edge, Impulses> edges = new HashMap<>();
    private final Map<String, Impulses> marginals = new HashMap<>();

    /** The positive impulses that left a concept, and those that reached it. */
    private final Map<String, Impulses> from = new HashMap<>();

    private final Map<String, Impulses> to = new HashMap<>();
    private final Impulses potentiation = new Impulses();
    private final Map<String, Long> lastMs = new HashMap<>();

    /** How often a concept fired at a time and strength, less how often that was taken back; what is 0 is not in it. */
    private final Map<String, Map<Fired, Integer>> remaining = new HashMap<>();

    /** The same of episodes: of a time, a context and a reward. */
    private final Map<Happened, Integer> remainingEpisodes = new HashMap<>();

    private final Impulses episodes = new Impulses();
    private final Impulses activations = new Impulses();
    private final Impulses repeats = new Impulses();
    private final Map<String, Past> contexts = new HashMap<>();
    private final Map<String, Long> clocks = new HashMap<>();
    private final Map<String, Long> eventIds = new HashMap<>();
    private final Map<String, Forgotten> forgotten = new HashMap<>();

    /** The watermark when a concept was first mentioned, or first since it was forgotten. */
    private final Map<String, Long> bornMs = new HashMap<>();

    private final List<Retraction> waiting = new ArrayList<>();
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
        } else if (isFirst(partition, "command ", entry.eventId(), 0)) {
            if (entry instanceof Retraction retraction) {
                contexts.remove(partition + '/' + retraction.context());
                retraction.episodes().forEach(episode -> eventIds.remove(key(partition, "event ", episode.eventId())));
                waiting.add(retraction);
                takeBackWhatIsDue();
            } else if (entry instanceof Forget forget) {
                forget(forget.concept());
            }
        }
    }

    /** Whether nothing came under this id within the window; the present is the later of the partition's clock and the time given. */
    private boolean isFirst(String partition, String kind, @Nullable String id, long atMs) {
        if (id == null || settings.eventIdWindowMs() == 0) {
            return true;
        }
        long nowMs = Math.max(clocks.getOrDefault(partition, 0L), atMs);
        Long seenMs = eventIds.get(key(partition, kind, id));
        if (seenMs != null && nowMs - seenMs <= settings.eventIdWindowMs()) {
            return false;
        }
        eventIds.put(key(partition, kind, id), nowMs);
        return true;
    }

    private static String key(String partition, String kind, @Nullable String id) {
        return partition + '/' + kind + id;
    }

    private void learn(String partition, Episode episode) {
        if (!isFirst(partition, "event ", episode.eventId(), episode.atMs())) {
            return;
        }
        long clockMs = Math.max(clocks.getOrDefault(partition, 0L), episode.atMs());
        clocks.put(partition, clockMs);
        watermarkMs = Math.max(watermarkMs, episode.atMs());
        takeBackWhatIsDue();
        for (Activation a : episode.activations()) {
            lastMs.merge(a.concept(), episode.atMs(), Math::max);
            bornMs.putIfAbsent(a.concept(), watermarkMs);
            Forgotten last = forgotten.get(a.concept());
            if (last != null && episode.atMs() <= last.watermarkMs) {
                last.late.add(Content.of(episode));
            }
        }
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
        long firedMs = 0;
        List<Learned> all = new ArrayList<>(retraction.before());
        all.addAll(retraction.takenBack());
        List<Episode> renamed = asTheyWere(retraction, all);
        for (int i = 0; i < all.size(); i++) {
            Episode episode = all.get(i).episode();
            boolean isBefore = i < retraction.before().size();
            clockMs = Math.max(clockMs, Math.max(episode.atMs(), all.get(i).clockMs()));
            if (clockMs - firedMs > settings.maxGapMs() + settings.maxLateMs()) {
                past.clear();
            }
            firedMs = clockMs;
            Episode then = renamed.get(i);
            if (isBefore) {
                then.activations().forEach(a -> marginals.computeIfAbsent(a.concept(), c -> new Impulses()));
            }
            then.activations().forEach(a -> bornMs.putIfAbsent(a.concept(), watermarkMs));
            if (!isBefore) {
                add(then, episode.context() == null ? List.of() : past, -1);
            }
            past.add(then);
        }
    }

    /** With the concepts that they named then. They are in log order, so of those alike the last are those that came last. */
    private List<Episode> asTheyWere(Retraction retraction, List<Learned> all) {
        List<Episode> then = new ArrayList<>();
        for (int i = all.size() - 1; i >= 0; i--) {
            Episode episode = all.get(i).episode();
            long alikeAfter = all.subList(i + 1, all.size()).stream()
                    .filter(other -> Content.of(other.episode()).equals(Content.of(episode)))
                    .count();
            boolean isBefore = i < retraction.before().size();
            then.add(0, renamed(episode, a -> wasForgotten(episode, a.concept(), isBefore, alikeAfter)));
        }
        return then;
    }

    /**
     * A retraction of a time at or before the watermark of the forget, found among what came after the forget with such a time, takes back
     * the new concept's evidence, and leaves them; any other of such a time the retired one's. What is only before the episodes that are
     * taken back may have been taken back already.
     *
     * <p>Nothing is taken back of a concept once that is of no matter any more: since the forget a unit at its watermark has become weaker than
     * {@code forget.below} at every horizon; or a unit at the time of the episode had, before the concept was there.
     */
    private boolean wasForgotten(Episode episode, String concept, boolean isBefore, long alikeAfter) {
        Forgotten last = forgotten.get(concept);
        if (hasFaded(episode.atMs(), bornMs.getOrDefault(concept, watermarkMs))) {
            return true;
        }
        if (last == null || episode.atMs() > last.watermarkMs) {
            return false;
        }
        if (hasFaded(last.watermarkMs, watermarkMs)) {
            return true;
        }
        Content content = Content.of(episode);
        if (isBefore) {
            List<Content> all = new ArrayList<>(last.late);
            all.addAll(last.lateAndTakenBack);
            return all.stream().filter(content::equals).count() <= alikeAfter;
        }
        if (last.late.remove(content)) {
            last.lateAndTakenBack.add(content);
            return false;
        }
        return true;
    }

    /** Whether one unit of a time is weaker than what is shown, at every horizon, at another time. */
    private boolean hasFaded(long atMs, long nowMs) {
        for (Horizon horizon : settings.halfLives()) {
            double unit = horizon.decays() ? Math.pow(0.5, (double) (nowMs - atMs) / horizon.halfLifeMs()) : 1;
            if (unit >= settings.forgetBelow()) {
                return false;
            }
        }
        return true;
    }

    private static Episode renamed(Episode episode, Predicate<Activation> isGone) {
        List<Activation> activations = episode.activations().stream()
                .map(a -> isGone.test(a) ? new Activation(a.concept() + GONE, a.strength()) : a)
                .toList();
        return new Episode(episode.atMs(), episode.context(), activations, episode.reward(), null);
    }

    private static boolean isGone(String concept) {
        return concept.endsWith(GONE);
    }

    private void forget(String concept) {
        // Only what is known can be forgotten.
        if (!marginals.containsKey(concept)) {
            return;
        }
        forgotten.put(concept, new Forgotten(watermarkMs));
        bornMs.remove(concept);
        marginals.remove(concept);
        lastMs.remove(concept);
        remaining.remove(concept);
        edges.keySet()
                .removeIf(edge -> edge.cue().equals(concept) || edge.target().equals(concept));
        from.remove(concept);
        to.remove(concept);
        for (Past past : contexts.values()) {
            past.episodes.replaceAll(
                    episode -> renamed(episode, a -> a.concept().equals(concept)));
        }
    }

    private void add(Episode episode, List<Episode> past, int sign) {
        long t = episode.atMs();
        episodes.add(new Impulse(t, sign));
        count(remainingEpisodes, new Happened(t, episode.context(), episode.reward()), sign);
        List<Activation> fired = episode.activations();
        double share = settings.normalization() == Normalization.EPISODE ? 1.0 / Math.max(1, fired.size() - 1) : 1;
        for (Activation a : fired) {
            count(remaining.computeIfAbsent(a.concept(), c -> new HashMap<>()), new Fired(t, a.strength()), sign);
            marginals.computeIfAbsent(a.concept(), c -> new Impulses()).add(new Impulse(t, sign * a.strength()));
            activations.add(new Impulse(t, sign * a.strength()));
            for (Activation b : fired) {
                if (!a.concept().equals(b.concept())) {
                    add(a.concept(), b.concept(), t, episode.reward() * a.strength() * b.strength() * share, sign);
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
                double product = now.reward() * a.strength() * b.strength();
                add(
                        a.concept(),
                        b.concept(),
                        now.atMs(),
                        product * settings.forward() * kernel(gap, steps, settings.tauMs()),
                        sign);
                add(
                        b.concept(),
                        a.concept(),
                        now.atMs(),
                        product * settings.backward() * kernel(gap, steps, settings.tauBackwardMs()),
                        sign);
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

    private void add(String cue, String target, long atMs, double delta, int sign) {
        Impulse impulse = new Impulse(atMs, sign * delta);
        edges.computeIfAbsent(new Edge(cue, target), e -> new Impulses()).add(impulse);
        if (cue.equals(target)) {
            repeats.add(impulse);
        }
        if (delta > 0) {
            from.computeIfAbsent(cue, c -> new Impulses()).add(impulse);
            to.computeIfAbsent(target, c -> new Impulses()).add(impulse);
            potentiation.add(impulse);
        }
    }

    public long watermarkMs() {
        return watermarkMs;
    }

    /** Between concepts that are known. */
    public Iterable<Edge> edges() {
        return edges.keySet().stream()
                .filter(edge -> knows(edge.cue()) && knows(edge.target()))
                .toList();
    }

    /** Those that are known. */
    public Iterable<String> concepts() {
        return remaining.keySet().stream().filter(this::knows).toList();
    }

    /** All that were ever mentioned, known or not. */
    public Iterable<String> mentioned() {
        return remaining.keySet().stream().filter(concept -> !isGone(concept)).toList();
    }

    /** Whether, since it was last forgotten, it fired in another way than it was taken back. */
    public boolean knows(String concept) {
        return !isGone(concept) && !remaining.getOrDefault(concept, Map.of()).isEmpty();
    }

    /** Whether other episodes were learned than taken back; if not, nothing is counted of the whole. */
    public boolean hasEpisodes() {
        return !remainingEpisodes.isEmpty();
    }

    private static <T> void count(Map<T, Integer> counts, T what, int sign) {
        counts.merge(what, sign, (before, more) -> before + more == 0 ? null : before + more);
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

    /** O: Σ max(Δ, 0) over the impulses that leave a concept; or what was taken back added, what tolerances are relative to. */
    public double potentiationFrom(String concept, int horizon, long atMs, boolean absolute) {
        return decayed(from.getOrDefault(concept, NOTHING), horizon, atMs, absolute);
    }

    /** I: the same over those that reach it. */
    public double potentiationTo(String concept, int horizon, long atMs, boolean absolute) {
        return decayed(to.getOrDefault(concept, NOTHING), horizon, atMs, absolute);
    }

    /** T: the same over all. */
    public double potentiation(int horizon, long atMs, boolean absolute) {
        return hasEpisodes() ? decayed(potentiation, horizon, atMs, absolute) : 0;
    }

    /** Σ M over all concepts, or Σ|x|. */
    public double total(int horizon, long atMs, boolean absolute) {
        return hasEpisodes() ? decayed(activations, horizon, atMs, absolute) : 0;
    }

    /** Σ S(c→c) over all concepts, or Σ|Δ|. */
    public double repeats(int horizon, long atMs, boolean absolute) {
        return hasEpisodes() ? decayed(repeats, horizon, atMs, absolute) : 0;
    }

    /** Σ|x|, what tolerances of marginals are relative to. */
    public double activationMass(String concept, int horizon, long atMs) {
        return decayed(marginals.getOrDefault(concept, NOTHING), horizon, atMs, true);
    }

    public double episodes(int horizon, long atMs) {
        return hasEpisodes() ? decayed(episodes, horizon, atMs, false) : 0;
    }

    /**
     * Keeps of all impulses so far no more than their sums, as of now. For logs too long to keep each: what is read later has been rounded
     * a few times more.
     */
    public void settle() {
        edges.values().forEach(this::settle);
        marginals.values().forEach(this::settle);
        from.values().forEach(this::settle);
        to.values().forEach(this::settle);
        settle(potentiation);
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
