package io.synfire.ingest.sighting;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.EpisodeContent;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is found is what makes the strength: without decay, with every impulse 1 and with one concept of the pair in each episode of a context,
 * the memory's own sum is the number of what is found. Logs of everything that learning knows, into a real store.
 */
final class PairFinderModelTest {

    private static final long MINUTE = 60_000;
    private static final int LOGS = Integer.getInteger("synfire.logs", 60);
    private static final Map<String, String> SETTINGS = Map.of(
            "half-lives",
            "none",
            "kernel",
            "uniform",
            "forward",
            "1",
            "backward",
            "1",
            "max-gap",
            "30m",
            "max-steps",
            "3",
            "max-late",
            "2h",
            "event-id-window",
            "40m");

    @TempDir
    private Path directory;

    /** A log under way, and what it has said so far. */
    private static final class Draft {
        final SplittableRandom random;
        final List<Entry> log = new ArrayList<>();

        /** Retractions of what is not there; it is to come. */
        final List<Episode> owed = new ArrayList<>();

        /** Of each context what was learned since it was last taken back. */
        final Map<String, List<Learned>> contexts = new HashMap<>();

        final Set<String> fired = new HashSet<>();
        final Map<String, Long> ids = new HashMap<>();
        final List<Episode> plain = new ArrayList<>();
        long clockMs;

        Draft(long seed) {
            this.random = new SplittableRandom(seed);
            // Times around it lie before and after it.
            episode(null, List.of("x"), 100 * MINUTE, null);
        }

        void next() {
            int kind = random.nextInt(20);
            if (kind < 9) {
                episode(null, two());
            } else if (kind < 15) {
                episode("k" + random.nextInt(2), List.of(concept()));
            } else if (kind < 17) {
                takeBackPlain();
            } else if (kind == 17) {
                takeBackContext("k" + random.nextInt(2));
            } else if (kind == 18) {
                forget(concept());
            } else {
                takeBackWhatIsToCome();
            }
        }

        /** All that was taken back before it came comes. */
        List<Entry> finish() {
            owed.forEach(episode -> {
                log.add(episode);
                clockMs = Math.max(clockMs, episode.atMs());
            });
            return log;
        }

        private void episode(@Nullable String context, List<String> concepts) {
            long atMs = clockMs + random.nextLong(-20 * MINUTE, 20 * MINUTE);
            if (random.nextInt(3) == 0) {
                atMs = clockMs - clockMs % (5 * MINUTE);
            }
            String id = random.nextInt(3) == 0 ? "e" + random.nextInt(6) : null;
            episode(context, concepts, atMs, id);
        }

        private void episode(@Nullable String context, List<String> concepts, long atMs, @Nullable String id) {
            Episode episode = new Episode(
                    atMs, context, concepts.stream().map(Activation::of).toList(), 1, id);
            log.add(episode);
            Long seenMs = id == null ? null : ids.get(id);
            if (seenMs != null && Math.max(clockMs, atMs) - seenMs <= 40 * MINUTE) {
                return;
            }
            clockMs = Math.max(clockMs, atMs);
            fired.addAll(concepts);
            if (id != null) {
                ids.put(id, clockMs);
            }
            if (context == null) {
                plain.add(episode);
            } else {
                contexts.computeIfAbsent(context, key -> new ArrayList<>()).add(new Learned(episode, clockMs));
            }
        }

        /** What never fired, or not since, is not forgotten: there is nothing of it. */
        private void forget(String concept) {
            if (fired.remove(concept)) {
                log.add(new Forget(concept));
            }
        }

        private void takeBackPlain() {
            if (!plain.isEmpty()) {
                Episode episode = plain.remove(random.nextInt(plain.size()));
                if (owed.stream().noneMatch(each -> EpisodeContent.of(each).equals(EpisodeContent.of(episode)))) {
                    takeBack(new Retraction(null, List.of(episode)));
                }
            }
        }

        private void takeBackContext(String context) {
            List<Learned> learned = contexts.remove(context);
            if (learned != null) {
                takeBack(new Retraction(context, List.of(), learned, null));
            }
        }

        private void takeBackWhatIsToCome() {
            Episode episode = new Episode(
                    clockMs + random.nextLong(-20 * MINUTE, 60 * MINUTE) + owed.size() + 1,
                    null,
                    two().stream().map(Activation::of).toList(),
                    1,
                    null);
            owed.add(episode);
            takeBack(new Retraction(null, List.of(episode)));
        }

        private void takeBack(Retraction retraction) {
            log.add(retraction);
            retraction.episodes().forEach(episode -> ids.remove(String.valueOf(episode.eventId())));
        }

        private List<String> two() {
            int first = random.nextInt(3);
            return List.of("c" + first, "c" + (first + 1 + random.nextInt(2)) % 3);
        }

        private String concept() {
            return "c" + random.nextInt(3);
        }
    }

    @Test
    void asMuchIsFoundAsTheMemoryHolds() {
        long first = 20_111_209;
        System.out.println("logs of seeds " + first + " to " + (first + LOGS - 1));
        LearningSettings settings = LearningSettings.parse(SETTINGS);
        long compared = 0;
        for (long seed = first; seed < first + LOGS; seed++) {
            Draft draft = new Draft(seed);
            for (int i = 0; i < 60; i++) {
                draft.next();
            }
            List<Entry> log = draft.finish();
            try (Engine engine = Engine.open(
                    directory.resolve("s" + seed), SETTINGS, new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
                engine.apply(Batch.of(log.toArray(new Entry[0])));
                for (List<String> pair : List.of(List.of("c0", "c1"), List.of("c0", "c2"), List.of("c1", "c2"))) {
                    PairFinder finder = new PairFinder(pair.get(0), pair.get(1), settings, true);
                    for (int offset = 0; offset < log.size(); offset++) {
                        finder.take("kafka:t", 0, offset, offset, log.get(offset));
                    }
                    assertThat((double) finder.found().size())
                            .as("%s of seed %d: %s", pair, seed, log)
                            .isEqualTo(strength(engine, pair.get(0), pair.get(1)));
                    compared++;
                }
            }
        }
        assertThat(compared).isEqualTo(3L * LOGS);
    }

    private static double strength(Engine engine, String from, String to) {
        MemoryView view = engine.view();
        int cue = view.conceptOf(from);
        int target = view.conceptOf(to);
        if (cue < 0 || target < 0) {
            return 0;
        }
        Associations row = view.associations(cue, view.watermarkMs());
        int index = row.indexOf(target);
        return index < 0 ? 0 : row.strength(index, 0);
    }
}
