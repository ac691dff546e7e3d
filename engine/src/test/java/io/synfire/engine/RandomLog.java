package io.synfire.engine;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Retraction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Logs made of a seed: few concepts that meet often, some contexts in some partitions, late and repeated times, signed rewards,
 * wide strengths, events sent twice; and, if asked for, retractions and forgotten concepts.
 */
public final class RandomLog {

    private static final int PARTITIONS = 3;

    /**
     * What a log is like.
     *
     * @param episodes how many records
     * @param concepts how many concepts
     * @param stepMsMax time advances by up to this a record, and falls back now and then by up to twenty times this
     * @param contexts how many contexts; 0 for none
     * @param commands whether episodes are taken back and concepts forgotten
     */
    public record Shape(int episodes, int concepts, long stepMsMax, int contexts, boolean commands) {}

    /** A record of a partition. */
    public record Line(String partition, Entry entry) {}

    private RandomLog() {}

    /** A log of a shape. */
    public static List<Line> of(long seed, Shape shape) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Line> log = new ArrayList<>();
        Map<String, List<Episode>> byContext = new HashMap<>();
        List<Line> free = new ArrayList<>();
        List<Line> later = new ArrayList<>();
        long atMs = random.nextLong(1_000_000_000_000L);
        for (int i = 0; i < shape.episodes(); i++) {
            atMs += random.nextLong(shape.stepMsMax() + 1);
            int kind = shape.commands() ? random.nextInt(25) : 25;
            if (kind == 0) {
                log.add(new Line(partition(random), new Forget("c" + random.nextInt(shape.concepts()))));
            } else if (kind == 1 && !byContext.isEmpty()) {
                String context = byContext.keySet().stream().sorted().toList().get(random.nextInt(byContext.size()));
                log.add(new Line(partitionOf(context), new Retraction(context, byContext.remove(context))));
            } else if (kind == 2 && shape.commands()) {
                // A retraction that is read first, as it may be in a log of several partitions.
                Line early =
                        episode(random, new Shape(1, shape.concepts(), 1, 0, false), atMs + 3 * shape.stepMsMax(), -i);
                Episode episode = (Episode) early.entry();
                log.add(new Line(partition(random), new Retraction(null, List.of(episode))));
                later.add(early);
            } else if (kind <= 4 && !free.isEmpty()) {
                Line retracted = free.remove(random.nextInt(free.size()));
                log.add(new Line(retracted.partition(), new Retraction(null, List.of((Episode) retracted.entry()))));
            } else {
                long late = random.nextInt(10) == 0 ? random.nextLong(Math.min(atMs, 20 * shape.stepMsMax()) + 1) : 0;
                Line line = episode(random, shape, atMs - late, i);
                log.add(line);
                Episode episode = (Episode) line.entry();
                String context = episode.context();
                if (context != null) {
                    byContext.computeIfAbsent(context, c -> new ArrayList<>()).add(episode);
                } else {
                    free.add(line);
                }
                if (random.nextInt(12) == 0) {
                    log.add(line);
                }
            }
        }
        log.addAll(later);
        return log;
    }

    private static Line episode(SplittableRandom random, Shape shape, long atMs, int number) {
        List<Activation> fired = new ArrayList<>();
        int size = 1 + random.nextInt(random.nextInt(20) == 0 ? 12 : 5);
        for (int j = 0; j < size; j++) {
            int concept = (int) (shape.concepts() * Math.pow(random.nextDouble(), 2));
            fired.add(new Activation("c" + concept, strength(random)));
        }
        String context = shape.contexts() > 0 && random.nextInt(3) > 0 ? "k" + random.nextInt(shape.contexts()) : null;
        double reward = random.nextInt(8) == 0 ? -2 * random.nextDouble() : 1;
        String eventId = random.nextInt(3) == 0 ? "e" + number : null;
        return new Line(
                context == null ? partition(random) : partitionOf(context),
                new Episode(atMs, context, fired, reward, eventId));
    }

    private static String partition(SplittableRandom random) {
        return "p" + random.nextInt(PARTITIONS);
    }

    private static String partitionOf(String context) {
        return "p" + Math.floorMod(context.hashCode(), PARTITIONS);
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
