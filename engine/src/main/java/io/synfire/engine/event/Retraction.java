package io.synfire.engine.event;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The command to unlearn: everything that the named episodes added is subtracted again. Evidence is linear, so nothing of them
 * is left but rounding. Their event ids are free again: an event may be learned anew, corrected, under the id it had.
 *
 * <p>Either one episode without context; or episodes of one context, in log order, which are replayed into an empty window, and what
 * the context remembers is dropped. All of those that met in its window must be taken back, by one retraction or by several that follow
 * one another: each but the first then begins with the up to {@code max-steps} episodes {@code before} its own, which fill the window and
 * are not taken back by it. One episode out of the middle of a context cannot be retracted: what it added depends on its neighbours.
 *
 * <p>The window expires in the replay where it did when the episodes were learned, by their clocks. Where nobody said what the clock was,
 * it is taken to have been the latest of the times and clocks that the retraction named up to then.
 *
 * @param context the context that is unlearned, or null for an episode without one
 * @param before the episodes of the context right before the first of {@code takenBack}, in log order; at most {@value #BEFORE_MAX}
 * @param takenBack what is unlearned, in log order, at least one; each is made an episode of {@code context}
 * @param eventId the command's own id, or null for none: of commands with one id, the first in a partition counts, as of events; what is
 *     an event's id is no command's
 */
public record Retraction(
        @Nullable String context, List<Learned> before, List<Learned> takenBack, @Nullable String eventId)
        implements Entry {

    /** The most episodes before: as many steps as a window may have. */
    public static final int BEFORE_MAX = 1_000;

    /** How the id of a {@linkplain #isPart part} begins; what follows are hexadecimal digits. */
    public static final String PART_ID = "forget-";

    private static final Pattern PART = Pattern.compile(PART_ID + "[0-9a-f]{32}");

    /**
     * Checks that the episodes are of the context, and their clocks in order.
     *
     * @throws IllegalArgumentException if they are not, or there is none; the message names the rule, then the value
     */
    public Retraction {
        if (context != null) {
            Ids.require("context", context, Episode.CONTEXT_BYTES_MAX);
        }
        if (eventId != null) {
            Ids.require("eventId", eventId, Episode.CONTEXT_BYTES_MAX);
        }
        if (takenBack.isEmpty()) {
            throw new IllegalArgumentException("a retraction must name at least one episode: episodes=[]");
        }
        if (context == null && takenBack.size() > 1) {
            throw new IllegalArgumentException(
                    "without a context one episode is retracted at a time: episodes=" + takenBack.size());
        }
        if (context == null && !before.isEmpty()) {
            throw new IllegalArgumentException(
                    "without a context there are no episodes before: before=" + before.size());
        }
        if (before.size() > BEFORE_MAX) {
            throw new IllegalArgumentException(
                    "before must hold at most " + BEFORE_MAX + " episodes: before=" + before.size());
        }
        long clockMs = requireRise(before, Learned.CLOCK_UNKNOWN);
        requireRise(takenBack, clockMs);
        before = own(context, before);
        takenBack = own(context, takenBack);
    }

    /**
     * The same without an id, of episodes of which nobody says at what clock they were learned.
     *
     * @param context the context that is unlearned, or null for an episode without one
     * @param episodes what is unlearned, in log order
     * @throws IllegalArgumentException as above
     */
    public Retraction(@Nullable String context, List<Episode> episodes) {
        this(context, List.of(), episodes.stream().map(Learned::of).toList(), null);
    }

    /**
     * What is unlearned.
     *
     * @return the episodes of {@link #takenBack}
     */
    public List<Episode> episodes() {
        return takenBack.stream().map(Learned::episode).toList();
    }

    /**
     * The latest of the episodes that are taken back. Before the watermark has reached it there is nothing to take back yet.
     *
     * @return event time, milliseconds since the epoch
     */
    public long latestMs() {
        return takenBack.stream()
                .mapToLong(learned -> learned.episode().atMs())
                .max()
                .orElseThrow();
    }

    /**
     * Whether this was made of a log in which a context was forgotten, and not by somebody who wrote it. Such a one names all that the memory
     * had learned of the context, up to the last that it names, beside what others before it named.
     *
     * @return true if it is of a context, tells the clock of each episode, and its id is as those are
     */
    public boolean isPart() {
        return context != null
                && eventId != null
                && PART.matcher(eventId).matches()
                && takenBack.stream().allMatch(learned -> learned.clockMs() != Learned.CLOCK_UNKNOWN);
    }

    @Override
    public long pairs() {
        return takenBack.stream()
                .mapToLong(learned -> learned.episode().pairs())
                .sum();
    }

    /** As those that it names: it may wait, and holds them until then. */
    @Override
    public long kept() {
        return Math.max(1, (long) before.size() + takenBack.size());
    }

    @Override
    public long inContext() {
        return takenBack.stream()
                .mapToLong(learned -> learned.episode().inContext())
                .sum();
    }

    private static long requireRise(List<Learned> episodes, long fromMs) {
        long clockMs = fromMs;
        for (Learned learned : episodes) {
            if (learned.clockMs() != Learned.CLOCK_UNKNOWN) {
                if (learned.clockMs() < clockMs) {
                    throw new IllegalArgumentException(
                            "clocks must not fall in log order: clock=" + learned.clockMs() + " before=" + clockMs);
                }
                clockMs = learned.clockMs();
            }
        }
        return clockMs;
    }

    private static List<Learned> own(@Nullable String context, List<Learned> episodes) {
        List<Learned> own = new ArrayList<>(episodes.size());
        for (Learned learned : episodes) {
            Episode episode = learned.episode();
            String named = episode.context();
            if (context == null && named != null) {
                throw new IllegalArgumentException(
                        "an episode of a context is retracted with its whole context: context=" + named);
            }
            if (named != null && !named.equals(context)) {
                throw new IllegalArgumentException(
                        "all episodes must be of the retracted context: context=" + context + " found=" + named);
            }
            if (context == null && learned.clockMs() != Learned.CLOCK_UNKNOWN) {
                throw new IllegalArgumentException(
                        "only an episode of a context is told a clock: clock=" + learned.clockMs());
            }
            own.add(
                    named != null || context == null
                            ? learned
                            : new Learned(
                                    new Episode(
                                            episode.atMs(),
                                            context,
                                            episode.activations(),
                                            episode.reward(),
                                            episode.eventId()),
                                    learned.clockMs()));
        }
        return List.copyOf(own);
    }
}
