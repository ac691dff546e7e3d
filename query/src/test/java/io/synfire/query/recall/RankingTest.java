package io.synfire.query.recall;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RankingTest {

    private record Item(int item, String id, double score) {}

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 20, 100, 1000})
    void theFirstAreThoseOfTheWholeSorted(int k) {
        SplittableRandom random = new SplittableRandom(k);
        for (int round = 0; round < 100; round++) {
            int offered = random.nextInt(round % 5 == 0 ? 20_000 : 300);
            // From all alike to all different.
            int levels = 1 + random.nextInt(random.nextBoolean() ? 3 : 100_000);
            List<Item> items = new ArrayList<>();
            Ranking ranking = new Ranking(k, (asked, count, ids) -> {
                for (int i = 0; i < count; i++) {
                    ids[i] = items.get(asked[i]).id();
                }
            });
            for (int i = 0; i < offered; i++) {
                double score = random.nextInt(50) == 0 ? Ranking.UNDEFINED : random.nextInt(levels);
                items.add(new Item(i, "c" + random.nextInt(1_000_000) + "-" + i, score));
                if (ranking.mayHold(score) || random.nextBoolean()) {
                    ranking.offer(i, score);
                }
            }
            ranking.sort();
            List<Item> expected = items.stream()
                    .sorted(Comparator.comparingDouble(Item::score).reversed().thenComparing(Item::id))
                    .limit(k)
                    .toList();
            List<Item> found = IntStream.range(0, ranking.size())
                    .mapToObj(i -> new Item(ranking.item(i), ranking.id(i), ranking.score(i)))
                    .toList();
            assertThat(found).as("k=%d round=%d", k, round).isEqualTo(expected);
        }
    }
}
