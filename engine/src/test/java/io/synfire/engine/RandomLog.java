package io.synfire.engine;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Logs made of a seed: few concepts that meet often, some contexts in some partitions, late and repeated times, signed rewards,
 * wide strengths, events sent twice; and, if asked for, retractions and forgotten concepts.
 */
public final class RandomLog {

    private static final int PARTITIONS = 3;

    /** As commands that are in several partitions name it. */
    private static final String TOPIC = "log";

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
        return new Growing(new SplittableRandom(seed), shape).grown();
    }

    /** A log that grows. */
    private static final class Growing {
        private final SplittableRandom random;
        private final Shape shape;
        private final List<Line> log = new ArrayList<>();
        private final TreeMap<String, List<Learned>> byContext = new TreeMap<>();
        private final Map<String, Long> clocks = new HashMap<>();
        private final List<Line> free = new ArrayList<>();
        private final List<Line> later = new ArrayList<>();
        private long atMs;

        Growing(SplittableRandom random, Shape shape) {
            this.random = random;
            this.shape = shape;
            this.atMs = random.nextLong(1_000_000_000_000L);
        }

        List<Line> grown() {
            for (int i = 0; i < shape.episodes(); i++) {
                atMs += random.nextLong(shape.stepMsMax() + 1);
                int kind = shape.commands() ? random.nextInt(25) : 25;
                if (kind == 0) {
                    forget("c" + random.nextInt(shape.concepts()), i);
                } else if (kind == 1 && !byContext.isEmpty()) {
                    takeBackContext(i);
                } else if (kind == 2 && shape.commands()) {
                    takeBackTooEarly(i);
                } else if (kind <= 4 && !free.isEmpty()) {
                    takeBackOne(i);
                } else {
                    learn(i);
                }
            }
            log.addAll(later);
            return log;
        }

        /** By a command that stands alone, or by one that is in every partition. */
        private void forget(String concept, int number) {
            if (random.nextBoolean()) {
                command(partition(random), new Forget(concept, Map.of(), maybe("f" + number)));
                return;
            }
            Forget covering = new Forget(concept, Map.of(TOPIC, PARTITIONS), "f" + number);
            for (int p = 0; p < PARTITIONS; p++) {
                log.add(new Line("p" + p, covering));
            }
        }

        private void learn(int number) {
            long late = random.nextInt(10) == 0 ? random.nextLong(Math.min(atMs, 20 * shape.stepMsMax()) + 1) : 0;
            Line line = episode(random, shape, atMs - late, number);
            learn(line);
            if (random.nextInt(12) == 0) {
                log.add(line);
            }
        }

        private void learn(Line line) {
            log.add(line);
            Episode episode = (Episode) line.entry();
            long clockMs = clocks.merge(line.partition(), episode.atMs(), Math::max);
            if (episode.context() != null) {
                byContext
                        .computeIfAbsent(episode.context(), c -> new ArrayList<>())
                        .add(new Learned(episode, clockMs));
            } else {
                free.add(line);
            }
        }

        /** As a hand writes it, or in parts that say what was before and at which clocks. */
        private void takeBackContext(int number) {
            List<String> contexts = List.copyOf(byContext.keySet());
            String context = contexts.get(random.nextInt(contexts.size()));
            List<Learned> all = byContext.remove(context);
            if (random.nextInt(3) == 0) {
                List<Episode> episodes = all.stream().map(Learned::episode).toList();
                command(partitionOf(context), new Retraction(context, episodes));
                return;
            }
            for (int from = 0; from < all.size(); ) {
                int to = Math.min(all.size(), from + 1 + random.nextInt(6));
                List<Learned> before = all.subList(Math.max(0, from - 5), from);
                Retraction part =
                        new Retraction(context, before, all.subList(from, to), maybe("r" + number + "-" + from));
                command(partitionOf(context), part);
                from = to;
            }
        }

        /** A retraction that is read first, as it may be in a log of several partitions. */
        private void takeBackTooEarly(int number) {
            Line early =
                    episode(random, new Shape(1, shape.concepts(), 1, 0, false), atMs + 3 * shape.stepMsMax(), -number);
            command(partition(random), new Retraction(null, List.of((Episode) early.entry())));
            later.add(early);
        }

        private void takeBackOne(int number) {
            Line line = free.remove(random.nextInt(free.size()));
            Episode episode = (Episode) line.entry();
            // What is a command's id may be an event's, too.
            String id = random.nextBoolean() ? episode.eventId() : maybe("r" + number);
            command(line.partition(), new Retraction(null, List.of(), List.of(Learned.of(episode)), id));
            if (episode.eventId() != null && random.nextBoolean()) {
                // It comes again, corrected.
                Episode corrected = new Episode(
                        episode.atMs(), null, episode.activations(), episode.reward() / 2, episode.eventId());
                learn(new Line(line.partition(), corrected));
            }
        }

        private void command(String partition, Entry command) {
            log.add(new Line(partition, command));
            if (command.eventId() != null && random.nextInt(4) == 0) {
                log.add(new Line(partition, command));
            }
        }

        private @Nullable String maybe(String id) {
            return random.nextInt(3) == 0 ? null : id;
        }
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
