package io.synfire.engine;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Logs made of a seed: few concepts that meet often, some contexts, late and repeated times, signed rewards, wide strengths. */
public final class RandomLog {

    private RandomLog() {}

    /** A log whose times advance by up to {@code stepMsMax} a record, and fall back now and then. */
    public static List<Episode> of(long seed, int episodes, int concepts, long stepMsMax, boolean contexts) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Episode> log = new ArrayList<>();
        long atMs = random.nextLong(1_000_000_000_000L);
        for (int i = 0; i < episodes; i++) {
            atMs += random.nextLong(stepMsMax + 1);
            long late = random.nextInt(10) == 0 ? random.nextLong(Math.min(atMs, 20 * stepMsMax) + 1) : 0;
            List<Activation> fired = new ArrayList<>();
            int size = 1 + random.nextInt(random.nextInt(20) == 0 ? 12 : 5);
            for (int j = 0; j < size; j++) {
                int concept = (int) (concepts * Math.pow(random.nextDouble(), 2));
                fired.add(new Activation("c" + concept, strength(random)));
            }
            String context = contexts && random.nextInt(3) > 0 ? "k" + random.nextInt(5) : null;
            double reward = random.nextInt(8) == 0 ? -2 * random.nextDouble() : 1;
            log.add(new Episode(atMs - late, context, fired, reward, null));
        }
        return log;
    }

    private static double strength(SplittableRandom random) {
        return switch (random.nextInt(12)) {
            case 0 -> 1e-6;
            case 1 -> 1e6;
            case 2 -> random.nextDouble(0.1, 2);
            default -> 1;
        };
    }
}
