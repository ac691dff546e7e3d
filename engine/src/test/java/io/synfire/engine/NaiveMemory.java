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
        final List<Was> episodes = new ArrayList<>();
        long clockMs;
    }

    /** An episode, and for each of its concepts how often that had been forgotten before it was learned. */
    private static final class Was {
        final Episode episode;
        final int[] lives;
        boolean isTakenBack;

        Was(Episode episode, int[] lives) {
            this.episode = episode;
            this.lives = lives;
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

    /** What follows the name of a concept that was forgotten, and then which time, in what happened before: it is in no question. */
    private static final String GONE = " (gone) ";

    /** The life of a concept of which nothing is taken back: none. */
    private static final int NOBODYS = -1;

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

    /** What was taken back between two firings of one concept that was forgotten between them, and again since. */
    private final Impulses mistakenRepeats = new Impulses();

    private final Map<String, Past> contexts = new HashMap<>();
    private final Map<String, Long> clocks = new HashMap<>();
    private final Map<String, Long> eventIds = new HashMap<>();

    /** How often a concept was forgotten, and the watermark when it last was. */
    private final Map<String, Integer> lives = new HashMap<>();

    private final Map<String, Long> forgottenMs = new HashMap<>();
    private long latestForgetMs = -1;

    /** All that was ever learned, in log order. */
    private final Map<Content, List<Was>> learned = new HashMap<>();

    /** The watermark when a concept was first mentioned, or first since it was forgotten. */
    private final Map<String, Long> bornMs = new HashMap<>();

    /** The watermark when anything was last forgotten before that. */
    private final Map<String, Long> forgottenByThenMs = new HashMap<>();

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
            isThere(a.concept());
        }
        Was now = new Was(
                episode,
                episode.activations().stream()
                        .mapToInt(a -> lifeOf(a.concept()))
                        .toArray());
        learned.computeIfAbsent(Content.of(episode), content -> new ArrayList<>())
                .add(now);
        List<Was> past = new ArrayList<>();
        if (episode.context() != null) {
            Past remembered = contexts.computeIfAbsent(partition + '/' + episode.context(), c -> new Past());
            if (clockMs - remembered.clockMs > settings.maxGapMs() + settings.maxLateMs()) {
                remembered.episodes.clear();
            }
            remembered.clockMs = clockMs;
            past = remembered.episodes;
        }
        add(now, past, 1);
        past.add(now);
    }

    /** How many retractions wait. */
    public int waiting() {
        return waiting.size();
    }

    private int lifeOf(String concept) {
        return lives.getOrDefault(concept, 0);
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
        List<Was> past = new ArrayList<>();
        long clockMs = 0;
        long firedMs = 0;
        List<Learned> all = new ArrayList<>(retraction.before());
        all.addAll(retraction.takenBack());
        List<Was> then = asTheyWere(retraction, all);
        for (int i = 0; i < all.size(); i++) {
            Episode episode = all.get(i).episode();
            boolean isBefore = i < retraction.before().size();
            clockMs = Math.max(clockMs, Math.max(episode.atMs(), all.get(i).clockMs()));
            if (clockMs - firedMs > settings.maxGapMs() + settings.maxLateMs()) {
                past.clear();
            }
            firedMs = clockMs;
            Was was = then.get(i);
            for (int a = 0; a < was.lives.length; a++) {
                String name = nameOf(was, a);
                isThere(name);
                if (isBefore) {
                    marginals.computeIfAbsent(name, c -> new Impulses());
                }
            }
            if (!isBefore) {
                add(was, episode.context() == null ? List.of() : past, -1);
            }
            past.add(was);
        }
    }

    /** With the concepts that they named then. They are in log order, so of those alike the last are those that came last. */
    private List<Was> asTheyWere(Retraction retraction, List<Learned> all) {
        List<Was> then = new ArrayList<>();
        for (int i = all.size() - 1; i >= 0; i--) {
            Episode episode = all.get(i).episode();
            Content content = Content.of(episode);
            List<Was> alike = learned.getOrDefault(content, List.of());
            Was meant = null;
            if (i < retraction.before().size()) {
                // It may have been taken back already, by a part before this one.
                int alikeAfter = (int) all.subList(i + 1, all.size()).stream()
                        .filter(other -> Content.of(other.episode()).equals(content))
                        .count();
                meant = alikeAfter < alike.size() ? alike.get(alike.size() - 1 - alikeAfter) : null;
            } else {
                for (Was was : alike) {
                    meant = was.isTakenBack ? meant : was;
                }
                if (meant != null) {
                    meant.isTakenBack = true;
                }
            }
            int[] livesThen = new int[episode.activations().size()];
            for (int a = 0; a < livesThen.length; a++) {
                livesThen[a] = lifeThen(episode, episode.activations().get(a), meant);
            }
            then.add(0, new Was(episode, livesThen));
        }
        return then;
    }

    /**
     * A retraction takes back what it names of the concept as that was when the episode was learned: the log tells. If no such episode was
     * learned, or no more of them, its time tells: what is later than the watermark of the forget would have come since.
     *
     * <p>Nothing is taken back of a concept once that is of no matter any more: since the forget a unit at its watermark has become weaker than
     * {@code forget.below} at every horizon. Then nothing tells any more that it was forgotten. So the same holds of any concept, if a unit at the
     * time of the episode had become so before it was there, and anything had been forgotten by then, at that time or later.
     */
    private int lifeThen(Episode episode, Activation activation, @Nullable Was meant) {
        String concept = activation.concept();
        int now = lifeOf(concept);
        long forgotMs = forgottenMs.getOrDefault(concept, -1L);
        boolean isOld = episode.atMs() <= forgotMs;
        int then = meant == null ? now - (isOld ? 1 : 0) : lifeIn(meant, concept);
        boolean isOutOfReach = (isOld && hasFaded(forgotMs, watermarkMs))
                || (episode.atMs() <= forgottenByThenMs.getOrDefault(concept, latestForgetMs)
                        && hasFaded(episode.atMs(), bornMs.getOrDefault(concept, watermarkMs)));
        if (then == now && isOutOfReach) {
            return NOBODYS;
        }
        return then;
    }

    private void isThere(String concept) {
        bornMs.putIfAbsent(concept, watermarkMs);
        forgottenByThenMs.putIfAbsent(concept, latestForgetMs);
    }

    private static int lifeIn(Was was, String concept) {
        for (int a = 0; a < was.lives.length; a++) {
            if (was.episode.activations().get(a).concept().equals(concept)) {
                return was.lives[a];
            }
        }
        throw new IllegalStateException("episodes that are alike name the same concepts: concept=" + concept);
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

    /** The name of a concept of an episode: its own as long as it was not forgotten since. */
    private String nameOf(Was was, int activation) {
        String concept = was.episode.activations().get(activation).concept();
        int life = was.lives[activation];
        return life == lifeOf(concept) ? concept : concept + GONE + life;
    }

    private static boolean isGone(String concept) {
        return concept.contains(GONE);
    }

    private void forget(String concept) {
        // Only what is known can be forgotten.
        if (!marginals.containsKey(concept)) {
            return;
        }
        forgottenMs.put(concept, watermarkMs);
        latestForgetMs = watermarkMs;
        lives.merge(concept, 1, Integer::sum);
        bornMs.remove(concept);
        forgottenByThenMs.remove(concept);
        marginals.remove(concept);
        lastMs.remove(concept);
        remaining.remove(concept);
        edges.keySet()
                .removeIf(edge -> edge.cue().equals(concept) || edge.target().equals(concept));
        from.remove(concept);
        to.remove(concept);
    }

    private void add(Was now, List<Was> past, int sign) {
        Episode episode = now.episode;
        long t = episode.atMs();
        episodes.add(new Impulse(t, sign));
        count(remainingEpisodes, new Happened(t, episode.context(), episode.reward()), sign);
        List<Activation> fired = episode.activations();
        double share = settings.normalization() == Normalization.EPISODE ? 1.0 / Math.max(1, fired.size() - 1) : 1;
        for (int i = 0; i < fired.size(); i++) {
            String a = nameOf(now, i);
            double x = fired.get(i).strength();
            count(remaining.computeIfAbsent(a, c -> new HashMap<>()), new Fired(t, x), sign);
            marginals.computeIfAbsent(a, c -> new Impulses()).add(new Impulse(t, sign * x));
            activations.add(new Impulse(t, sign * x));
            for (int j = 0; j < fired.size(); j++) {
                if (i != j) {
                    double y = fired.get(j).strength();
                    add(a, nameOf(now, j), t, episode.reward() * x * y * share, sign);
                }
            }
        }
        for (int steps = 1; steps <= Math.min(settings.maxSteps(), past.size()); steps++) {
            pair(past.get(past.size() - steps), now, steps, sign);
        }
    }

    private void pair(Was past, Was now, int steps, int sign) {
        long t = now.episode.atMs();
        long gap = Math.abs(t - past.episode.atMs());
        if (gap > settings.maxGapMs()) {
            return;
        }
        boolean inOrder = past.episode.atMs() <= t;
        Was earlier = inOrder ? past : now;
        Was later = inOrder ? now : past;
        double there = settings.forward() * kernel(gap, steps, settings.tauMs());
        double back = settings.backward() * kernel(gap, steps, settings.tauBackwardMs());
        for (int i = 0; i < earlier.lives.length; i++) {
            for (int j = 0; j < later.lives.length; j++) {
                Activation a = earlier.episode.activations().get(i);
                Activation b = later.episode.activations().get(j);
                double product = now.episode.reward() * a.strength() * b.strength();
                add(nameOf(earlier, i), nameOf(later, j), t, product * there, sign);
                add(nameOf(later, j), nameOf(earlier, i), t, product * back, sign);
                if (a.concept().equals(b.concept())
                        && isGone(nameOf(earlier, i))
                        && isGone(nameOf(later, j))
                        && earlier.lives[i] != later.lives[j]) {
                    mistakenRepeats.add(new Impulse(t, product * there));
                    mistakenRepeats.add(new Impulse(t, product * back));
                }
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

    /**
     * By how much the sum of repeats may be too small: two firings of one concept are taken for a repeat, when their context is taken back, if
     * the concept was forgotten between them and again since.
     */
    public double mistakenRepeats(int horizon, long atMs) {
        return decayed(mistakenRepeats, horizon, atMs, true);
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
        settle(mistakenRepeats);
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
