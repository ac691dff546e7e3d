package io.synfire.engine.event;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command to unlearn: everything that the named episodes added is subtracted again. Evidence is linear, so nothing of them
 * is left but rounding.
 *
 * <p>Either one episode without context; or the episodes of one context, all of those that met in its window, in log order: they
 * are replayed into an empty window, and what the context remembers is dropped. One episode out of the middle of a context cannot
 * be retracted: what it added depends on its neighbours.
 *
 * @param context the context that is unlearned, or null for an episode without one
 * @param episodes what is unlearned, with the times it was learned at; each is made an episode of {@code context}
 */
public record Retraction(@Nullable String context, List<Episode> episodes) implements Entry {

    /**
     * Checks that the episodes are of the context.
     *
     * @throws IllegalArgumentException if they are not, or there is none; the message names the rule, then the value
     */
    public Retraction {
        if (context != null) {
            Ids.require("context", context, Episode.CONTEXT_BYTES_MAX);
        }
        if (episodes.isEmpty()) {
            throw new IllegalArgumentException("a retraction must name at least one episode: episodes=[]");
        }
        if (context == null && episodes.size() > 1) {
            throw new IllegalArgumentException(
                    "without a context one episode is retracted at a time: episodes=" + episodes.size());
        }
        List<Episode> own = new ArrayList<>(episodes.size());
        for (Episode episode : episodes) {
            String named = episode.context();
            if (context == null && named != null) {
                throw new IllegalArgumentException(
                        "an episode of a context is retracted with its whole context: context=" + named);
            }
            if (named != null && !named.equals(context)) {
                throw new IllegalArgumentException(
                        "all episodes must be of the retracted context: context=" + context + " found=" + named);
            }
            own.add(new Episode(episode.atMs(), context, episode.activations(), episode.reward(), episode.eventId()));
        }
        episodes = List.copyOf(own);
    }

    /**
     * The latest of its episodes. Before the watermark has reached it there is nothing to take back yet.
     *
     * @return event time, milliseconds since the epoch
     */
    public long latestMs() {
        return episodes.stream().mapToLong(Episode::atMs).max().orElseThrow();
    }

    @Override
    public long pairs() {
        return episodes.stream().mapToLong(Episode::pairs).sum();
    }
}
