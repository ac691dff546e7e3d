package io.synfire.ingest.file;

import static io.synfire.ingest.file.FileKit.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.learn.Retracted;
import io.synfire.engine.view.Digest;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.replay.IncompleteLogException;
import io.synfire.ingest.replay.Missing;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import io.synfire.ingest.replay.Until;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are learned again give the memory that was learned from them. */
final class FileReplayTest {

    private static final long SEED = Long.getLong("synfire.seed", 7);
    private static final int LINES = 5_000;
    private static final long START_MS = 1_700_000_000_000L;

    @TempDir
    Path directory;

    private FileKit kit;

    @BeforeEach
    void makeKit() {
        kit = new FileKit(directory);
        kit.batchMax = 500;
    }

    private static void assertSame(Engine again, Engine learned) {
        assertThat(again.digest()).isEqualTo(learned.digest());
        assertThat(again.positions()).isEqualTo(learned.positions());
        assertThat(again.view().stretches()).isEqualTo(learned.view().stretches());
        assertThat(again.view().counts()).isEqualTo(learned.view().counts());
        assertThat(again.view().sourceMs()).isEqualTo(learned.view().sourceMs());
    }

    @Test
    void theWholeIsTheSameAlsoWhenItIsStoppedOnTheWay() throws Exception {
        try (Engine learned = grownInTurns("learned");
                Engine again = kit.open("again")) {
            kit.replay(learned, again, Until.always(), false, FileKit.stoppingBehind(2));
            assertThat(again.view().counts().episodes())
                    .isPositive()
                    .isLessThan(learned.view().counts().episodes());
            kit.replay(learned, again);
            assertSame(again, learned);
            // There is nothing to do any more, and nothing is read for it.
            Files.delete(directory.resolve("first.jsonl"));
            kit.replay(learned, again);
            assertSame(again, learned);
        }
    }

    /** Whatever was read at once; but for the rounding of sums that were written in other portions. */
    private void assertSameRecords(Engine again, Engine learned) throws IOException {
        Digest expected = learned.digest();
        assertThat(again.digest())
                .isEqualTo(new Digest(
                        expected.learned(),
                        again.digest().state(),
                        expected.episodes(),
                        expected.associations(),
                        expected.concepts()));
        assertThat(again.positions()).isEqualTo(learned.positions());
        assertThat(again.view().counts()).isEqualTo(learned.view().counts());
        assertThat(again.view().sourceMs()).isEqualTo(learned.view().sourceMs());
        assertThat(FileKit.records(again.view().stretches()))
                .isEqualTo(FileKit.records(learned.view().stretches()));
        assertThat(kit.read(again)).isEqualTo(kit.read(learned));
    }

    /** A memory with much room has learned at once what is too much at once for one with little. */
    @Test
    void whatWasLearnedAtOnceIsAppliedInBatchesThatTheMemoryHasRoomFor() throws Exception {
        kit.batchMax = 2_000;
        String[] records = IntStream.range(0, 2_000)
                .mapToObj(i -> "{\"at\":" + (START_MS + i) + ",\"concepts\":["
                        + IntStream.range(0, 16)
                                .mapToObj(c -> "\"c" + (i + c * c) % 300 + "\"")
                                .collect(Collectors.joining(","))
                        + "]}")
                .toArray(String[]::new);
        Path file = kit.write("a.jsonl", records);
        try (Engine learned = kit.open("learned", 256 << 20);
                Engine again = kit.open("again")) {
            kit.learn(learned, file);
            assertThat(learned.view().stretches()).hasSize(1);
            kit.replay(learned, again);
            long pairs = 16 * 15;
            assertThat(again.pairsOfBatchMax()).isLessThan(records.length * pairs / 4);
            assertThat(again.view().stretches())
                    .hasSizeGreaterThan(4)
                    .allMatch(batch -> (batch.to() - batch.from() - 1) * pairs < again.pairsOfBatchMax());
            assertSameRecords(again, learned);
        }
    }

