package io.synfire.ingest.sighting;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.EpisodeContent;
import io.synfire.engine.learn.Kernel;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.Salt;
import io.synfire.engine.learn.SaltedContent;
import io.synfire.ingest.replay.SentAgain;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds where two concepts fired together in one partition, whose entries it is fed in log order: what of the log the memory still holds. It
 * decides as learning does which entries are passed over as sent again, which episodes a retraction takes back, what a forget leaves, and
 * which episodes of a context met. Of what lies before the entries that it is fed it knows nothing.
 *
 * <p>An episode in which both fired is found once, whatever else it paired with. In a context each two episodes are found that paired.
 *
 * <p>Memory: of what it found the latest {@value #FOUND_MAX}, about; of each context in which one of the two fired lately the last
 * {@code max-steps} mentions; {@link SentAgain ids}. One thread at a time.
 */
public final class PairFinder {

    /** So much of what was found is kept, at least. */
    static final int FOUND_MAX = 10_000;

    private static final int TIDY_EPISODES = 1 << 16;

    private static final Comparator<Pair> LATEST_FIRST =
            Comparator.comparing((Pair pair) -> new Sighting(pair.latest().place, null), Sightings.LATEST_FIRST);

    private final String from;
    private final String to;
    private final LearningSettings settings;
    private final Kernel forwardKernel;
    private final Kernel backwardKernel;
    private final boolean isWhole;
    private final SentAgain sentAgain;
    private final Salt salt = Salt.draw();
    private final Map<String, Window> windows = new HashMap<>();
    private List<Pair> found = new ArrayList<>();

    /** Of what was found the episodes that were not taken back, by what they say, in log order. */
    private final Map<SaltedContent, Deque<Mention>> living = new HashMap<>();

    /** What retractions name that was not there: episodes without a context, which may be in another partition. */
    private final List<Unmatched> unmatched = new ArrayList<>();

    /** The clock when one of the two was last forgotten. */
    private long forgottenMs = -1;

    private long episodes;

    /** An episode in which one of the two fired. */
    private static final class Mention {
        final Place place;
        final long step;
        boolean hasFrom;
        boolean hasTo;
        boolean isKept;
        boolean isTakenBack;

        Mention(Place place, long step, boolean hasFrom, boolean hasTo) {
            this.place = place;
            this.step = step;
            this.hasFrom = hasFrom;
            this.hasTo = hasTo;
        }
    }

    /** What a context remembers of the two. */
    private static final class Window {
        final Deque<Mention> mentions = new ArrayDeque<>(2);
        long steps;
        long firedMs;
    }

    private record Pair(Mention latest, @Nullable Mention earlier) {

        boolean isThere() {
            return !latest.isTakenBack && (earlier == null || !earlier.isTakenBack);
        }

        Sighting sighting() {
            return new Sighting(latest.place, earlier == null ? null : earlier.place);
        }
    }

    /** Where it is retired, it names what was forgotten, unless that came late to another partition. */
    private record Unmatched(EpisodeContent content, int partition, long timestampMs, boolean isRetired) {}

    /**
     * Nothing found yet.
     *
     * @param from one concept's id
     * @param to the other's; the same to look for a concept that comes again in its context
     * @param settings what the memory learned by
     * @param isWhole whether it is fed the partition from its first record on
     */
    public PairFinder(String from, String to, LearningSettings settings, boolean isWhole) {
        this.from = from;
        this.to = to;
        this.settings = settings;
        this.forwardKernel = new Kernel(settings.kernel(), settings.tauMs());
        this.backwardKernel = new Kernel(settings.kernel(), settings.tauBackwardMs());
        this.isWhole = isWhole;
        this.sentAgain = new SentAgain(settings);
    }

    /**
     * Takes the next entry.
     *
     * @param source {@code kafka:TOPIC} or {@code file:PATH}
     * @param partition its partition
     * @param offset its offset, or record number
     * @param timestampMs the record's timestamp
     * @param entry an entry that was admitted
     */
    public void take(String source, int partition, long offset, long timestampMs, Entry entry) {
        take(source, partition, offset, timestampMs, entry, false);
    }

    /**
     * Takes the next entry.
     *
     * @param source {@code kafka:TOPIC} or {@code file:PATH}
     * @param partition its partition
     * @param offset its offset, or record number
     * @param timestampMs the record's timestamp
     * @param entry an entry that was admitted
     * @param isAnew whether the memory learned it of its log anew, and not live: then what forgets a context took back all of it that stands
     *     before, also what it does not name
     */
    public void take(String source, int partition, long offset, long timestampMs, Entry entry, boolean isAnew) {
        if (!sentAgain.isLearned(entry)) {
            return;
        }
        if (entry instanceof Episode episode) {
            learn(new Place(source, partition, offset, timestampMs, episode));
        } else if (entry instanceof Retraction retraction) {
            takeBack(retraction, partition, timestampMs);
            if (isAnew && retraction.isPart()) {
                takeBackAllOf(retraction.context());
            }
        } else if (entry instanceof Forget forget) {
            forget(forget.concept());
        }
    }

    /**
     * What was found so far.
     *
     * @return in log order, by the later of the two
     */
    public List<Sighting> found() {
        return found.stream().filter(Pair::isThere).map(Pair::sighting).toList();
    }

    /**
     * What was found in all partitions of a topic: an episode without a context may be taken back by what is in another. Each that is named
     * is so once.
     *
     * @param finders one of each partition
     * @return in no order
     */
    public static List<Sighting> found(List<PairFinder> finders) {
        List<Sighting> all = new ArrayList<>();
        Salt salt = Salt.draw();
        // What is named is in the order in which it was found, so that what comes of it is, too.
        Map<SaltedContent, List<Sighting>> named = new LinkedHashMap<>();
        finders.forEach(finder -> finder.unmatched.forEach(
                each -> named.put(new SaltedContent(salt, each.content()), new ArrayList<>())));
        for (PairFinder finder : finders) {
            for (Sighting sighting : finder.found()) {
                List<Sighting> alike = named.isEmpty() || sighting.earlier() != null
                        ? null
                        : named.get(new SaltedContent(salt, sighting.latest().episode()));
                (alike == null ? all : alike).add(sighting);
            }
        }
        // The earliest first: it has the fewest to choose from.
        finders.stream()
                .flatMap(finder -> finder.unmatched.stream())
                .sorted(Comparator.comparingLong(Unmatched::timestampMs))
                .forEach(
                        each -> takeBack(each, named.getOrDefault(new SaltedContent(salt, each.content()), List.of())));
        named.values().forEach(all::addAll);
        return all;
    }

    /** Of those before it in other partitions the last; its own had none. */
    private static void takeBack(Unmatched named, List<Sighting> alike) {
        alike.stream()
                .filter(sighting -> sighting.latest().partition() != named.partition())
                .filter(sighting -> sighting.latest().timestampMs() <= named.timestampMs())
                .max(Comparator.comparingLong(sighting -> sighting.latest().timestampMs()))
                .ifPresent(alike::remove);
    }

    private void learn(Place place) {
        Episode episode = place.episode();
        boolean hasFrom = fires(episode, from);
        boolean hasTo = fires(episode, to);
        boolean hasBoth = hasFrom && hasTo && !from.equals(to);
        String context = episode.context();
        if (context == null) {
            if (hasBoth && !wasTakenBackBefore(episode) && episode.reward() != 0) {
                add(new Pair(new Mention(place, 0, true, true), null));
            }
            return;
        }
        if (++episodes % TIDY_EPISODES == 0) {
            windows.values().removeIf(this::hasExpired);
        }
        Window window = windows.get(context);
        if (window != null && hasExpired(window)) {
            windows.remove(context);
            window = null;
        }
        if (window == null && (hasFrom || hasTo)) {
            window = new Window();
            windows.put(context, window);
        }
        if (window == null) {
            return;
        }
        window.firedMs = sentAgain.clockMs();
        long step = window.steps++;
        while (!window.mentions.isEmpty() && step - window.mentions.getFirst().step > settings.maxSteps()) {
            window.mentions.removeFirst();
        }
        if (hasFrom || hasTo) {
            Mention mention = new Mention(place, step, hasFrom, hasTo);
            if (hasBoth) {
                if (episode.reward() != 0) {
                    add(new Pair(mention, null));
                }
            } else {
                pair(mention, window);
            }
            window.mentions.addLast(mention);
        }
    }

    private void pair(Mention mention, Window window) {
        for (Mention earlier : window.mentions) {
            long gapMs = Math.abs(
                    mention.place.episode().atMs() - earlier.place.episode().atMs());
            if (gapMs <= settings.maxGapMs()
                    && ((mention.hasFrom && earlier.hasTo) || (mention.hasTo && earlier.hasFrom))
                    && isWorth(gapMs, mention, earlier)) {
                add(new Pair(mention, earlier));
            }
        }
    }

    /** Whether an impulse lies between the two, there or back: by these gains, after this gap, there may be none. */
    private boolean isWorth(long gapMs, Mention mention, Mention earlier) {
        int steps = Math.toIntExact(mention.step - earlier.step);
        double reward = mention.place.episode().reward();
        return reward * settings.forward() * forwardKernel.at(gapMs, steps) != 0
                || reward * settings.backward() * backwardKernel.at(gapMs, steps) != 0;
    }

    private boolean hasExpired(Window window) {
        return sentAgain.clockMs() - window.firedMs > settings.contextLifeMs();
    }

    /** It was read after what takes it back: together they are nothing. */
    private boolean wasTakenBackBefore(Episode episode) {
        if (!isWhole || unmatched.isEmpty()) {
            return false;
        }
        EpisodeContent content = EpisodeContent.of(episode);
        for (Iterator<Unmatched> each = unmatched.iterator(); each.hasNext(); ) {
            Unmatched named = each.next();
            if (!named.isRetired() && named.content().equals(content)) {
                each.remove();
                return true;
            }
        }
        return false;
    }

    private void takeBack(Retraction retraction, int partition, long timestampMs) {
        if (retraction.context() != null) {
            windows.remove(retraction.context());
        }
        for (Episode episode : retraction.episodes()) {
            boolean hasFrom = fires(episode, from);
            boolean hasTo = fires(episode, to);
            if (!hasFrom && !hasTo) {
                continue;
            }
            SaltedContent content = new SaltedContent(salt, episode);
            Deque<Mention> alike = living.get(content);
            if (alike != null) {
                Mention mention = meant(alike, episode.eventId());
                mention.isTakenBack = true;
                alike.remove(mention);
                if (alike.isEmpty()) {
                    living.remove(content);
                }
            } else if (hasFrom && hasTo && retraction.context() == null) {
                unmatched.add(new Unmatched(content.content(), partition, timestampMs, episode.atMs() <= forgottenMs));
            }
        }
    }

    private void takeBackAllOf(@Nullable String context) {
        for (Pair pair : found) {
            if (Objects.equals(context, pair.latest().place.episode().context())) {
                pair.latest().isTakenBack = true;
            }
        }
        found.removeIf(pair -> !pair.isThere());
        living.values().removeIf(alike -> {
            alike.removeIf(
                    mention -> Objects.equals(context, mention.place.episode().context()));
            return alike.isEmpty();
        });
    }

    /** Those alike are worth the same; so the event that is named, or else the last. */
    private static Mention meant(Deque<Mention> alike, @Nullable String eventId) {
        for (Iterator<Mention> each = alike.descendingIterator(); each.hasNext(); ) {
            Mention mention = each.next();
            if (eventId != null && eventId.equals(mention.place.episode().eventId())) {
                return mention;
            }
        }
        return alike.getLast();
    }

    /** What it made with the other is gone; the other may still meet it in its context, when it comes again. */
    private void forget(String concept) {
        boolean isFrom = concept.equals(from);
        boolean isTo = concept.equals(to);
        if (!isFrom && !isTo) {
            return;
        }
        found.clear();
        living.clear();
        forgottenMs = sentAgain.clockMs();
        // What it took back went with the concept; what it will take back only once its time has come does not.
        unmatched.removeIf(named -> named.content().atMs() <= forgottenMs);
        for (Window window : windows.values()) {
            for (Mention mention : window.mentions) {
                mention.hasFrom &= !isFrom;
                mention.hasTo &= !isTo;
                mention.isKept = false;
            }
            window.mentions.removeIf(mention -> !mention.hasFrom && !mention.hasTo);
        }
    }

    private void add(Pair pair) {
        found.add(pair);
        keep(pair);
        if (found.size() > 2 * FOUND_MAX) {
            List<Pair> latest = found.stream()
                    .filter(Pair::isThere)
                    .sorted(LATEST_FIRST)
                    .limit(FOUND_MAX)
                    .sorted(Comparator.comparingLong(each -> each.latest().place.offset()))
                    .toList();
            found.forEach(PairFinder::leave);
            living.clear();
            found = new ArrayList<>(latest);
            found.forEach(this::keep);
        }
    }

    private static void leave(Pair pair) {
        pair.latest().isKept = false;
        if (pair.earlier() != null) {
            pair.earlier().isKept = false;
        }
    }

    private void keep(Pair pair) {
        if (pair.earlier() != null) {
            keep(pair.earlier());
        }
        keep(pair.latest());
    }

    private void keep(Mention mention) {
        if (!mention.isKept) {
            mention.isKept = true;
            living.computeIfAbsent(new SaltedContent(salt, mention.place.episode()), content -> new ArrayDeque<>(1))
                    .addLast(mention);
        }
    }

    private static boolean fires(Episode episode, String concept) {
        for (Activation activation : episode.activations()) {
            if (activation.concept().equals(concept)) {
                return true;
            }
        }
        return false;
    }
}
