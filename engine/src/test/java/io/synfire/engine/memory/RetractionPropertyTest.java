package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.synfire.engine.LogProperty;
import io.synfire.engine.NaiveMemory;
import io.synfire.engine.RandomLog;
import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.RandomLog.Shape;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.Associations;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is taken back is as if it had never been learned: in parts as at once, late or repeated, before a forget and after it. {@code
 * -Dsynfire.logs=80} tries more logs.
 */
final class RetractionPropertyTest {

    private static final int LOGS = Integer.getInteger("synfire.logs", 15);

    @TempDir
    Path directory;

    @Test
    void aContextThatIsTakenBackInPartsIsAsIfItHadNeverBeenLearned() {
        LogProperty.holdsForAll(
                11_000, LOGS, seed -> RandomLog.of(seed, new Shape(250, 20, stepMs(seed), 4, false)), seed -> log -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    LearningSettings settings = settings(random);
                    Map<String, List<Learned>> lives = learned(log, settings);
                    if (lives.isEmpty()) {
                        return;
                    }
                    List<String> keys = List.copyOf(lives.keySet());
                    String key = keys.get(random.nextInt(keys.size()));
                    List<Learned> all = lives.getOrDefault(key, List.of());
                    String partition = key.substring(0, key.indexOf('/'));
                    String context = key.substring(key.indexOf('/') + 1);
                    List<Line> never = instead(log, partition, context, all);
                    NaiveMemory reference = reference(settings, never);
                    NaiveMemory mass = reference(settings, log);
                    long budget = random.nextBoolean() ? 0 : 300_000;
                    try (StoredMemory without = new StoredMemory(directory, settings);
                            StoredMemory atOnce = new StoredMemory(directory, settings);
                            StoredMemory inParts = new StoredMemory(directory, settings, budget)) {
                        without.apply(never);
                        long expected = without.memory().checksums().learned();
                        atOnce.apply(log);
                        atOnce.apply(List.of(new Line(partition, new Retraction(context, List.of(), all, null))));
                        assertThat(atOnce.memory().checksums().learned()).isEqualTo(expected);
                        assertIsAsIf(atOnce.memory(), reference, mass, settings);
                        inParts.apply(log);
                        for (Retraction part : parts(context, all, settings.maxSteps(), random)) {
                            inParts.apply(List.of(new Line(partition, part)));
                            if (settings.eventIdWindowMs() > 0 && random.nextInt(3) == 0) {
                                // Sent again, by who does not know whether it came.
                                inParts.apply(List.of(new Line(partition, part)));
                            }
                            if (random.nextInt(4) == 0) {
                                inParts.checkpoint();
                                inParts.reopen();
                            }
                        }
                        assertThat(inParts.checksums().learned()).isEqualTo(expected);
                        assertThat(inParts.memory().reader().counts().episodes())
                                .isEqualTo(without.memory().reader().counts().episodes());
                        assertThat(inParts.memory().reader().counts().pairs())
                                .isEqualTo(without.memory().reader().counts().pairs());
                        assertIsAsIf(inParts.memory(), reference, mass, settings);
                    }
                });
    }

    @Test
    void whatIsTakenBackAfterAForgetIsAsIfItHadNeverBeenLearned() {
        LogProperty.holdsForAll(12_000, LOGS, RetractionPropertyTest::distinctWithForgets, seed -> log -> {
            SplittableRandom random = new SplittableRandom(seed);
            LearningSettings settings = with(settings(random), "max-late", "100000d", "event-id-window", "1d");
            // All of a context or one without, some of each; after which of the records is of no matter.
            Set<String> contexts = new HashSet<>();
            Set<Line> chosen = new HashSet<>();
            for (Line line : log) {
                if (line.entry() instanceof Episode episode) {
                    String context = episode.context();
                    if (context != null) {
                        if (context.compareTo("k2") < 0) {
                            contexts.add(context);
                        }
                    } else if (random.nextInt(2) == 0) {
                        chosen.add(line);
                    }
                }
            }
            List<Line> never = new ArrayList<>();
            List<Line> withRetractions = new ArrayList<>();
            List<Line> due = new ArrayList<>();
            Map<String, List<Learned>> lives = new TreeMap<>();
            long clockMs = 0;
            for (Line line : log) {
                withRetractions.add(line);
                if (line.entry() instanceof Episode episode) {
                    clockMs = Math.max(clockMs, episode.atMs());
                    if (episode.context() != null && contexts.contains(episode.context())) {
                        lives.computeIfAbsent(episode.context(), c -> new ArrayList<>())
                                .add(new Learned(episode, clockMs));
                        continue;
                    }
                    if (chosen.contains(line)) {
                        due.add(new Line("", new Retraction(null, List.of(episode))));
                        continue;
                    }
                }
                never.add(line);
                if (!due.isEmpty() && random.nextInt(3) == 0) {
                    withRetractions.add(due.remove(random.nextInt(due.size())));
                }
            }
            withRetractions.addAll(due);
            lives.forEach((context, all) -> parts(context, all, settings.maxSteps(), random)
                    .forEach(part -> withRetractions.add(new Line("", part))));
            // Where nothing else moves it, the watermark is what was taken back has made it.
            Line end = new Line("", Episode.of(clockMs + 1, "end"));
            withRetractions.add(end);
            never.add(end);
            NaiveMemory reference = reference(settings, never);
            NaiveMemory mass = reference(settings, withRetractions);
            try (StoredMemory stored = new StoredMemory(directory, settings, random.nextBoolean() ? 0 : 300_000)) {
                for (int from = 0; from < withRetractions.size(); ) {
                    int to = Math.min(withRetractions.size(), from + 1 + random.nextInt(8));
                    stored.apply(withRetractions.subList(from, to));
                    if (random.nextInt(4) == 0) {
                        stored.checkpoint();
                        stored.reopen();
                    }
                    from = to;
                }
                assertIsAsIf(stored.memory(), reference, mass, settings);
                Agreement.assertAgrees(stored.memory(), mass, settings);
            }
        });
    }

    /** The same again after a forget, as if somebody had imported it twice: each copy takes back what it was. */
    @Test
    void whatCameBeforeAForgetAndAgainAfterItIsTakenBackAsEachOfThemWas() {
        LogProperty.holdsForAll(14_000, 120, RetractionPropertyTest::imported, seed -> log -> {
            SplittableRandom random = new SplittableRandom(seed);
            LearningSettings settings = with(settings(random), "max-late", "100000d");
            List<Learned> own = new ArrayList<>();
            List<Line> never = new ArrayList<>();
            long clockMs = 0;
            for (Line line : log) {
                if (line.entry() instanceof Episode episode) {
                    clockMs = Math.max(clockMs, episode.atMs());
                    if ("k0".equals(episode.context())) {
                        own.add(new Learned(episode, clockMs));
                        continue;
                    }
                }
                never.add(line);
            }
            if (own.isEmpty()) {
                return;
            }
            List<Line> taken = new ArrayList<>(log);
            taken.add(new Line("", new Retraction("k0", List.of(), own, "r")));
            Line end = new Line("", Episode.of(clockMs + 1, "end"));
            taken.add(end);
            never.add(end);
            try (StoredMemory stored = new StoredMemory(directory, settings, random.nextBoolean() ? 0 : 300_000)) {
                stored.apply(taken);
                assertIsAsIf(stored.memory(), reference(settings, never), reference(settings, taken), settings);
            }
        });
    }

    /** The same episodes several times, in contexts, with forgets between. */
    private static List<Line> imported(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long stepMs = Agreement.stepMs(random);
        List<Line> file = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(12); i++) {
            file.add(new Line("", fired(random, i * stepMs, "k" + random.nextInt(2), 4)));
        }
        List<Line> log = new ArrayList<>();
        for (int times = 0; times < 2 + random.nextInt(2); times++) {
            for (Line line : file) {
                if (random.nextInt(5) > 0) {
                    log.add(line);
                }
                if (random.nextInt(8) == 0) {
                    log.add(new Line("", new Forget("c" + random.nextInt(4))));
                }
            }
        }
        return log;
    }

    @Test
    void whereEpisodesForgetsAndRetractionsRepeatTheMultisetDecides() {
        LogProperty.holdsForAll(13_000, LOGS, RetractionPropertyTest::repeating, seed -> log -> {
            SplittableRandom random = new SplittableRandom(seed);
            LearningSettings settings = settings(random);
            NaiveMemory reference = new NaiveMemory(settings);
            try (StoredMemory stored = new StoredMemory(directory, settings, random.nextBoolean() ? 0 : 300_000)) {
                for (int from = 0; from < log.size(); ) {
                    int to = Math.min(log.size(), from + 1 + random.nextInt(8));
                    stored.apply(log.subList(from, to));
                    log.subList(from, to).forEach(line -> reference.apply(line.partition(), line.entry()));
                    switch (random.nextInt(6)) {
                        case 0 -> {
                            stored.checkpoint();
                            stored.reopen();
                        }
                        case 1 -> {}
                        default -> stored.advanceCheckpoint();
                    }
                    Agreement.assertAgrees(stored.memory(), reference, settings);
                    from = to;
                }
            }
        });
    }

    /** Few concepts and times that come again and again, late; forgotten often; taken back once or more, or never learned. */
    private static List<Line> repeating(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Line> log = new ArrayList<>();
        Map<String, List<Learned>> contexts = new HashMap<>();
        List<Episode> free = new ArrayList<>();
        long stepMs = Agreement.stepMs(random);
        long clockMs = 0;
        for (int i = 0; i < 150; i++) {
            int kind = random.nextInt(10);
            if (kind == 0) {
                log.add(new Line("", new Forget("c" + random.nextInt(4))));
            } else if (kind == 1 && !contexts.isEmpty()) {
                String context = List.copyOf(contexts.keySet()).get(random.nextInt(contexts.size()));
                List<Learned> all = contexts.getOrDefault(context, List.of());
                for (Retraction part : parts(context, all, 5, random)) {
                    log.add(new Line("", part));
                }
                if (random.nextBoolean()) {
                    contexts.remove(context);
                }
            } else if (kind <= 3 && !free.isEmpty()) {
                log.add(new Line("", new Retraction(null, List.of(free.get(random.nextInt(free.size()))))));
            } else {
                String context = random.nextBoolean() ? null : "k" + random.nextInt(2);
                long atMs = Math.max(0, i / 10 - random.nextInt(4)) * stepMs;
                clockMs = Math.max(clockMs, atMs);
                Episode episode = fired(random, atMs, context, 4);
                log.add(new Line("", episode));
                if (context == null) {
                    free.add(episode);
                } else {
                    contexts.computeIfAbsent(context, c -> new ArrayList<>()).add(new Learned(episode, clockMs));
                }
            }
        }
        return log;
    }

    /** Episodes of one partition, no two alike, many of them late; concepts are forgotten now and then. */
    private static List<Line> distinctWithForgets(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Line> log = new ArrayList<>();
        long stepMs = Agreement.stepMs(random);
        for (int i = 0; i < 150; i++) {
            if (random.nextInt(10) == 0) {
                log.add(new Line("", new Forget("c" + random.nextInt(6))));
            } else {
                long late = random.nextInt(3) == 0 ? random.nextInt(20) : 0;
                String context = random.nextBoolean() ? null : "k" + random.nextInt(4);
                log.add(new Line("", fired(random, Math.max(0, i - late) * stepMs + i, context, 6)));
            }
        }
        return log;
    }

    private static Episode fired(SplittableRandom random, long atMs, @Nullable String context, int concepts) {
        List<Activation> fired = new ArrayList<>();
        for (int j = 0; j < 1 + random.nextInt(3); j++) {
            fired.add(new Activation("c" + random.nextInt(concepts), random.nextInt(3) == 0 ? 0.5 : 1));
        }
        return new Episode(atMs, context, fired, random.nextInt(6) == 0 ? -1 : 1, null);
    }

    /** What of each context of a partition was learned, and at what clock: events that came again within the window were not. */
    private static Map<String, List<Learned>> learned(List<Line> log, LearningSettings settings) {
        Map<String, List<Learned>> lives = new TreeMap<>();
        Map<String, Long> clocks = new HashMap<>();
        Map<String, Long> ids = new HashMap<>();
        for (Line line : log) {
            Episode episode = (Episode) line.entry();
            long clockMs = Math.max(clocks.getOrDefault(line.partition(), 0L), episode.atMs());
            if (episode.eventId() != null && settings.eventIdWindowMs() > 0) {
                String id = line.partition() + '/' + episode.eventId();
                Long seenMs = ids.get(id);
                if (seenMs != null && clockMs - seenMs <= settings.eventIdWindowMs()) {
                    continue;
                }
                ids.put(id, clockMs);
            }
            clocks.put(line.partition(), clockMs);
            if (episode.context() != null) {
                lives.computeIfAbsent(line.partition() + '/' + episode.context(), k -> new ArrayList<>())
                        .add(new Learned(episode, clockMs));
            }
        }
        return lives;
    }

    /** Retractions of random sizes, each with as many episodes before as the window holds, or a few more. */
    private static List<Retraction> parts(String context, List<Learned> all, int maxSteps, SplittableRandom random) {
        List<Retraction> parts = new ArrayList<>();
        for (int from = 0; from < all.size(); ) {
            int to = Math.min(all.size(), from + 1 + random.nextInt(random.nextBoolean() ? 3 : 20));
            List<Learned> before = all.subList(Math.max(0, from - maxSteps - random.nextInt(2)), from);
            parts.add(new Retraction(context, before, all.subList(from, to), "r-" + context + '-' + random.nextLong()));
            from = to;
        }
        return parts;
    }

    /**
     * The same log in which a context never was: in the place of each of its episodes is one of the same time and id, without a context,
     * that is taken back at the end, since a partition's clock does not go back.
     */
    private static List<Line> instead(List<Line> log, String partition, String context, List<Learned> learned) {
        List<Line> never = new ArrayList<>();
        for (Line line : log) {
            Episode episode = (Episode) line.entry();
            boolean isOfIt = line.partition().equals(partition) && context.equals(episode.context());
            never.add(isOfIt ? new Line(partition, nothing(episode)) : line);
        }
        learned.forEach(each -> never.add(new Line(partition, new Retraction(null, List.of(nothing(each.episode()))))));
        return never;
    }

    private static Episode nothing(Episode episode) {
        return new Episode(episode.atMs(), null, List.of(Activation.of("nothing")), 1, episode.eventId());
    }

    static void assertIsAsIf(Memory memory, NaiveMemory expected, NaiveMemory mass, LearningSettings settings) {
        long atMs = memory.reader().watermarkMs();
        Agreement.assertKnows(memory, expected);
        for (int h = 0; h < settings.horizonCount(); h++) {
            assertThat(memory.reader().activity(atMs).episodes(h)).isCloseTo(expected.episodes(h, atMs), within(1e-5));
            for (String concept : mass.concepts()) {
                int c = memory.reader().conceptOf(concept);
                double actual = c < 0 ? 0 : memory.reader().activity(atMs).of(c, h);
                assertThat(actual)
                        .as(concept)
                        .isCloseTo(
                                expected.activation(concept, h, atMs),
                                Agreement.relative(mass.activationMass(concept, h, atMs)));
            }
            for (NaiveMemory.Edge edge : mass.edges()) {
                assertThat(strength(memory, edge, h, atMs))
                        .as("%s", edge)
                        .isCloseTo(expected.strength(edge, h, atMs), Agreement.relative(mass.mass(edge, h, atMs)));
            }
        }
    }

    private static double strength(Memory memory, NaiveMemory.Edge edge, int horizon, long atMs) {
        int cue = memory.reader().conceptOf(edge.cue());
        if (cue < 0) {
            return 0;
        }
        Associations row = memory.reader().associations(cue, atMs);
        int index = row.indexOf(memory.reader().conceptOf(edge.target()));
        return index < 0 ? 0 : row.strength(index, horizon);
    }

    private static NaiveMemory reference(LearningSettings settings, List<Line> log) {
        NaiveMemory reference = new NaiveMemory(settings);
        log.forEach(line -> reference.apply(line.partition(), line.entry()));
        return reference;
    }

    private static LearningSettings settings(SplittableRandom random) {
        return with(Agreement.settings(random), "max-steps", Integer.toString(random.nextInt(20)));
    }

    private static LearningSettings with(LearningSettings settings, String... changes) {
        Map<String, String> map = new LinkedHashMap<>(settings.toMap());
        for (int i = 0; i < changes.length; i += 2) {
            map.put(changes[i], changes[i + 1]);
        }
        return LearningSettings.parse(map);
    }

    private static long stepMs(long seed) {
        return Agreement.stepMs(new SplittableRandom(~seed));
    }
}
