package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Readers beside a learner whose checkpoints begin, are written and end at any moment, whose tables are evicted and whose rows are appended
 * to and folded. Round by round every pair is learned once more, so that a reader knows what it must find: what was applied before it
 * looked, and no more than what was applied after.
 */
final class ReadWhileLearningTest {

    private static final int CUES = 4_000;
    private static final int TARGETS = 40;
    private static final int ROUNDS = 40;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {16, 512})
    void whoReadsFindsAllThatWasAppliedBeforeAndNothingTwice(int memoryMiB) throws InterruptedException {
        EngineOptions options = new EngineOptions((long) memoryMiB << 20);
        Map<String, String> settings = Map.of("half-lives", "none", "max-associations", "0");
        AtomicInteger applied = new AtomicInteger();
        AtomicInteger begun = new AtomicInteger();
        AtomicReference<String> wrong = new AtomicReference<>();
        long looks = 0;
        try (Engine engine = Engine.open(directory, settings, options, new SimpleMeterRegistry())) {
            learn(engine, 1);
            applied.set(1);
            begun.set(1);
            List<Reader> readers = List.of(
                    new Reader(engine.view(), applied, begun, wrong, 1),
                    new Reader(engine.view(), applied, begun, wrong, 2));
            readers.forEach(Thread::start);
            for (int round = 2; round <= ROUNDS; round++) {
                begun.set(round);
                learn(engine, round);
                applied.set(round);
                engine.startCheckpoint();
            }
            begun.set(Integer.MAX_VALUE);
            for (Reader reader : readers) {
                reader.join();
                looks += reader.looks;
            }
            assertThat(wrong.get()).isNull();
            assertThat(looks).isGreaterThan(1_000);
            assertWhole(engine.view());
        }
        try (Engine again = Engine.open(directory, settings, options, new SimpleMeterRegistry())) {
            assertWhole(again.view());
        }
    }

    /** A pair of each cue with each of its targets, in small batches. */
    private static void learn(Engine engine, int round) {
        List<Entry> entries = new ArrayList<>();
        for (int cue = 0; cue < CUES; cue++) {
            for (int target = 0; target < TARGETS; target += 8) {
                entries.add(
                        Episode.of(round, "cue" + cue, "t" + (target + round % 8), "t" + (target + (round + 3) % 8)));
            }
            if (entries.size() > 1_000) {
                engine.apply(new Batch("", List.copyOf(entries), List.of(), 0));
                entries.clear();
            }
        }
        engine.apply(new Batch("", entries, List.of(), 0));
    }

    /** How often each target of a residue was learned after so many rounds. */
    private static int times(int residue, int rounds) {
        int times = 0;
        for (int round = 1; round <= rounds; round++) {
            times += round % 8 == residue ? 1 : 0;
            times += (round + 3) % 8 == residue ? 1 : 0;
        }
        return times;
    }

    private static void assertWhole(MemoryView view) {
        for (int cue = 0; cue < CUES; cue++) {
            Associations row = view.associations(view.conceptOf("cue" + cue), ROUNDS);
            assertThat(row.size()).isEqualTo(TARGETS);
            for (int i = 0; i < row.size(); i++) {
                int residue = Integer.parseInt(view.idOf(row.target(i)).substring(1)) % 8;
                assertThat(row.strength(i, 0)).isEqualTo(times(residue, ROUNDS));
            }
        }
    }

    /** Looks at rows until the learner is done. */
    private static final class Reader extends Thread {
        private final MemoryView view;
        private final AtomicInteger applied;
        private final AtomicInteger begun;
        private final AtomicReference<String> wrong;
        private final SplittableRandom random;
        private long looks;

        Reader(MemoryView view, AtomicInteger applied, AtomicInteger begun, AtomicReference<String> wrong, long seed) {
            this.view = view;
            this.applied = applied;
            this.begun = begun;
            this.wrong = wrong;
            this.random = new SplittableRandom(seed);
        }

        @Override
        public void run() {
            while (begun.get() < Integer.MAX_VALUE && wrong.get() == null) {
                String cue = "cue" + random.nextInt(CUES);
                int least = applied.get();
                Associations row = view.associations(view.conceptOf(cue), ROUNDS);
                int most = begun.get();
                if (most == Integer.MAX_VALUE) {
                    most = ROUNDS;
                }
                looks++;
                int[] found = new int[TARGETS];
                for (int i = 0; i < row.size(); i++) {
                    found[Integer.parseInt(view.idOf(row.target(i)).substring(1))] = (int) row.strength(i, 0);
                }
                for (int target = 0; target < TARGETS; target++) {
                    int min = times(target % 8, least);
                    int max = times(target % 8, most);
                    if (found[target] < min || found[target] > max) {
                        wrong.set(cue + " t" + target + ": " + found[target] + ", not within " + min + " and " + max);
                    }
                }
            }
        }
    }
}
