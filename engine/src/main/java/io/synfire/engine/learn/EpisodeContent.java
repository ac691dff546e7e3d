package io.synfire.engine.learn;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What makes an episode the same as another: all that it is worth to a memory. Neither its event's id nor the order of its concepts is part
 * of it. Whoever asks which episode a retraction names asks this, so that all of them mean the same. Immutable and thread-safe; costs the
 * size of the episode. In a hash map its place is taken by {@link SaltedContent}.
 *
 * @param atMs event time, milliseconds since the epoch
 * @param context its context, or null
 * @param strengths how strongly each concept fired
 * @param reward factor on every impulse
 */
public record EpisodeContent(long atMs, @Nullable String context, Map<String, Double> strengths, double reward) {

    private static final long EPISODE_TERM = 21;
    private static final long ACTIVATION_TERM = 22;

    /** Takes an unmodifiable copy. A reward of -0.0 is one of 0. */
    public EpisodeContent {
        // Map.copyOf looks at all ids of one hash code before it finds the last of them.
        strengths = Collections.unmodifiableMap(new HashMap<>(strengths));
        reward += 0.0;
    }

    /**
     * What an episode is worth.
     *
     * @param episode the episode
     * @return its content
     */
    public static EpisodeContent of(Episode episode) {
        Map<String, Double> strengths = new HashMap<>();
        for (Activation activation : episode.activations()) {
            strengths.put(activation.concept(), activation.strength());
        }
        return new EpisodeContent(episode.atMs(), episode.context(), strengths, episode.reward());
    }

    /**
     * By which an episode is known again where its content is not kept. Stored: it must stay what it is.
     *
     * @param episode the episode
     * @return 64 bits, equal for equal contents
     */
    public static long hash(Episode episode) {
        long time = Checksum.time(episode.atMs());
        String context = episode.context();
        long contextHash = context == null ? 0 : Checksum.id(context.getBytes(StandardCharsets.UTF_8));
        long hash = Checksum.value(EPISODE_TERM, contextHash, time, episode.reward() + 0.0);
        for (Activation activation : episode.activations()) {
            long concept = Checksum.id(activation.concept().getBytes(StandardCharsets.UTF_8));
            hash += Checksum.value(ACTIVATION_TERM, concept, time, activation.strength());
        }
        return hash;
    }
}