    @Test
    void aStretchThatIsAppliedInBatchesGoesOnWithinItWhereverItWasStopped() throws Exception {
        kit.batchMax = 2_000;
        SplittableRandom random = new SplittableRandom(SEED);
        try (Engine learned = grownInTurns("learned")) {
            int within = 0;
            boolean isReached = false;
            while (!isReached) {
                kit.replayedAtOnce = new BatchGauge.Size(random.nextInt(1, 300), BatchGauge.Size.MAX.bytes());
                Engine again = kit.open("again");
                kit.replay(learned, again, Until.always(), false, FileKit.stoppingBehind(random.nextInt(1, 8)));
                if (random.nextInt(4) > 0) {
                    again.checkpoint();
                }
                List<Long> ends =
                        again.positions().stream().map(Position::nextOffset).toList();
                within += learned.view().stretches().stream()
                                .map(Stretch::to)
                                .toList()
                                .containsAll(ends)
                        ? 0
                        : 1;
                isReached = again.positions().equals(learned.positions());
                again.abandon();
            }
            assertThat(within).isGreaterThan(10);
            try (Engine again = kit.open("again")) {
                kit.replay(learned, again);
                assertSameRecords(again, learned);
            }
        }
    }

    /** What was learned of a stretch is behind the replay: whoever goes on need not know what it took back. */
    @Test
    void whatIsTakenBackInThePartOfAStretchThatWasLearnedIsNotNamedAgain() throws Exception {
        Path file = kit.write(
                "a.jsonl",
                record(1, "a", "b"),
                "{\"retract\":{\"at\":\"2024-02-01T10:00:00Z\",\"concepts\":[\"a\",\"b\"]}}",
                record(2, "c", "d"),
                "{\"retract\":{\"at\":\"2024-02-02T10:00:00Z\",\"concepts\":[\"c\",\"d\"]}}",
                record(3, "e", "f"));
        try (Engine learned = kit.open("learned")) {
            kit.learn(learned, file);
            assertThat(learned.view().stretches()).hasSize(1);
            String id = learned.positions().get(0).sourceId();
            assertThat(named(learned, Map.of(id, 2L)).isEmpty()).isFalse();
            assertThat(named(learned, Map.of(id, 2L)).containsAll(named(learned, Map.of())))
                    .isFalse();
            assertThat(named(learned, Map.of(id, 4L)).isEmpty()).isTrue();
        }
    }

    private Retracted named(Engine learned, Map<String, Long> from) throws IOException {
        try (DeadLetterFile rejects = new DeadLetterFile(kit.replayed)) {
            return new FileReplay(
                            learned,
                            null,
                            kit.limits,
                            new ReplayOptions(Until.always(), false, Duration.ofDays(1)),
                            rejects,
                            learned.positions(),
                            learned.view().stretches(),
                            beside -> {})
                    .retracted(from);
        }
    }

    @Test
    void oneThatIsReplacedBeforeItsTurnIsNotLearnedAndTheReplayGoesOnOnceItIsBack() throws Exception {
        Path first = kit.write("a.jsonl", FileKit.record(1, "a", "x"), FileKit.record(2, "b", "x"));
        Path second = kit.write("b.jsonl", FileKit.record(3, "right", "x"), FileKit.record(4, "right2", "x"));
        Path wrong = kit.write("wrong.jsonl", FileKit.record(3, "wrong", "x"), FileKit.record(4, "wrong2", "x"));
        try (Engine learned = kit.open("learned");
                Engine again = kit.open("again")) {
            kit.learn(learned, false, first, second);
            assertThatThrownBy(() -> kit.replay(learned, again, Until.always(), false, once(() -> swap(second, wrong))))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("a file was changed while it was learned")
                    .hasMessageContaining("file=" + second);
            assertThat(again.view().conceptOf("wrong")).isNegative();
            assertThat(again.view().counts().episodes()).isEqualTo(2);
            swap(second, wrong);
            kit.replay(learned, again);
            assertSame(again, learned);
        }
    }

