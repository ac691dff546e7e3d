package io.synfire.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Position;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.replay.IncompleteLogException;
import io.synfire.ingest.replay.Missing;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import io.synfire.ingest.replay.Until;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are learned again give the memory that was learned from them. */
@SuppressWarnings("NullAway.Init")
final class FileReplayTest {

    private static final long FIRST_MS = 1_700_000_000_000L;
    private static final long SEED = Long.getLong("synfire.seed", 7);
    private static final int LINES = 5_000;

    @TempDir
    Path directory;

    private RecordLimits limits = RecordLimits.DEFAULTS;

    @Test
    void theWholeIsTheSameAlsoWhenItIsStoppedOnTheWay() throws Exception {
        List<Path> files = files();
        try (Engine learned = learned("learned", files);
                Engine again = open("again")) {
            int[] left = {2};
            ReplayWatch stopping = new ReplayWatch() {
                @Override
                public boolean isStopped() {
                    return left[0] <= 0;
                }

                @Override
                public void moved() {
                    left[0]--;
                }
            };
            replay(again, Until.always(), false, learned.positions(), stopping);
            assertThat(again.view().counts().episodes())
                    .isPositive()
                    .isLessThan(learned.view().counts().episodes());
            replay(again, Until.always(), false, learned.positions(), ReplayWatch.NONE);
            assertThat(again.digest()).isEqualTo(learned.digest());
            assertThat(again.positions()).isEqualTo(learned.positions());
            assertThat(again.view().counts()).isEqualTo(learned.view().counts());
        }
    }

    @Test
    void whatWasTooLateToBeLearnedIsNotLearnedNowEither() throws Exception {
        limits = new RecordLimits(RecordLimits.BYTES_MAX, FIRST_MS + LINES * 500L);
        List<Path> files = files();
        try (Engine learned = learned("bounded", files);
                Engine again = open("bounded-again")) {
            replay(again, Until.always(), false, learned.positions(), ReplayWatch.NONE);
            assertThat(again.digest().learnedHex()).isEqualTo(learned.digest().learnedHex());
            assertThat(learned.view().watermarkMs()).isPositive().isLessThanOrEqualTo(FIRST_MS + LINES * 500L);
        }
    }

    @Test
    void asOfAMomentItIsTheMemoryOfWhatHadHappenedThen() throws Exception {
        List<Path> files = files();
        long untilMs = FIRST_MS + LINES * 500L;
        List<Path> earlier = new ArrayList<>();
        for (Path file : files) {
            Path filtered = directory.resolve("until-" + file.getFileName());
            // A line without a time is at the latest before it, which is later than the moment in all but the first
            // half of the first file.
            List<String> kept = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                long latestMs = latest;
                long atMs = line.contains("\"at\":")
                        ? Long.parseLong(line.replaceAll(".*\"at\":(\\d+).*", "$1"))
                        : latestMs;
                latest = line.startsWith("{\"bad") ? latest : Math.max(latest, atMs);
                if (atMs <= untilMs) {
                    kept.add(line);
                }
            }
            Files.write(filtered, kept);
            earlier.add(filtered);
        }
        try (Engine learned = learned("learned", files);
                Engine then = learned("then", earlier);
                Engine again = open("again")) {
            replay(again, Until.of(untilMs), false, learned.positions(), ReplayWatch.NONE);
            assertThat(again.view().watermarkMs()).isLessThanOrEqualTo(untilMs);
            assertThat(again.digest().learnedHex()).isEqualTo(then.digest().learnedHex());
            assertThat(again.digest().episodes())
                    .isEqualTo(then.digest().episodes())
                    .isPositive();
        }
    }

    private long latest;

    @Test
    void aFileThatIsGoneOrShorterIsRefusedUnlessThatIsAccepted() throws Exception {
        List<Path> files = files();
        try (Engine learned = learned("learned", files);
                Engine again = open("again")) {
            List<String> lines = Files.readAllLines(files.get(1));
            Files.write(files.get(1), lines.subList(0, 100));
            assertThatThrownBy(() -> replay(again, Until.always(), false, learned.positions(), ReplayWatch.NONE))
                    .isInstanceOf(IncompleteLogException.class)
                    .hasMessageContaining("second.jsonl partition=0 missing=100.." + (LINES - 1));
            Files.delete(files.get(1));
            assertThatThrownBy(() -> replay(again, Until.always(), false, learned.positions(), ReplayWatch.NONE))
                    .isInstanceOf(IncompleteLogException.class)
                    .hasMessageContaining("missing=100..");
            List<Missing> missing = replay(again, Until.always(), true, learned.positions(), ReplayWatch.NONE);
            assertThat(missing)
                    .containsExactly(new Missing(learned.positions().get(1).source(), 0, 100, LINES));
            assertThat(again.positions()).isEqualTo(learned.positions());
        }
    }

    /** Two files of one log: contexts reach from one into the other, some lines say no time, some cannot be learned. */
    private List<Path> files() throws IOException {
        System.out.println("seed=" + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        List<Path> files = new ArrayList<>();
        long atMs = FIRST_MS;
        for (String name : List.of("first.jsonl", "second.jsonl")) {
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < LINES; i++) {
                atMs += 1_000;
                int kind = random.nextInt(20);
                String at = random.nextInt(4) == 0 ? "" : ",\"at\":" + (atMs - random.nextLong(5_000));
                String context = random.nextBoolean() ? "" : ",\"context\":\"k" + random.nextInt(20) + "\"";
                lines.add(
                        kind == 0
                                ? "{\"bad\":" + i + "}"
                                : kind == 1
                                        ? ""
                                        : "{\"concepts\":[\"c" + random.nextInt(50) + "\",\"c" + random.nextInt(50)
                                                + "\"]" + at + context + "}");
            }
            files.add(Files.write(directory.resolve(name), lines));
        }
        return files;
    }

    private Engine learned(String name, List<Path> files) throws IOException {
        Engine engine = open(name);
        EpisodeFile learner = new EpisodeFile(engine, directory.resolve(name + "-dead.jsonl"), null, limits);
        for (Path file : files) {
            learner.learn(file, lines -> {});
        }
        return engine;
    }

    private List<Missing> replay(Engine engine, Until until, boolean acceptsGap, List<Position> goal, ReplayWatch watch)
            throws IOException {
        try (DeadLetterFile rejects = new DeadLetterFile(directory.resolve("again-dead.jsonl"))) {
            FileReplay replay = new FileReplay(
                    engine, null, limits, new ReplayOptions(until, acceptsGap, Duration.ofMillis(50)), rejects);
            replay.replay(goal, watch);
            return replay.missing();
        }
    }

    private Engine open(String name) {
        return Engine.open(directory.resolve(name), Map.of(), new EngineOptions(16 << 20), new SimpleMeterRegistry());
    }
}
