package io.synfire.engine.learn;

import io.synfire.engine.event.Episode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The content of an episode as the key of a hash map. Nobody who does not know the salt can choose episodes that meet there. Immutable and
 * thread-safe; costs the size of the episode.
 *
 * @param content what makes an episode the same as another
 * @param hash salted, of all of it; equal for equal contents
 */
public record SaltedContent(EpisodeContent content, long hash) {

    /**
     * The key of a content.
     *
     * @param salt that of the map
     * @param content the content
     */
    public SaltedContent(Salt salt, EpisodeContent content) {
        this(content, hash(salt, content));
    }

    /**
     * The key of an episode.
     *
     * @param salt that of the map
     * @param episode the episode
     */
    public SaltedContent(Salt salt, Episode episode) {
        this(salt, EpisodeContent.of(episode));
    }

    /** A sum, since the order of concepts is no part of it. */
    private static long hash(Salt salt, EpisodeContent content) {
        String context = content.context();
        long hash = salt.hash(content.atMs(), context == null ? "" : context);
        hash += salt.hash(Double.doubleToLongBits(content.reward()));
        for (Map.Entry<String, Double> strength : content.strengths().entrySet()) {
            hash += salt.hash(Double.doubleToLongBits(strength.getValue()), strength.getKey());
        }
        return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SaltedContent key && hash == key.hash && content.equals(key.content);
    }

    @Override
    public int hashCode() {
        return (int) hash;
    }
}
