package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.LogProperty;
import io.synfire.engine.NaiveMemory;
import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.LearningSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Retractions that are read before what they take back, many more than there is room for: the memory is what the definition says, over
 * checkpoints, restarts and crashes. {@code -Dsynfire.logs=80} tries more logs.
 */
final class WaitingPropertyTest {

    private static final int LOGS = Integer.getInteger("synfire.logs", 15);

    /** A retraction and what holds it, with the page of the store that is held. */
    private static final long HELD_BYTES = 1_000;

    @TempDir
    Path directory;

    @Test
    void whatIsTakenBackEarlyIsTakenBackWhenItsTimeHasCome() {
        LogProperty.holdsForAll(21_000, LOGS, WaitingPropertyTest::early, seed -> log -> {
            SplittableRandom random = new SplittableRandom(seed);
            LearningSettings settings = Agreement.settings(random);
            NaiveMemory reference = new NaiveMemory(settings);
            try (StoredMemory stored = new StoredMemory(directory, settings, random.nextInt(3) * 150_000L)) {
                int next = 0;
                int learned = 0;
                while (next < log.size()) {
                    int to = Math.min(log.size(), next + 1 + random.nextInt(30));
                    stored.apply(log.subList(next, to), to);
                    next = to;
                    for (; learned < to; learned++) {
                        reference.apply(
                                log.get(learned).partition(), log.get(learned).entry());
                    }
                    switch (random.nextInt(8)) {
                        case 0 -> {
                            stored.checkpoint();
                            stored.reopen();
                        }
                        case 1 -> {
                            // What is not checkpointed is read again.
                            stored.reopen();
                            next = stored.next();
                        }
                        case 2 -> {}
                        default -> stored.advanceCheckpoint();
                    }
                    if (next == learned) {
                        assertThat(stored.memory().figures().waiting())
                                .as("waiting after %d", next)
                                .isEqualTo(reference.waiting());
                        Agreement.assertAgrees(stored.memory(), reference, settings);
                    }
                }
                stored.checkpoint();
                stored.reopen();
                Agreement.assertAgrees(stored.memory(), reference, settings);
            }
        });
    }

    /** Times that rise and are taken back up to a hundred steps before, in no order; some are learned when they come, others not. */
    private static List<Line> early(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long stepMs = Agreement.stepMs(random);
        List<Line> log = new ArrayList<>();
        List<Episode> named = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            String partition = "p" + random.nextInt(3);
            int kind = random.nextInt(20);
            if (kind == 0) {
                log.add(new Line(partition, new Forget("c" + random.nextInt(6))));
            } else if (kind < 12) {
                String context = random.nextInt(3) == 0 ? "k" + random.nextInt(9) : null;
                List<Episode> episodes = new ArrayList<>();
                for (int j = context == null ? 0 : random.nextInt(6); j >= 0; j--) {
                    episodes.add(fired(random, (i + random.nextInt(100)) * stepMs, context));
                }
                log.add(new Line(partition, new Retraction(context, episodes)));
                if (context == null && random.nextBoolean()) {
                    named.addAll(episodes);
                }
            } else {
                log.add(new Line(partition, fired(random, i * stepMs, null)));
            }
            long nowMs = i * stepMs;
            for (Episode episode : List.copyOf(named)) {
                if (episode.atMs() <= nowMs && random.nextInt(4) == 0) {
                    log.add(new Line(partition, episode));
                    named.remove(episode);
                }
            }
        }
        return log;
    }

    private static Episode fired(SplittableRandom random, long atMs, @Nullable String context) {
        List<Activation> fired = new ArrayList<>();
        for (int j = 0; j < 1 + random.nextInt(3); j++) {
            fired.add(new Activation("c" + random.nextInt(6), random.nextInt(3) == 0 ? 0.5 : 1));
        }
        return new Episode(atMs, context, fired, random.nextInt(6) == 0 ? -1 : 1, null);
    }

    /** What waits lies in the store: on the heap is what came since the last checkpoint, and a page. */
    @Test
    void whatWaitsTakesNoRoomOnceItIsStored() {
        LearningSettings settings = LearningSettings.parse(Map.of("half-lives", "none"));
        try (StoredMemory stored = new StoredMemory(directory, settings, 0)) {
            stored.apply(List.of(new Line("", Episode.of(1, "a", "b"))));
            stored.checkpoint();
            long before = movableBytes(stored);
            for (int batch = 0; batch < 10; batch++) {
                List<Line> lines = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    lines.add(new Line("", new Retraction("k" + i, List.of(Episode.of(1_000 + i, "a", "b")))));
                }
                stored.apply(lines);
                assertThat(movableBytes(stored)).isGreaterThan(before + 200 * 100);
                stored.checkpoint();
                assertThat(movableBytes(stored)).isLessThan(before + HELD_BYTES);
            }
            stored.reopen();
            assertThat(stored.memory().figures().waiting()).isEqualTo(2_000);
            stored.apply(List.of(new Line("", Episode.of(1_099, "a", "b"))));
            assertThat(stored.memory().figures().waiting()).isEqualTo(1_000);
            assertThat(stored.memory().reader().counts().episodes()).isEqualTo(2 - 1_000);
            assertThat(movableBytes(stored)).isLessThan(before + HELD_BYTES);
        }
    }

    private static long movableBytes(StoredMemory stored) {
        return stored.memory().figures().bytes() - stored.memory().figures().fixedBytes();
    }

    /** It is gone from the store with what it did, and stays with what it did not. */
    @Test
    void whatHasComeDueIsTakenBackOnceWhereverTheProcessEnds() {
        LearningSettings settings = LearningSettings.parse(Map.of("half-lives", "none"));
        Line due = new Line("", Episode.of(20, "a", "b"));
        try (StoredMemory stored = new StoredMemory(directory, settings, 0)) {
            stored.apply(List.of(
                    new Line("", Episode.of(1, "a", "b")),
                    new Line("", new Retraction(null, List.of(Episode.of(10, "a", "b")))),
                    new Line("", new Retraction(null, List.of(Episode.of(30, "a", "b"))))));
            stored.checkpoint();
            stored.apply(List.of(due));
            assertEpisodes(stored, 1, 1);
            // Before a checkpoint has begun.
            stored.reopen();
            assertEpisodes(stored, 1, 2);
            stored.apply(List.of(due));
            stored.advanceCheckpoint();
            // Before it was written.
            stored.reopen();
            assertEpisodes(stored, 1, 2);
            stored.apply(List.of(due));
            stored.advanceCheckpoint();
            stored.advanceCheckpoint();
            // After it was written, before that was heard of.
            stored.reopen();
            assertEpisodes(stored, 1, 1);
            stored.apply(List.of(new Line("", Episode.of(40, "a", "b"))));
            assertEpisodes(stored, 1, 0);
        }
    }

    private static void assertEpisodes(StoredMemory stored, long episodes, long waiting) {
        assertThat(stored.memory().reader().counts().episodes()).isEqualTo(episodes);
        assertThat(stored.memory().figures().waiting()).isEqualTo(waiting);
    }
}
