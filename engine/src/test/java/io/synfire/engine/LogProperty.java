package io.synfire.engine;

import io.synfire.engine.RandomLog.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Something that holds for every log: it is tried on many, each made of a seed. Of a log for which it does not hold, whatever can be
 * left out is left out, and what remains is shown with the seed, which makes the same log again.
 */
public final class LogProperty {

    private LogProperty() {}

    /** Tries seeds from {@code firstSeed} on. */
    public static void holdsForAll(
            long firstSeed,
            int count,
            LongFunction<List<Line>> logOfSeed,
            LongFunction<Consumer<List<Line>>> checkOfSeed) {
        holdsForAll(firstSeed, count, Integer.MAX_VALUE, logOfSeed, checkOfSeed);
    }

    /** The same, with so many trials at most to leave something out of a log for which it does not hold. */
    public static void holdsForAll(
            long firstSeed,
            int count,
            int trialsMax,
            LongFunction<List<Line>> logOfSeed,
            LongFunction<Consumer<List<Line>>> checkOfSeed) {
        System.out.printf("logs of seeds %d to %d%n", firstSeed, firstSeed + count - 1);
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            List<Line> log = logOfSeed.apply(seed);
            Consumer<List<Line>> check = checkOfSeed.apply(seed);
            Throwable failure = failureOf(check, log);
            if (failure != null) {
                System.out.println("seed " + seed + " fails: " + failure);
                List<Line> smallest = shrunk(check, log, trialsMax);
                StringBuilder shown = new StringBuilder(
                        "seed " + seed + ", shrunk from " + log.size() + " to " + smallest.size() + " records:");
                smallest.forEach(line -> shown.append("\n  ").append(line));
                Throwable last = failureOf(check, smallest);
                throw new AssertionError(shown + "\n" + last, last);
            }
        }
    }

    private static List<Line> shrunk(Consumer<List<Line>> check, List<Line> log, int trialsMax) {
        List<Line> smallest = log;
        int trials = 0;
        for (int chunk = Math.max(1, log.size() / 2); chunk >= 1; chunk /= 2) {
            for (int from = 0; from < smallest.size() && trials < trialsMax; trials++) {
                List<Line> less = new ArrayList<>(smallest.subList(0, from));
                less.addAll(smallest.subList(Math.min(smallest.size(), from + chunk), smallest.size()));
                if (failureOf(check, less) != null) {
                    smallest = less;
                } else {
                    from += chunk;
                }
            }
        }
        return smallest;
    }

    private static @Nullable Throwable failureOf(Consumer<List<Line>> check, List<Line> log) {
        try {
            check.accept(log);
            return null;
        } catch (AssertionError | RuntimeException e) {
            return e;
        }
    }
}
