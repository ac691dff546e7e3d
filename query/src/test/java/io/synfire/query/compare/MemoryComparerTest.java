package io.synfire.query.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
final class MemoryComparerTest {

    private static final Offset<Double> EXACT = Offset.offset(1e-12);

    @TempDir
    Path directory;

    private Engine first;
    private Engine second;

    @BeforeEach
    void open() {
        first = open("first", Map.of("half-lives", "none"));
        second = open("second", Map.of("half-lives", "none", "max-gap", "1h"));
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    @Test
    void theSameMemoryDiffersInNothing() {
        learn(first, 3, "tea", "milk", "honey");
        MemoryComparison found = new MemoryComparer(first.view(), first.view(), 10, 1).compare(done -> {});
        assertThat(found.plain()).isEqualTo(new MemoryComparison.Means(1, 1));
        assertThat(found.weighted().rbo()).isCloseTo(1, EXACT);
        assertThat(found.moved()).isEmpty();
        assertThat(found.shifted()).isEmpty();
        assertThat(found.settings()).isEmpty();
        assertThat(found.onlyFirst().count()).isZero();
    }

    /**
     * In both tea goes with milk; in the first with honey next, in the second with lemon. Lists of tea: milk, honey and milk, lemon: overlap
     * 1/2, RBO 0.1/0.9·(0.9 + 0.405) + 0.5·0.81 = 0.55. Milk's lists are the same.
     */
    @Test
    void whatMovedAndWhatIsInOneAloneIsNamed() {
        learn(first, 4, "tea", "milk");
        learn(first, 2, "tea", "honey");
        learn(second, 4, "tea", "milk");
        learn(second, 2, "tea", "lemon");
        MemoryComparison found = new MemoryComparer(first.view(), second.view(), 2, 3).compare(done -> {});
        assertThat(found.shared()).isEqualTo(2);
        assertThat(found.compared()).isEqualTo(2);
        assertThat(found.plain().overlap()).isCloseTo(0.75, EXACT);
        assertThat(found.plain().rbo()).isCloseTo((0.55 + 1) / 2, EXACT);
        // Tea has 6 of 12 activations, milk 4.
        assertThat(found.weighted().rbo()).isCloseTo((6 * 0.55 + 4) / 10, EXACT);
        assertThat(found.moved()).hasSize(1);
        MemoryComparison.Moved tea = found.moved().get(0);
        assertThat(tea.concept()).isEqualTo("tea");
        assertThat(tea.rbo()).isCloseTo(0.55, EXACT);
        assertThat(tea.gained()).containsExactly("lemon");
        assertThat(tea.lost()).containsExactly("honey");
        assertThat(found.onlyFirst().most()).containsExactly("honey");
        assertThat(found.onlySecond().most()).containsExactly("lemon");
        assertThat(found.settings()).containsExactly(Map.entry("max-gap", "30m -> 1h"));
        assertThat(found.shifted()).isEmpty();
    }

    @Test
    void whatIsScarceDoesNotMoveAndWhatWasForgottenIsNotThere() {
        learn(first, 2, "tea", "milk");
        learn(second, 2, "tea", "honey");
        learn(second, 2, "milk", "honey");
        second.apply(Batch.of(new Forget("honey")));
        MemoryComparison found = new MemoryComparer(first.view(), second.view(), 10, 3).compare(done -> {});
        assertThat(found.moved()).isEmpty();
        assertThat(found.onlySecond().count()).isZero();
        assertThat(found.plain().overlap()).isZero();
        // Of 4 activations 2 were tea's; of 8 in the second, what was forgotten included, 2 are.
        assertThat(found.shifted().get(0)).isEqualTo(new MemoryComparison.Shifted("milk", 0.5, 0.25));
    }

    private static void learn(Engine engine, int times, String... concepts) {
        for (int i = 0; i < times; i++) {
            engine.apply(Batch.of(Episode.of(0, concepts)));
        }
    }

    private Engine open(String name, Map<String, String> learning) {
        return Engine.open(directory.resolve(name), learning, new EngineOptions(16 << 20), new SimpleMeterRegistry());
    }
}
