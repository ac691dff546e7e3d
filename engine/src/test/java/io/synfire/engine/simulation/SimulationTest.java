package io.synfire.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.LogProperty;
import io.synfire.engine.RandomLog.Line;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever crashes, fails, goes away or is read again: the store equals the fold of every record below its positions. With {@code
 * -Dsynfire.seed=S} one simulation is run again, with {@code -Dsynfire.simulations=N} as many.
 */
final class SimulationTest {

    private static final int SIMULATIONS = Integer.getInteger("synfire.simulations", 30);
    private static final long SEED = Long.getLong("synfire.seed", 0);

    /** With so many simulations each kind of fault has happened. */
    private static final int ENOUGH_FOR_ALL = 30;

    /** With so many in each phase in which it could. */
    private static final int ENOUGH_FOR_EACH_PHASE = 500;

    /** So often a failing simulation is run again with a part of its log, to show the less. */
    private static final int SHRINKING_TRIALS = Integer.getInteger("synfire.shrinking", 60);

    @TempDir(factory = MemoryDirectory.class)
    Path directory;

    private final Set<Long> failed = new HashSet<>();
    private int runs;

    @Test
    void theStoreEqualsTheFoldOfEveryRecordBelowItsPositionsWhateverHappens() {
        Tally tally = new Tally();
        long startMs = System.currentTimeMillis();
        LogProperty.holdsForAll(
                SEED == 0 ? 1 : SEED,
                SEED == 0 ? SIMULATIONS : 1,
                SHRINKING_TRIALS,
                Streams::log,
                seed -> log -> run(seed, log, tally));
        System.out.printf("in %.1f s:%n%s%s", (System.currentTimeMillis() - startMs) / 1e3, tally, tally.hits());
        if (SEED == 0 && SIMULATIONS >= ENOUGH_FOR_ALL) {
            assertThat(EnumSet.allOf(Fault.class)).allMatch(fault -> tally.count(fault) > 0);
        }
        if (SEED == 0 && SIMULATIONS >= ENOUGH_FOR_EACH_PHASE) {
            assertThat(tally.hits().missing()).isEmpty();
        }
    }

    @Test
    void aSeedDecidesEverything() {
        int compared = 0;
        for (long seed = 1; compared < 5; seed++) {
            List<Line> log = Streams.log(seed);
            try (Simulation once = simulation(seed, log, new Tally());
                    Simulation again = simulation(seed, log, new Tally())) {
                if (once.isDecided()) {
                    once.run();
                    again.run();
                    assertSame(seed, once.trace(), again.trace());
                    compared++;
                }
            }
        }
    }

    private static void assertSame(long seed, List<String> once, List<String> again) {
        for (int i = 0; i < Math.min(once.size(), again.size()); i++) {
            assertThat(again.get(i))
                    .as("seed %d, line %d, behind %s", seed, i, again.subList(Math.max(0, i - 9), i))
                    .isEqualTo(once.get(i));
        }
        assertThat(again).as("seed %d", seed).hasSameSizeAs(once);
    }

    private void run(long seed, List<Line> log, Tally tally) {
        try (Simulation simulation = simulation(seed, log, tally)) {
            simulation.run();
        } catch (RuntimeException | Error e) {
            if (failed.add(seed)) {
                System.out.printf(
                        "to run it again: ./mvnw -pl engine test -Dtest=SimulationTest -Dsynfire.seed=%d%n", seed);
                e.printStackTrace(System.out);
            }
            throw e;
        }
    }

    private Simulation simulation(long seed, List<Line> log, Tally tally) {
        return new Simulation(seed, log, directory.resolve("run" + runs++), tally);
    }
}