    @Test
    void whatWasLearnedOfAnotherFileIsNotTakenForThisOneWhenTheReplayGoesOn() throws Exception {
        String[] records = IntStream.range(0, 6_000)
                .mapToObj(i -> FileKit.record(1 + i % 28, "c" + i, "x"))
                .toArray(String[]::new);
        Path file = kit.write("a.jsonl", records);
        String right = Files.readString(file);
        try (Engine learned = kit.open("learned");
                Engine again = kit.open("again")) {
            kit.learn(learned, file);
            int[] moves = {0};
            ReplayWatch stopping = new ReplayWatch() {
                @Override
                public boolean isStopped() {
                    return moves[0] >= 2;
                }

                @Override
                public void moved() {
                    moves[0]++;
                }
            };
            kit.replay(learned, again, Until.always(), false, stopping);
            again.checkpoint();
            // As if another file had lain there while its first records were learned.
            Position stood = again.positions().get(0);
            Position other = new Position(
                    stood.source(),
                    stood.sourceId(),
                    0,
                    stood.nextOffset(),
                    -1,
                    stood.content().replaceFirst("sha256=..", "sha256=00"));
            again.apply(new Batch(FileRun.PARTITION, List.of(), List.of(other), 0));
            Digest before = again.digest();
            assertThatThrownBy(() -> kit.replay(learned, again))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("file=" + file)
                    .hasMessageContaining("rebuild into another directory");
            assertThat(again.digest()).isEqualTo(before);
            again.apply(new Batch(FileRun.PARTITION, List.of(), List.of(stood), 0));
            kit.replay(learned, again);
            assertThat(again.digest()).isEqualTo(learned.digest());
            assertThat(Files.readString(file)).isEqualTo(right);
        }
    }

