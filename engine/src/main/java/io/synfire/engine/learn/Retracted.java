package io.synfire.engine.learn;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import java.util.HashSet;
import java.util.Set;

/**
 * What the retractions of a log name: so much must a memory remember of what it learns, that learns the log from its beginning, to take back
 * of it exactly what it has learned. Grows with what is named. One thread at a time.
 */
public final class Retracted {

    private final Set<String> contexts = new HashSet<>();
    private final Set<Long> episodes = new HashSet<>();

    /** Nothing is named. */
    public Retracted() {}

    /**
     * Takes what an entry of the log names.
     *
     * @param entry any entry; only a retraction names something here
     */
    public void add(Entry entry) {
        if (entry instanceof Retraction retraction) {
            String context = retraction.context();
            if (context != null) {
                contexts.add(context);
            } else {
                for (Learned learned : retraction.takenBack()) {
                    episodes.add(EpisodeContent.hash(learned.episode()));
                }
            }
        }
    }

    /**
     * Takes what others named.
     *
     * @param others the same of another part of the log
     */
    public void addAll(Retracted others) {
        contexts.addAll(others.contexts);
        episodes.addAll(others.episodes);
    }

    /**
     * Whether all that others name is named here, too.
     *
     * @param others the same of another part of the log
     * @return true if nothing of it is new
     */
    public boolean containsAll(Retracted others) {
        return contexts.containsAll(others.contexts) && episodes.containsAll(others.episodes);
    }

    /**
     * Whether nothing is named.
     *
     * @return true for a log without retractions
     */
    public boolean isEmpty() {
        return contexts.isEmpty() && episodes.isEmpty();
    }

    /**
     * Whether a context is named.
     *
     * @param context the context
     * @return true if there is a retraction of it
     */
    public boolean names(String context) {
        return contexts.contains(context);
    }

    /**
     * Whether an episode is named: its context, or where it has none the episode itself.
     *
     * @param episode the episode
     * @return true if a retraction may take it back
     */
    public boolean names(Episode episode) {
        String context = episode.context();
        return context != null
                ? contexts.contains(context)
                : !episodes.isEmpty() && episodes.contains(EpisodeContent.hash(episode));
    }
}
