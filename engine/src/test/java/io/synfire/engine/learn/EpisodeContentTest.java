package io.synfire.engine.learn;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which episodes are the same: those that are worth the same. */
final class EpisodeContentTest {

    private static final Activation BREAD = new Activation("bread", 1);
    private static final Activation JAM = new Activation("jam", 0.5);

    @Test
    void neitherTheOrderOfConceptsNorTheIdOfTheEventIsPartOfIt() {
        Episode one = episode(5, "k", 2, "e-1", BREAD, JAM);
        for (Episode same : List.of(
                episode(5, "k", 2, "e-2", JAM, BREAD),
                episode(5, "k", 2, null, JAM, new Activation("bread", 0.25), BREAD))) {
            assertThat(EpisodeContent.of(same))
                    .isEqualTo(EpisodeContent.of(one))
                    .hasSameHashCodeAs(EpisodeContent.of(one));
            assertThat(EpisodeContent.hash(same)).isEqualTo(EpisodeContent.hash(one));
        }
        assertThat(EpisodeContent.of(episode(5, null, -0.0, null, BREAD)))
                .isEqualTo(EpisodeContent.of(episode(5, null, 0, null, BREAD)));
        assertThat(EpisodeContent.hash(episode(5, null, -0.0, null, BREAD)))
                .isEqualTo(EpisodeContent.hash(episode(5, null, 0, null, BREAD)));
    }

    @Test
    void timeContextConceptsStrengthsAndRewardAre() {
        List<Episode> all = List.of(
                episode(5, "k", 2, null, BREAD, JAM),
                episode(6, "k", 2, null, BREAD, JAM),
                episode(5, "l", 2, null, BREAD, JAM),
                episode(5, null, 2, null, BREAD, JAM),
                episode(5, "k", 1, null, BREAD, JAM),
                episode(5, "k", 2, null, BREAD),
                episode(5, "k", 2, null, BREAD, new Activation("jam", 1)),
                episode(5, "k", 2, null, new Activation("bread", 0.5), new Activation("jam", 1)));
        assertThat(all.stream().map(EpisodeContent::of)).doesNotHaveDuplicates();
        assertThat(all.stream().map(EpisodeContent::hash)).doesNotHaveDuplicates();
    }

    private static Episode episode(
            long atMs, @Nullable String context, double reward, @Nullable String eventId, Activation... activations) {
        return new Episode(atMs, context, Stream.of(activations).toList(), reward, eventId);
    }
}
