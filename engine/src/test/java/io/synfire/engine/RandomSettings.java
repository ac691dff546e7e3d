package io.synfire.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Settings of every kind, without the two limits that make a memory forget for good. */
public final class RandomSettings {

    private RandomSettings() {}

    /** Values by key. */
    public static Map<String, String> of(SplittableRandom random) {
        String[] halfLives = {"none", "30d", "1h,1d,30d", "1s", "10m,none"};
        String[] kernels = {"uniform", "exponential", "reciprocal"};
        String[] late = {"0ms", "10m", "1d"};
        String[] idWindows = {"0ms", "1h", "1d"};
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("half-lives", halfLives[random.nextInt(halfLives.length)]);
        settings.put("kernel", kernels[random.nextInt(3)]);
        settings.put("tau-backward", "3m");
        settings.put("max-steps", Integer.toString(random.nextInt(6)));
        settings.put("max-gap", random.nextBoolean() ? "2h" : "5d");
        settings.put("max-late", late[random.nextInt(3)]);
        settings.put("event-id-window", idWindows[random.nextInt(3)]);
        settings.put("backward", random.nextBoolean() ? "-0.5" : "0.5");
        settings.put("normalization", random.nextBoolean() ? "episode" : "none");
        settings.put("max-associations", "0");
        return settings;
    }

    /** By how much time may advance from one record to the next, milliseconds. */
    public static long stepMs(SplittableRandom random) {
        long[] steps = {1_000, 600_000, 86_400_000};
        return steps[random.nextInt(steps.length)];
    }
}
