package io.synfire.engine.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a firing potentiates, concept by concept, is what its positive impulses add up to. */
final class PlasticityTest {

    private static final long SEED = Long.getLong("synfire.seed", 4_711);

    /** Sums by concept. */
    private static final class Sums {
        final Map<Integer, Double> from = new TreeMap<>();
        final Map<Integer, Double> to = new TreeMap<>();

        void impulse(int cue, int target, double delta) {
            add(cue, Math.max(delta, 0), 0);
            add(target, 0, Math.max(delta, 0));
        }

        void add(int concept, double more, double reached) {
            from.merge(concept, more, Double::sum);
            to.merge(concept, reached, Double::sum);
        }
    }

    @Test
    void ofAnyFiringAndWindow() {
        System.out.println("seed=" + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 2_000; i++) {
            Plasticity plasticity = new Plasticity(settings(random));
            ContextWindow window = random.nextInt(4) == 0 ? null : window(random);
            Firing firing = firing(random, 1_000_000 + random.nextLong(7_200_000));
            Sums impulses = new Sums();
            Sums potentiated = new Sums();
            long[] count = {0};
            long between = plasticity.impulses(
                    firing,
                    window,
                    (cue, target, delta) -> {
                        impulses.impulse(cue, target, delta);
                        count[0]++;
                    },
                    potentiated::add);
            assertEqual(potentiated.from, impulses.from);
            assertEqual(potentiated.to, impulses.to);
            long within = firing.reward() == 0 ? 0 : (long) firing.size() * (firing.size() - 1);
            assertThat(between).isEqualTo(count[0] - within);
        }
    }

    /** A sum that is made by subtraction is off by the rounding of what was subtracted. */
    @Test
    void theSmallBesideTheHuge() {
        Plasticity plasticity = new Plasticity(LearningSettings.defaults());
        Firing firing = new Firing(0, new int[] {0, 1, 2}, new double[] {1e6, 1e-6, 1e-6}, 1);
        Sums potentiated = new Sums();
        plasticity.impulses(firing, null, (cue, target, delta) -> {}, potentiated::add);
        assertThat(potentiated.from.get(0)).isCloseTo(2, within(1e-15));
        assertThat(potentiated.from.get(1)).isCloseTo(1 + 1e-12, within(1e-15));
    }

    private static void assertEqual(Map<Integer, Double> actual, Map<Integer, Double> expected) {
        expected.forEach((concept, sum) -> assertThat(actual.getOrDefault(concept, 0.0))
                .as("concept %d", concept)
                .isCloseTo(sum, within(1e-12 * sum)));
        actual.forEach((concept, sum) -> assertThat(expected.getOrDefault(concept, 0.0))
                .as("concept %d", concept)
                .isCloseTo(sum, within(1e-12 * sum)));
    }

    private static LearningSettings settings(SplittableRandom random) {
        String[] gains = {"1", "0.5", "0", "-0.5", "2"};
        String[] kernels = {"uniform", "exponential", "reciprocal"};
        return LearningSettings.parse(Map.of(
                "forward",
                gains[random.nextInt(5)],
                "backward",
                gains[random.nextInt(5)],
                "kernel",
                kernels[random.nextInt(3)],
                "tau-backward",
                "3m",
                "max-gap",
                "1h",
                "max-steps",
                Integer.toString(random.nextInt(5)),
                "normalization",
                random.nextBoolean() ? "episode" : "none"));
    }

    private static ContextWindow window(SplittableRandom random) {
        ContextWindow window = new ContextWindow();
        for (int i = random.nextInt(8); i > 0; i--) {
            window.add(firing(random, 1_000_000 + random.nextLong(7_200_000)), 0, 6);
        }
        return window;
    }

    private static Firing firing(SplittableRandom random, long atMs) {
        int[] concepts =
                random.ints(0, 12).distinct().limit(1 + random.nextInt(6)).toArray();
        double[] strengths = new double[concepts.length];
        for (int i = 0; i < strengths.length; i++) {
            strengths[i] = random.nextBoolean() ? 1 : Math.pow(10, random.nextDouble(-6, 6));
        }
        double[] rewards = {1, 1, 0.3, 0, -2};
        return new Firing(atMs, concepts, strengths, rewards[random.nextInt(5)]);
    }
}
