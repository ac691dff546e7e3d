package io.synfire.engine.learn;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.HostileIds;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which episodes are the same: those that are worth the same. */
final class EpisodeContentTest {

    private static final Salt SALT = Salt.of(new byte[Salt.BYTES]);
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
            assertThat(new SaltedContent(SALT, same))
                    .isEqualTo(new SaltedContent(SALT, one))
                    .hasSameHashCodeAs(new SaltedContent(SALT, one));
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
        assertThat(all.stream().map(episode -> new SaltedContent(SALT, episode).hash()))
                .doesNotHaveDuplicates();
        // All 64 bits are alike: the content decides.
        assertThat(new SaltedContent(EpisodeContent.of(all.get(0)), 7))
                .isNotEqualTo(new SaltedContent(EpisodeContent.of(all.get(1)), 7));
    }

    @Test
    void episodesOfOneHashCodeHaveSaltedHashesOfTheirOwn() {
        Set<Integer> hashCodes = new HashSet<>();
        Set<Long> hashes = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            Activation alike = new Activation(HostileIds.alike(i), 1);
            hashCodes.add(
                    EpisodeContent.of(episode(5, "k", 1, null, BREAD, alike)).hashCode());
            hashes.add(new SaltedContent(SALT, episode(5, "k", 1, null, BREAD, alike)).hash());
            hashes.add(new SaltedContent(SALT, episode(5, HostileIds.alike(i), 1, null, BREAD, JAM)).hash());
        }
        assertThat(hashCodes).hasSize(1);
        assertThat(hashes).hasSize(20_000);
    }

    private static Episode episode(
            long atMs, @Nullable String context, double reward, @Nullable String eventId, Activation... activations) {
        return new Episode(atMs, context, Stream.of(activations).toList(), reward, eventId);
    }
}
