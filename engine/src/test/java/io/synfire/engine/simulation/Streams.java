package io.synfire.engine.simulation;

import io.synfire.engine.HostileIds;
import io.synfire.engine.RandomLog;
import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.RandomLog.Shape;
import io.synfire.engine.RandomSettings;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;

/**
 * The logs of simulations: a random one, into which some seeds put what is hard on a memory. A hub with more targets than a table is read in
 * place; floods of ids that were never seen before; hundreds of concepts forgotten in a row; jumps of time over many half-lives; many contexts;
 * retractions that are read long before what they take back.
 */
final class Streams {

    /** So many records are a long log, for which the write-ahead log has time to grow over several of its blocks. */
    static final int LONG = 500;

    private static final int PARTITIONS = 3;
    private static final int HUB_EPISODES = 120;
    private static final int FLOOD_EPISODES = 20;
    private static final int EARLY_MAX = 300;
    private static final int EARLY_STEPS = 100;
    private static final long[] JUMPS_MS = {
        TimeUnit.HOURS.toMillis(50), TimeUnit.DAYS.toMillis(2_000), TimeUnit.DAYS.toMillis(20_000)
    };

    private final SplittableRandom random;
    private final List<Line> log;
    private final int concepts;

    private Streams(SplittableRandom random, List<Line> log, int concepts) {
        this.random = random;
        this.log = new ArrayList<>(log);
        this.concepts = concepts;
    }

    /** The log that a seed makes. */
    static List<Line> log(long seed) {
        SplittableRandom random = new SplittableRandom(~seed);
        long stepMs = RandomSettings.stepMs(random);
        int[] contexts = {0, 5, 5, 5, 60};
        boolean isLong = random.nextInt(10) == 0;
        int concepts = isLong ? 120 : 10 + random.nextInt(30);
        int episodes = isLong ? LONG : 100 + random.nextInt(200);
        Shape shape = new Shape(episodes, concepts, stepMs, contexts[random.nextInt(contexts.length)], true);
        Streams streams = new Streams(random, RandomLog.of(seed, shape), concepts);
        if (random.nextInt(8) == 0) {
            streams.hub();
        }
        if (random.nextInt(6) == 0) {
            streams.flood();
        }
        if (random.nextInt(6) == 0) {
            streams.forgetMany();
        }
        for (int jumps = random.nextInt(6) == 0 ? 1 + random.nextInt(2) : 0; jumps > 0; jumps--) {
            streams.jump();
        }
        if (random.nextInt(4) == 0) {
            streams.takeBackEarly(stepMs);
        }
        return streams.log;
    }

    private void hub() {
        int at = random.nextInt(log.size());
        long atMs = timeAt(at);
        for (int i = 0, target = 0; i < HUB_EPISODES; i++) {
            List<Activation> fired = new ArrayList<>(List.of(Activation.of("hub")));
            for (int j = random.nextInt(8); j >= 0; j--) {
                fired.add(Activation.of("t" + (random.nextInt(10) == 0 ? random.nextInt(target + 1) : target++)));
            }
            // Among the others, so that it grows over several checkpoints.
            at = Math.min(log.size(), at + random.nextInt(3));
            log.add(at, new Line(partition(), new Episode(atMs, null, fired, 1, null)));
        }
    }

    private void flood() {
        int at = random.nextInt(log.size());
        long atMs = timeAt(at);
        int kind = random.nextInt(3);
        for (int i = 0, id = 0; i < FLOOD_EPISODES; i++) {
            List<Activation> fired = new ArrayList<>();
            for (int j = 2 + random.nextInt(16); j > 0; j--) {
                fired.add(Activation.of(floodId(kind, id++)));
            }
            fired.add(Activation.of("c" + random.nextInt(concepts)));
            log.add(at + i, new Line(partition(), new Episode(atMs + i, null, fired, 1, null)));
        }
    }

    private static String floodId(int kind, int number) {
        return switch (kind) {
            case 0 -> HostileIds.alike(number);
            case 1 -> "ä".repeat(200) + number;
            default -> "f" + number;
        };
    }

    /** In one partition in a row, or among others: what there is by then, and what there is not. */
    private void forgetMany() {
        int at = random.nextInt(log.size());
        boolean inARow = random.nextBoolean();
        String one = partition();
        int count = 100 + random.nextInt(300);
        for (int i = 0; i < count; i++) {
            String concept =
                    switch (random.nextInt(4)) {
                        case 0 -> "t" + random.nextInt(400);
                        case 1 -> floodId(random.nextInt(3), random.nextInt(200));
                        default -> "c" + random.nextInt(concepts);
                    };
            at = Math.min(log.size(), at + (inARow ? 1 : random.nextInt(3)));
            log.add(at, new Line(inARow ? one : partition(), new Forget(concept, Map.of(), null)));
        }
    }

    /** What is yet to be learned, as it may be read in a log of several partitions; and contexts of which nothing ever is. */
    private void takeBackEarly(long stepMs) {
        for (int i = EARLY_MAX * log.size() / LONG; i > 0; i--) {
            int at = random.nextInt(log.size());
            int later = at + random.nextInt(log.size() - at);
            if (random.nextInt(3) == 0) {
                List<Episode> never = new ArrayList<>();
                for (int j = random.nextInt(5); j >= 0; j--) {
                    long atMs = timeAt(at) + random.nextLong(EARLY_STEPS * stepMs);
                    never.add(Episode.of(atMs, "c" + random.nextInt(concepts), "c" + random.nextInt(concepts)));
                }
                log.add(at, new Line(partition(), new Retraction("early" + i % 7, never)));
            } else if (log.get(later).entry() instanceof Episode episode && episode.context() == null) {
                log.add(at, new Line(partition(), new Retraction(null, List.of(episode))));
            }
        }
    }

    /** What happened after a moment happened much later. */
    private void jump() {
        long fromMs = timeAt(random.nextInt(log.size()));
        long jumpMs = JUMPS_MS[random.nextInt(JUMPS_MS.length)];
        log.replaceAll(
                line -> new Line(line.partition(), moved(line.entry(), atMs -> atMs < fromMs ? atMs : atMs + jumpMs)));
    }

    private static Entry moved(Entry entry, LongUnaryOperator time) {
        if (entry instanceof Episode episode) {
            return moved(episode, time);
        }
        if (entry instanceof Retraction retraction) {
            return new Retraction(
                    retraction.context(),
                    moved(retraction.before(), time),
                    moved(retraction.takenBack(), time),
                    retraction.eventId());
        }
        return entry;
    }

    private static List<Learned> moved(List<Learned> all, LongUnaryOperator time) {
        return all.stream()
                .map(learned -> new Learned(
                        moved(learned.episode(), time),
                        learned.clockMs() == Learned.CLOCK_UNKNOWN
                                ? Learned.CLOCK_UNKNOWN
                                : time.applyAsLong(learned.clockMs())))
                .toList();
    }

    private static Episode moved(Episode episode, LongUnaryOperator time) {
        return new Episode(
                time.applyAsLong(episode.atMs()),
                episode.context(),
                episode.activations(),
                episode.reward(),
                episode.eventId());
    }

    private long timeAt(int index) {
        for (int i = index; i >= 0; i--) {
            if (log.get(i).entry() instanceof Episode episode) {
                return episode.atMs();
            }
        }
        return 0;
    }

    private String partition() {
        return "p" + random.nextInt(PARTITIONS);
    }
}