    /** Something that is done after the first stretch. */
    private static ReplayWatch once(Change change) {
        boolean[] done = {false};
        return new ReplayWatch() {
            @Override
            public boolean isStopped() {
                return false;
            }

            @Override
            public void moved() {
                if (!done[0]) {
                    done[0] = true;
                    try {
                        change.make();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            }
        };
    }

    private static void swap(Path one, Path other) throws IOException {
        Path between = one.resolveSibling("between");
        Files.move(one, between);
        Files.move(other, one);
        Files.move(between, other);
    }

    /** What happens to files meanwhile. */
    private interface Change {
        void make() throws IOException;
    }

    @Test
    void whatWasTooLateToBeLearnedIsNotLearnedNowEither() throws Exception {
        kit.limits = new RecordLimits(RecordLimits.BYTES_MAX, START_MS + LINES * 500L);
        try (Engine learned = grownInTurns("bounded");
                Engine again = kit.open("bounded-again")) {
            kit.replay(learned, again);
            assertSame(again, learned);
            assertThat(learned.view().watermarkMs()).isBetween(START_MS, START_MS + LINES * 500L);
        }
    }

    @Test
    void eachRecordIsHeldAgainstTheRunThatReadItFirst() throws Exception {
        String soon = "{\"at\":" + (FileKit.NOW_MS + 1_800_000) + ",\"concepts\":[\"a\",\"b\"]}";
        String none = "{\"concepts\":[\"c\",\"d\"]}";
        Path file = kit.write("a.jsonl", none, soon);
        try (Engine learned = kit.open("learned");
                Engine again = kit.open("again")) {
            assertThat(kit.learn(learned, file).rejected()).isEqualTo(1);
            kit.nowMs += 3_600_000;
            kit.append(file, soon + "\n");
            assertThat(kit.learn(learned, file).rejected()).isZero();
            assertThat(learned.view().watermarkMs()).isEqualTo(FileKit.NOW_MS + 1_800_000);
            assertThat(learned.view().sourceMs()).isEqualTo(FileKit.NOW_MS + 3_600_000);
            // Both are in time by now, and the file was changed since.
            kit.nowMs += 86_400_000;
            kit.touched(file);
            kit.replay(learned, again);
            assertSame(again, learned);
            assertThat(again.digest()).isEqualTo(kit.told(none.replace("{", "{\"at\":" + FileKit.NOW_MS + ","), soon));
        }
    }

    @Test
    void asOfAMomentItIsTheMemoryOfWhatHadHappenedThen() throws Exception {
        long untilMs = START_MS + LINES * 500L;
        try (Engine learned = grownInTurns("learned");
                Engine again = kit.open("again");
                Engine then = kit.open("then")) {
            kit.replay(learned, again, Until.of(untilMs), false, ReplayWatch.NONE);
            assertThat(again.view().watermarkMs()).isLessThanOrEqualTo(untilMs);
            List<String> earlier = new ArrayList<>();
            new LearnedFiles(
                            learned.positions(),
                            learned.view().stretches(),
                            learned.view().settings(),
                            null,
                            kit.limits)
                    .scan((position, record, entry) -> {
                        if (((io.synfire.engine.event.Episode) entry).atMs() <= untilMs) {
                            earlier.add(new String(
                                    new io.synfire.ingest.codec.JsonEpisodeCodec().encode(entry),
                                    java.nio.charset.StandardCharsets.UTF_8));
                        }
                    });
            assertThat(again.digest()).isEqualTo(kit.told(earlier));
            assertThat(earlier).hasSizeBetween(1_000, 2 * LINES);
            // What does not count is not learned for those who read the files for it either.
            kit.replay(again, then);
            assertThat(then.digest().learned()).isNotEqualTo(again.digest().learned());
        }
    }

    @Test
    void aFileThatIsNotTheOneThatWasLearnedIsRefusedBeforeAnythingIsLearned() throws Exception {
        try (Engine learned = grownInTurns("learned")) {
            Path second = directory.resolve("second.jsonl");
            List<String> lines = Files.readAllLines(second);
            List<String> changed = new ArrayList<>(lines);
            changed.set(LINES / 2, record(1, "other", "record"));
            for (List<String> other : List.of(lines.subList(0, 100), changed, List.<String>of())) {
                Files.write(second, other);
                refused(learned);
            }
            Files.delete(second);
            refused(learned);
            try (Engine again = kit.open("without")) {
                List<Missing> missing = kit.replay(learned, again, Until.always(), true, ReplayWatch.NONE);
                assertThat(missing).extracting(Missing::source).containsOnly("file:" + second);
                assertThat(missing.stream()
                                .mapToLong(range -> range.toOffset() - range.fromOffset())
                                .sum())
                        .isEqualTo(LINES);
                // Nothing is known of it, so nobody misses it.
                assertThat(again.positions())
                        .containsExactlyElementsOf(learned.positions().stream()
                                .filter(position -> position.source().endsWith("first.jsonl"))
                                .toList());
                try (Engine third = kit.open("third")) {
                    kit.replay(again, third);
                    assertThat(third.digest()).isEqualTo(again.digest());
                }
                List<Long> seen = new ArrayList<>();
                new LearnedFiles(
                                again.positions(),
                                again.view().stretches(),
                                again.view().settings(),
                                null,
                                kit.limits)
                        .scan((position, record, entry) -> {
                            assertThat(position.source()).endsWith("first.jsonl");
                            seen.add(record);
                        });
                assertThat(seen).hasSize((int) again.view().counts().episodes());
            }
        }
    }

    @Test
    void aFileThatIsDoneWithoutIsLearnedAsAWholeIfItComesBack() throws Exception {
        String one = record(1, "k", "a", "b");
        String two = record(2, "k", "c", "d");
        String three = record(3, "other", "e", "f");
        try (Engine learned = kit.open("learned");
                Engine without = kit.open("without");
                Engine rebuilt = kit.open("rebuilt")) {
            Path first = kit.write("first.jsonl", one, two);
            Path second = kit.write("second.jsonl", three);
            kit.learn(learned, false, first, second);
            Files.delete(first);
            List<Missing> missing = kit.replay(learned, without, Until.always(), true, ReplayWatch.NONE);
            assertThat(missing).containsExactly(new Missing("file:" + first, 0, 0, 2));
            // Nobody misses it: not to forget, and not to build the memory again.
            FileForgetter forgetter = new FileForgetter(
                    without, directory.resolve("forgotten.jsonl"), kit.deadLetters(), new Decoding(null, false, null));
            assertThat(forgetter.forgetContext("nobody").episodes()).isZero();
            kit.replay(without, rebuilt);
            assertThat(rebuilt.digest()).isEqualTo(kit.told(three));
            kit.write("first.jsonl", one, two);
            LearnSummary back = kit.learn(without, first);
            assertThat(back.learnedBefore()).isZero();
            assertThat(back.episodes()).isEqualTo(2);
            assertThat(without.digest()).isEqualTo(kit.told(three, one, two));
        }
    }

    @Test
    void aFileThatComesBackWhileARebuildWithoutItIsStoppedStaysAway() throws Exception {
        String one = record(1, "a", "b");
        String two = record(2, "c", "d");
        String three = record(3, "e", "f");
        try (Engine learned = kit.open("learned");
                Engine again = kit.open("again")) {
            Path first = kit.write("first.jsonl", one);
            kit.learn(learned, false, first, kit.write("second.jsonl", two), kit.write("third.jsonl", three));
            Files.delete(first);
            kit.replay(learned, again, Until.always(), true, FileKit.stoppingBehind(1));
            assertThat(again.digest()).isEqualTo(kit.told(two));
            kit.write("first.jsonl", one);
            List<Missing> missing = kit.replay(learned, again, Until.always(), true, ReplayWatch.NONE);
            assertThat(missing).containsExactly(new Missing("file:" + first, 0, 0, 1));
            assertThat(again.digest()).isEqualTo(kit.told(two, three));
            assertThat(again.positions()).hasSize(2);
            assertThat(kit.learn(again, first).episodes()).isEqualTo(1);
            assertThat(again.digest()).isEqualTo(kit.told(two, three, one));
        }
    }

    @Test
    void aFileThatComesBackWhileTheNextIsLearnedInPartStaysAway() throws Exception {
        String one = record(1, "a", "b");
        String two = record(2, "c", "d");
        String three = record(3, "e", "f");
        kit.replayedAtOnce = new BatchGauge.Size(1, BatchGauge.Size.MAX.bytes());
        try (Engine learned = kit.open("learned");
                Engine again = kit.open("again")) {
            Path first = kit.write("first.jsonl", one);
            kit.learn(learned, false, first, kit.write("second.jsonl", two, three));
            Files.delete(first);
            kit.replay(learned, again, Until.always(), true, FileKit.stoppingBehind(1));
            assertThat(again.digest()).isEqualTo(kit.told(two));
            kit.write("first.jsonl", one);
            List<Missing> missing = kit.replay(learned, again, Until.always(), true, ReplayWatch.NONE);
            assertThat(missing).containsExactly(new Missing("file:" + first, 0, 0, 1));
            assertThat(again.digest()).isEqualTo(kit.told(two, three));
        }
    }

    @Test
    void aFileThatIsGoneInTheMidstOfAStretchIsDoneWithoutItsRest() throws Exception {
        String one = record(1, "a", "b");
        String two = record(2, "c", "d");
        String three = record(3, "e", "f");
        kit.replayedAtOnce = new BatchGauge.Size(1, BatchGauge.Size.MAX.bytes());
        try (Engine learned = kit.open("learned");
                Engine again = kit.open("again")) {
            Path first = kit.write("first.jsonl", one, two);
            kit.learn(learned, false, first, kit.write("second.jsonl", three));
            kit.replay(learned, again, Until.always(), true, FileKit.stoppingBehind(1));
            assertThat(again.digest()).isEqualTo(kit.told(one));
            Files.delete(first);
            List<Missing> missing = kit.replay(learned, again, Until.always(), true, ReplayWatch.NONE);
            assertThat(missing).containsExactly(new Missing("file:" + first, 0, 1, 2));
            assertThat(again.digest()).isEqualTo(kit.told(one, three));
        }
    }

    private void refused(Engine learned) {
        try (Engine again = kit.open("again-" + System.nanoTime())) {
            assertThatThrownBy(() -> kit.replay(learned, again))
                    .isInstanceOf(IncompleteLogException.class)
                    .hasMessageContaining("it was replaced, cut short or removed")
                    .hasMessageContaining("second.jsonl partition=0 missing=0.." + (LINES - 1));
            assertThat(again.positions()).isEmpty();
        }
    }

    @Test
    void aFileThatWasRestoredGoesOnOnlyIfItIsTheSame() throws Exception {
        try (Engine learned = grownInTurns("learned");
                Engine again = kit.open("again")) {
            int[] left = {8};
            kit.replay(learned, again, Until.always(), false, new ReplayWatch() {
                @Override
                public boolean isStopped() {
                    return left[0]-- <= 0;
                }

                @Override
                public void moved() {}
            });
            List<Position> before = again.positions();
            Path first = directory.resolve("first.jsonl");
            String content = Files.readString(first);
            Files.writeString(first, content.replaceFirst("c1", "c9"));
            assertThatThrownBy(() -> kit.replay(learned, again)).isInstanceOf(IncompleteLogException.class);
            assertThat(again.positions()).isEqualTo(before);
            Files.writeString(first, content);
            kit.replay(learned, again);
            assertSame(again, learned);
        }
    }

    @Test
    void aDeadLetterThatCannotBeWrittenStopsTheReplayBeforeItsRecord() throws Exception {
        Path file = kit.write("a.jsonl", record(1, "a", "b"), "{}", record(2, "c", "d"));
        kit.batchMax = 1;
        try (Engine learned = kit.open("learned");
                Engine again = kit.open("again")) {
            kit.learn(learned, file);
            kit.replayed = Path.of("/dev/full");
            assertThatThrownBy(() -> kit.replay(learned, again))
                    .hasMessageContaining("a dead letter cannot be written");
            assertThat(again.positions()).extracting(Position::nextOffset).containsExactly(1L);
            assertThat(again.view().counts().deadLetters()).isZero();
            kit.replayed = directory.resolve("replayed.jsonl");
            kit.replay(learned, again);
            assertSame(again, learned);
            assertThat(Files.readAllLines(kit.replayed)).hasSize(1);
        }
    }

    /**
     * Two files that grow in turns: contexts reach from one into the other, some lines say no time, some cannot be learned, some are too far
     * ahead of their run.
     */
    private Engine grownInTurns(String name) throws Exception {
        System.out.println("seed=" + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        List<Path> files = List.of(directory.resolve("first.jsonl"), directory.resolve("second.jsonl"));
        int[] written = {0, 0};
        long atMs = START_MS;
        Engine engine = kit.open(name);
        for (Path file : files) {
            Files.writeString(file, "");
        }
        while (written[0] + written[1] < 2 * LINES) {
            int which = written[0] == LINES ? 1 : written[1] == LINES ? 0 : random.nextInt(2);
            int more = Math.min(LINES - written[which], random.nextInt(1, 800));
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < more; i++) {
                atMs += 1_000;
                lines.append(line(random, atMs)).append('\n');
            }
            written[which] += more;
            kit.nowMs = atMs;
            kit.append(files.get(which), lines.toString());
            kit.learn(engine, files.get(which));
        }
        assertThat(engine.view().counts().deadLetters()).isGreaterThan(LINES / 20);
        return engine;
    }

    private static String line(SplittableRandom random, long atMs) {
        int kind = random.nextInt(20);
        if (kind == 0) {
            return "{\"bad\":" + atMs + "}";
        }
        if (kind == 1) {
            return "";
        }
        long saidMs = kind == 2 ? atMs + random.nextLong(1_800_000) : atMs - random.nextLong(5_000);
        String at = random.nextInt(4) == 0 ? "" : ",\"at\":" + saidMs;
        String context = random.nextBoolean() ? "" : ",\"context\":\"k" + random.nextInt(20) + "\"";
        return "{\"concepts\":[\"c" + random.nextInt(50) + "\",\"c" + random.nextInt(50) + "\"]" + at + context + "}";
    }
}
