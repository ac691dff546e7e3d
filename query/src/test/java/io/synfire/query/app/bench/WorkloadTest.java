package io.synfire.query.app.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The workload is what it is said to be, and the same each time. */
final class WorkloadTest {

    private static final int TENTH = Workload.BASKETS / 10;

    @Test
    void theSameSeedGivesTheSameBasketsAndAnotherSeedOthers() {
        Workload one = new Workload(7);
        Workload same = new Workload(7);
        Workload other = new Workload(8);
        boolean isOther = false;
        for (int i = 0; i < 1_000; i++) {
            one.next();
            same.next();
            other.next();
            assertThat(one.json()).isEqualTo(same.json());
            isOther |= !new String(other.json(), StandardCharsets.UTF_8)
                    .equals(new String(one.json(), StandardCharsets.UTF_8));
        }
        assertThat(isOther).isTrue();
    }

    @Test
    void aTenthHasTheStatedStatistics() {
        Workload workload = new Workload(1);
        LongOpenHashSet edges = new LongOpenHashSet();
        int[] degrees = new int[Workload.CONCEPTS];
        long pairs = 0;
        long concepts = 0;
        int largest = 0;
        for (int basket = 0; basket < TENTH; basket++) {
            workload.next();
            pairs += workload.pairs();
            concepts += workload.concepts();
            largest = Math.max(largest, workload.concepts());
            for (int i = 0; i < workload.concepts(); i++) {
                for (int j = 0; j < workload.concepts(); j++) {
                    int cue = workload.concept(i);
                    if (i != j && edges.add((long) cue * Workload.CONCEPTS + workload.concept(j))) {
                        degrees[cue]++;
                    }
                }
            }
        }
        long seen = IntStream.of(degrees).filter(degree -> degree > 0).count();
        int hub = IntStream.of(degrees).max().orElse(0);
        System.out.printf(
                "a tenth: %.2f concepts and %.1f pairs a basket, %,d edges, %,d concepts, hub %,d, largest %d%n",
                concepts / (double) TENTH, pairs / (double) TENTH, edges.size(), seen, hub, largest);
        assertThat(concepts / (double) TENTH).isCloseTo(6, within(0.1));
        assertThat(pairs / (double) TENTH).isCloseTo(47.5, within(1.0));
        assertThat(pairs / (double) edges.size()).isCloseTo(1.6, within(0.05));
        assertThat(hub).isBetween(70_000, 90_000);
        assertThat(seen).isBetween(140_000L, 180_000L);
        assertThat(largest).isLessThanOrEqualTo(40);
    }

    @Test
    void aRecordReadsBackAsItsBasket() {
        Workload workload = new Workload(3);
        JsonEpisodeCodec codec = new JsonEpisodeCodec();
        for (int i = 0; i < 1_000; i++) {
            workload.next();
            Episode episode = TopicReader.decode(codec, workload.json());
            assertThat(episode.atMs()).isEqualTo(workload.atMs());
            assertThat(episode.activations())
                    .extracting(Activation::concept)
                    .containsExactlyElementsOf(IntStream.range(0, workload.concepts())
                            .mapToObj(index -> Workload.id(workload.concept(index)))
                            .toList());
        }
    }
}
