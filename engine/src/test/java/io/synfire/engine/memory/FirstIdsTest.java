package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FirstIdsTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 512})
    void theFirstAreThoseOfAllSorted(int count) {
        SplittableRandom random = new SplittableRandom(count);
        for (int offered : new int[] {1, 255, 256, 257, 512, 513, 3_000}) {
            List<String> ids = IntStream.range(0, offered)
                    .mapToObj(i -> Integer.toString(random.nextInt(1_000), 36) + "-" + i)
                    .toList();
            FirstIds first = new FirstIds(count, new NamedIds(ids::get));
            for (int i = 0; i < offered; i++) {
                first.offer(i, 7 * i);
            }
            List<Integer> expected = IntStream.range(0, offered)
                    .boxed()
                    .sorted(Comparator.comparing(ids::get))
                    .limit(count)
                    .toList();
            assertThat(first.items().intStream().map(item -> item / 7).boxed())
                    .as("offered=%d", offered)
                    .containsExactlyInAnyOrderElementsOf(expected);
            assertThat(first.last()).isEqualTo(ids.get(expected.get(expected.size() - 1)));
        }
    }

    @Test
    void theFirstNoneAreRefused() {
        assertThatThrownBy(() -> new FirstIds(0, NamedIds.NONE)).isInstanceOf(IllegalArgumentException.class);
    }
}
