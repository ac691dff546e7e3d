package io.synfire.engine;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.Checksum;
import io.synfire.engine.learn.Kernel;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.LearningSettings.Normalization;
import io.synfire.engine.view.Trials;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The reference of what is counted and of the digest {@code learned}: one term after the other, over plain maps. Shares the mixing of
 * bits with the engine, and the order in which a product is rounded; nothing is ever forgotten in it, as in the digest.
 */
public final class NaiveDigest {

    private static final long EPISODE = 1;
    private static final long ACTIVATION = 2;
    private static final long FORGET = 3;

    /** What a context of a partition has seen, and the partition's clock when it last did. */
    private static final class Past {
        final List<Episode> episodes = new ArrayList<>();
        long clockMs;
    }

    private final LearningSettings settings;
    private final Map<String, Past> contexts = new HashMap<>();
    private final Map<String, Long> clocks = new HashMap<>();
    private final Map<String, Long> eventIds = new HashMap<>();
    private final List<Retraction> waiting = new ArrayList<>();
    private long watermarkMs;
    private long learned;
    private long episodes;
    private long pairs;
    private long duplicates;
    private long strengths;
    private long rewards;
    private long betweenEpisodes;

    public NaiveDigest(LearningSettings settings) {
        this.settings = settings;
    }

    public long learned() {
        return learned;
    }

    public long episodes() {
        return episodes;
    }

    public long pairs() {
        return pairs;
    }

    public long duplicates() {
        return duplicates;
    }

    /** What measures count, from what was learned and not taken back. */
    public Trials trials() {
        return new Trials(settings.normalization() == Normalization.EPISODE, strengths, rewards, betweenEpisodes);
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
                learned += Checksum.value(FORGET, hash(forget.concept()), 0, 0);
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
            duplicates++;
            return;
        }
        long clockMs = Math.max(clocks.getOrDefault(partition, 0L), episode.atMs());
        clocks.put(partition, clockMs);
        watermarkMs = Math.max(watermarkMs, episode.atMs());
        takeBackWhatIsDue();
        Past past = new Past();
        if (episode.context() != null) {
            past = contexts.computeIfAbsent(partition + '/' + episode.context(), c -> new Past());
            if (clockMs - past.clockMs > settings.maxGapMs() + settings.maxLateMs()) {
                past.episodes.clear();
            }
            past.clockMs = clockMs;
        }
        add(episode, past.episodes, 1);
        past.episodes.add(episode);
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

    private void takeBack(Retraction retraction) {
        List<Episode> past = new ArrayList<>();
        long clockMs = 0;
        long lastMs = 0;
        List<Learned> all = new ArrayList<>(retraction.before());
        all.addAll(retraction.takenBack());
        for (int i = 0; i < all.size(); i++) {
            Episode episode = all.get(i).episode();
            clockMs = Math.max(clockMs, Math.max(episode.atMs(), all.get(i).clockMs()));
            if (clockMs - lastMs > settings.maxGapMs() + settings.maxLateMs()) {
                past.clear();
            }
            lastMs = clockMs;
            if (i >= retraction.before().size()) {
                add(episode, episode.context() == null ? List.of() : past, -1);
            }
            past.add(episode);
        }
    }

    private void add(Episode episode, List<Episode> past, int sign) {
        long time = Checksum.time(episode.atMs());
        List<Activation> fired = episode.activations();
        String context = episode.context();
        episodes += sign;
        if (episode.reward() != 1) {
            rewards += sign;
        }
        learned += sign * Checksum.value(EPISODE, context == null ? 0 : hash(context), time, episode.reward());
        double gain = settings.normalization() == Normalization.EPISODE
                ? episode.reward() / Math.max(1, fired.size() - 1)
                : episode.reward();
        for (Activation a : fired) {
            if (a.strength() != 1) {
                strengths += sign;
            }
            learned += sign * Checksum.value(ACTIVATION, hash(a.concept()), time, a.strength());
            for (Activation b : fired) {
                if (!a.concept().equals(b.concept())) {
                    impulse(a, b, gain, time, sign);
                }
            }
        }
        long within = pairs;
        for (int steps = 1; steps <= Math.min(settings.maxSteps(), past.size()); steps++) {
            Episode other = past.get(past.size() - steps);
            long gapMs = Math.abs(episode.atMs() - other.atMs());
            if (gapMs <= settings.maxGapMs()) {
                double forward = episode.reward()
                        * settings.forward()
                        * new Kernel(settings.kernel(), settings.tauMs()).at(gapMs, steps);
                double backward = episode.reward()
                        * settings.backward()
                        * new Kernel(settings.kernel(), settings.tauBackwardMs()).at(gapMs, steps);
                boolean inOrder = other.atMs() <= episode.atMs();
                between(other, episode, inOrder ? forward : backward, time, sign);
                between(episode, other, inOrder ? backward : forward, time, sign);
            }
        }
        betweenEpisodes += pairs - within;
    }

    private void between(Episode from, Episode to, double gain, long time, int sign) {
        for (Activation a : from.activations()) {
            for (Activation b : to.activations()) {
                impulse(a, b, gain, time, sign);
            }
        }
    }

    private void impulse(Activation cue, Activation target, double gain, long time, int sign) {
        double delta = gain * cue.strength() * target.strength();
        if (delta != 0) {
            learned += sign * Checksum.impulse(hash(cue.concept()), hash(target.concept()), time, delta);
            pairs += sign;
        }
    }

    private static long hash(String id) {
        return Checksum.id(id.getBytes(StandardCharsets.UTF_8));
    }
}
