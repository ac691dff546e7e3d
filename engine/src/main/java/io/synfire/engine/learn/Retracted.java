package io.synfire.engine.learn;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import java.util.HashSet;
import java.util.Set;

/**
 * What the retractions of a log name: so much must a memory remember of what it learns, that learns the log from its beginning, to take back
 * of it exactly what it has learned. Grows with what is named, up to a limit. One thread at a time.
 */
public final class Retracted {

    /** A string of Latin letters or others, and its place in a set. */
    private static final int CONTEXT_BYTES = 120;

    private static final int EPISODE_BYTES = 72;

    private final Set<String> contexts = new HashSet<>();

    /** Hashes that know no salt; longs that meet in a set of this kind are found by their order. */
    private final Set<Long> episodes = new HashSet<>();

    private final long bytesMax;
    private long bytes;

    /**
     * Nothing is named.
     *
     * @param bytesMax how much heap it may take
     */
    public Retracted(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /**
     * How much heap it takes.
     *
     * @return about so many bytes
     */
    public long bytes() {
        return bytes;
    }

    private void named(String context) {
        if (contexts.add(context)) {
            took(CONTEXT_BYTES + 2L * context.length());
        }
    }

    private void named(long episode) {
        if (episodes.add(episode)) {
            took(EPISODE_BYTES);
        }
    }

    private void took(long more) {
        bytes += more;
        if (bytes > bytesMax) {
            throw tooMuch(bytesMax);
        }
    }

    /**
     * The failure of a replay that would have to remember too much.
     *
     * @param bytesMax how much it may
     * @return an exception that says so
     */
    public static IllegalStateException tooMuch(long bytesMax) {
        return new IllegalStateException(
                "what the log takes back must fit into a quarter of the memory when it is learned by other settings, so give it"
                        + " more (memory): needed>" + bytesMax);
    }

    /**
     * Takes what an entry of the log names.
     *
     * @param entry any entry; only a retraction names something here
     * @throws IllegalStateException if it is more than it may hold
     */
    public void add(Entry entry) {
        if (entry instanceof Retraction retraction) {
            String context = retraction.context();
            if (context != null) {
                named(context);
            } else {
                for (Learned learned : retraction.takenBack()) {
                    named(EpisodeContent.hash(learned.episode()));
                }
            }
        }
    }

    /**
     * Takes what others named.
     *
     * @param others the same of another part of the log
     * @throws IllegalStateException if it is more than it may hold
     */
    public void addAll(Retracted others) {
        others.contexts.forEach(this::named);
        others.episodes.forEach(this::named);
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
