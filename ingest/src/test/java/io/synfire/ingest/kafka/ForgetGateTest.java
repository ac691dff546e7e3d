package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.NaiveMemory;
import io.synfire.engine.ViewAgreement;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.Digest;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.replay.Until;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log of several partitions is read in every order, with commands to forget in it: the memory is the same. */
final class ForgetGateTest {

    private static final String TOPIC = "t";
    private static final long DAY = 86_400_000;

    @TempDir
    Path directory;

    private int stores;

    @Test
    void threePartitionsReadInEveryOrderGiveTheSameMemoryAndNothingThatWasForgotten() {
        Forget forget = new Forget("c", Map.of(TOPIC, 3), "f-1");
        Log log = new Log(3);
        for (int p = 0; p < 3; p++) {
            // What is forgotten is of all times, and of some that a partition has not come to yet.
            log.add(p, Episode.of(DAY * (10 + p), "c", "before" + p), Episode.of(DAY * (2 + p), "c", "before" + p));
            log.add(p, forget);
            Episode late = Episode.of(DAY * (3 + p), "c", "late" + p);
            log.add(p, Episode.of(DAY * (20 + p), "c", "after" + p), late, Episode.of(DAY * 5, "d" + p, "e"));
            log.add(p, p == 1 ? new Retraction(null, List.of(late)) : Episode.of(DAY * 21, "d" + p, "e"));
        }
        NaiveMemory expected = log.asOfOneForget(forget);
        Digest first = null;
        for (int[] order : new int[][] {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}) {
            for (int atOnce : new int[] {1, 2, 100}) {
                try (Reader reader = new Reader(log, Map.of("half-lives", "none"))) {
                    reader.read(ready -> firstOf(order, ready), atOnce);
                    ViewAgreement.assertAgrees(reader.engine.view(), expected);
                    assertThat(reader.engine.view().conceptOf("c")).isNotNegative();
                    assertThat(reader.strength("c", "before0")).isZero();
                    assertThat(reader.strength("c", "after0")).isEqualTo(1);
                    assertThat(reader.strength("c", "late0")).isEqualTo(1);
                    assertThat(reader.strength("c", "late1")).isZero();
                    assertThat(reader.applied).isEqualTo(1);
                    first = first == null ? reader.engine.digest() : first;
                    assertThat(reader.engine.digest()).isEqualTo(first);
                }
            }
        }
    }

    @Test
    void manyCommandsInAnyOrderWithCopiesThatAreMissingOrThereTwiceEndTheSameHoweverTheyAreRead() {
        long seed = Long.getLong("synfire.seed", 1);
        System.out.printf("logs of seeds %d to %d%n", seed, seed + 59);
        for (long end = seed + 60; seed < end; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Log log = random(random);
            // Whole numbers, so that a sum is the same to the last bit in whatever order it was added up.
            Map<String, String> settings = Map.of(
                    "half-lives",
                    "none",
                    "kernel",
                    "uniform",
                    "backward",
                    "1",
                    "event-id-window",
                    random.nextBoolean() ? "0ms" : "36500d");
            Digest first = null;
            for (int order = 0; order < 5; order++) {
                SplittableRandom orders = random.split();
                try (Reader reader = new Reader(log, settings)) {
                    reader.restarts = order % 2 == 0 ? null : orders.split();
                    reader.read(ready -> ready.get(orders.nextInt(ready.size())), 1 + orders.nextInt(4));
                    first = first == null ? reader.engine.digest() : first;
                    assertThat(reader.engine.digest())
                            .as("seed=%d order=%d", seed, order)
                            .isEqualTo(first);
                }
            }
        }
    }

    @Test
    void whatIsHeldStandsRightBeforeItsCopyAlsoAfterARestart() {
        Forget forget = new Forget("c", Map.of(TOPIC, 2), "f-1");
        Log log = new Log(2);
        log.add(0, Episode.of(DAY, "c", "a"), forget, Episode.of(2 * DAY, "c", "b"));
        log.add(1, Episode.of(DAY, "c", "a"), forget, Episode.of(2 * DAY, "c", "b"));
        try (Reader reader = new Reader(log, Map.of("half-lives", "none"))) {
            reader.poll(0, 100);
            assertThat(reader.offsets()).isEqualTo(Map.of(0, 1L, 1, 0L));
            assertThat(reader.consumer.paused()).containsExactly(new TopicPartition(TOPIC, 0));
            assertThat(reader.strength("c", "a")).isEqualTo(1);
            reader.restart();
            assertThat(reader.offsets()).isEqualTo(Map.of(0, 1L, 1, 0L));
            reader.poll(0, 100);
            reader.poll(1, 100);
            // Both have moved, in one step of the engine.
            assertThat(reader.offsets()).isEqualTo(Map.of(0, 2L, 1, 2L));
            assertThat(reader.consumer.paused()).isEmpty();
            assertThat(reader.strength("c", "a")).isZero();
        }
    }

    @Test
    void aCopyThatWasSentAgainIsPassedOverAndNobodyWaitsForIt() {
        Forget forget = new Forget("c", Map.of(TOPIC, 2), "f-1");
        Log log = new Log(2);
        log.add(0, Episode.of(DAY, "c", "a"), forget, Episode.of(DAY, "c", "b"), forget, Episode.of(DAY, "c", "b"));
        log.add(1, Episode.of(DAY, "c", "a"), forget, Episode.of(DAY, "c", "b"));
        try (Reader reader = new Reader(log, Map.of("half-lives", "none"))) {
            reader.poll(0, 100);
            reader.poll(1, 2);
            reader.poll(0, 100);
            reader.poll(0, 100);
            assertThat(reader.offsets()).isEqualTo(Map.of(0, 5L, 1, 2L));
            assertThat(reader.strength("c", "b")).isEqualTo(2);
            assertThat(reader.applied).isEqualTo(2);
        }
    }

    @Test
    void whatWasNotAppliedBeforeACopyIsReadAgainAndTheCopyMetAgain() {
        Forget forget = new Forget("c", Map.of(TOPIC, 1), "f-1");
        Log log = new Log(1);
        log.add(0, Episode.of(DAY, "c", "a"), forget, Episode.of(DAY, "c", "b"));
        try (Reader reader = new Reader(log, Map.of("half-lives", "none"))) {
            reader.dropNext = true;
            reader.poll(0, 100);
            assertThat(reader.offsets()).isEqualTo(Map.of(0, 0L));
            assertThat(reader.consumer.paused()).isEmpty();
            reader.poll(0, 100);
            assertThat(reader.offsets()).isEqualTo(Map.of(0, 2L));
            assertThat(reader.strength("c", "a")).isZero();
        }
    }

    @Test
    void nothingIsAppliedBeforeAllPartitionsThatWereThereAreRead() {
        Forget forget = new Forget("c", Map.of(TOPIC, 1), "f-1");
        Log log = new Log(1);
        log.add(0, Episode.of(DAY, "c", "a"), forget);
        try (Reader reader = new Reader(log, Map.of("half-lives", "none"))) {
            reader.isComplete = false;
            reader.poll(0, 100);
            assertThat(reader.offsets()).isEqualTo(Map.of(0, 1L));
            reader.isComplete = true;
            reader.poll(0, 100);
            assertThat(reader.offsets()).isEqualTo(Map.of(0, 2L));
        }
    }

    @Test
    void aCommandWithoutPartitionsOrOfAnotherTopicHoldsNobody() {
        Log log = new Log(2);
        log.add(0, Episode.of(DAY, "c", "a"), new Forget("c", Map.of(), "f-1"), Episode.of(DAY, "c", "b"));
        log.add(1, Episode.of(DAY, "c", "a"), new Forget("c", Map.of("other", 2), "f-2"), Episode.of(DAY, "c", "b"));
        try (Reader reader = new Reader(log, Map.of("half-lives", "none"))) {
            reader.poll(0, 100);
            assertThat(reader.offsets()).isEqualTo(Map.of(0, 3L, 1, 0L));
            reader.poll(1, 100);
            assertThat(reader.offsets()).isEqualTo(Map.of(0, 3L, 1, 3L));
            assertThat(reader.strength("c", "b")).isEqualTo(1);
        }
    }

    private static int firstOf(int[] order, List<Integer> ready) {
        for (int partition : order) {
            if (ready.contains(partition)) {
                return partition;
            }
        }
        throw new IllegalStateException("nothing is ready");
    }

    /** Few concepts, whose commands cover all partitions, in any order in each; now and then a copy is missing. */
    private static Log random(SplittableRandom random) {
        int partitions = 2 + random.nextInt(2);
        Log log = new Log(partitions);
        List<String> ids = List.of("d", "b", "c", "a");
        boolean mayMiss = random.nextInt(3) == 0;
        for (int p = 0; p < partitions; p++) {
            List<String> left = new ArrayList<>(ids);
            for (int i = 0; i < 20; i++) {
                if (!left.isEmpty() && random.nextInt(4) == 0) {
                    String id = left.remove(random.nextInt(left.size()));
                    if (!mayMiss || random.nextInt(6) > 0) {
                        log.add(p, new Forget("c" + ids.indexOf(id) % 2, Map.of(TOPIC, partitions), id));
                    }
                } else {
                    String context = random.nextBoolean() ? null : "k" + p;
                    List<Activation> fired =
                            List.of(Activation.of("c" + random.nextInt(3)), Activation.of("d" + random.nextInt(3)));
                    log.add(p, new Episode(DAY * (1 + i / 4), context, fired, 1, null));
                }
            }
        }
        return log;
    }

    /** Partitions of records. */
    private static final class Log {
        final List<List<Entry>> partitions = new ArrayList<>();
        private final JsonEpisodeCodec codec = new JsonEpisodeCodec();

        Log(int count) {
            for (int p = 0; p < count; p++) {
                partitions.add(new ArrayList<>());
            }
        }

        void add(int partition, Entry... entries) {
            partitions.get(partition).addAll(List.of(entries));
        }

        ConsumerRecord<byte[], ByteBuffer> record(int partition, int offset) {
            byte[] json = codec.encode(partitions.get(partition).get(offset));
            return new ConsumerRecord<>(
                    TOPIC,
                    partition,
                    offset,
                    1_000 * DAY,
                    TimestampType.CREATE_TIME,
                    0,
                    json.length,
                    null,
                    ByteBuffer.wrap(json),
                    new RecordHeaders(),
                    Optional.empty());
        }

        /** All that comes before the command, then the command, then all that comes after it. */
        NaiveMemory asOfOneForget(Forget forget) {
            NaiveMemory memory = new NaiveMemory(LearningSettings.parse(Map.of("half-lives", "none")));
            for (int p = 0; p < partitions.size(); p++) {
                List<Entry> all = partitions.get(p);
                String name = TOPIC + "-" + p;
                all.subList(0, all.indexOf(forget)).forEach(entry -> memory.apply(name, entry));
            }
            memory.apply(TOPIC + "-0", forget);
            for (int p = 0; p < partitions.size(); p++) {
                List<Entry> all = partitions.get(p);
                String name = TOPIC + "-" + p;
                all.subList(all.indexOf(forget) + 1, all.size()).forEach(entry -> memory.apply(name, entry));
            }
            return memory;
        }
    }

    /** Reads a log from partition to partition as it is told; what a learner does, on one thread. */
    private final class Reader implements AutoCloseable {
        private final Log log;
        private final Path store = directory.resolve("store" + stores++);
        private final Map<String, String> settings;
        private final MockConsumer<byte[], ByteBuffer> consumer = new MockConsumer<>("none");
        private @Nullable SplittableRandom restarts;
        private boolean dropNext;
        private boolean isComplete = true;
        private int applied;
        private Engine engine;
        private Assignment assignment;
        private ForgetGate gate;
        private PollDecoder decoder;

        Reader(Log log, Map<String, String> settings) {
            this.log = log;
            this.settings = settings;
            Map<TopicPartition, Long> begins = new HashMap<>();
            Map<TopicPartition, Long> ends = new HashMap<>();
            for (int p = 0; p < log.partitions.size(); p++) {
                begins.put(new TopicPartition(TOPIC, p), 0L);
                ends.put(new TopicPartition(TOPIC, p), (long)
                        log.partitions.get(p).size());
            }
            consumer.updateBeginningOffsets(begins);
            consumer.updateEndOffsets(ends);
            engine = Engine.open(store, settings, new EngineOptions(16 << 20), new SimpleMeterRegistry());
            assignment = assignment();
            gate = gate();
            decoder = decoder();
        }

        private Assignment assignment() {
            Gaps gaps = new Gaps(TOPIC, name -> false, new SimpleMeterRegistry());
            Assignment made = new Assignment(engine, consumer, TOPIC, "id", gaps, false);
            made.assignAll(log.partitions.size());
            return made;
        }

        private ForgetGate gate() {
            return new ForgetGate(engine, assignment, TOPIC, new ForgetGate.ReadThrough() {
                @Override
                public boolean is(Forget forget, TopicPartition partition) {
                    return consumer.position(partition)
                            == log.partitions.get(partition.partition()).size();
                }

                @Override
                public boolean isComplete(Forget forget) {
                    return isComplete;
                }

                @Override
                public boolean mayCome(TopicPartition partition) {
                    return false;
                }
            });
        }

        private PollDecoder decoder() {
            return new PollDecoder(
                    engine,
                    LearnerKit.decoder(engine.view().settings()),
                    Until.always(),
                    assignment,
                    (record, reason) -> {
                        throw new AssertionError(reason);
                    },
                    gate);
        }

        void restart() {
            engine.close();
            consumer.resume(consumer.paused());
            consumer.unsubscribe();
            engine = Engine.open(store, settings, new EngineOptions(16 << 20), new SimpleMeterRegistry());
            assignment = assignment();
            gate = gate();
            decoder = decoder();
        }

        /** To the end. */
        void read(ToIntFunction<List<Integer>> next, int atOnce) {
            while (true) {
                List<Integer> ready = new ArrayList<>();
                for (int p = 0; p < log.partitions.size(); p++) {
                    TopicPartition partition = new TopicPartition(TOPIC, p);
                    if (!consumer.paused().contains(partition)
                            && consumer.position(partition)
                                    < log.partitions.get(p).size()) {
                        ready.add(p);
                    }
                }
                if (ready.isEmpty()) {
                    assertThat(consumer.paused()).as("held for ever").isEmpty();
                    return;
                }
                poll(next.applyAsInt(ready), atOnce);
                if (restarts != null && restarts.nextInt(15) == 0) {
                    restart();
                }
            }
        }

        void poll(int p, int atOnce) {
            TopicPartition partition = new TopicPartition(TOPIC, p);
            int from = (int) consumer.position(partition);
            int to = consumer.paused().contains(partition)
                    ? from
                    : Math.min(log.partitions.get(p).size(), from + atOnce);
            if (from < to) {
                List<ConsumerRecord<byte[], ByteBuffer>> records = new ArrayList<>();
                for (int offset = from; offset < to; offset++) {
                    records.add(log.record(p, offset));
                }
                consumer.seek(partition, to);
                List<Batch> batches = decoder.decode(new ConsumerRecords<>(
                        Map.of(partition, records), Map.of(partition, new OffsetAndMetadata(to))));
                if (dropNext) {
                    dropNext = false;
                } else {
                    engine.apply(batches);
                }
            }
            while (gate.mayOpen()) {
                Batch due = gate.next();
                if (due == null) {
                    break;
                }
                engine.apply(due);
                applied++;
                gate.opened();
            }
        }

        Map<Integer, Long> offsets() {
            return assignment.storedOffsets();
        }

        double strength(String cue, String target) {
            int c = engine.view().conceptOf(cue);
            if (c < 0) {
                return 0;
            }
            var row = engine.view().associations(c, engine.view().watermarkMs());
            int index = row.indexOf(engine.view().conceptOf(target));
            return index < 0 ? 0 : row.strength(index, 0);
        }

        @Override
        public void close() {
            engine.close();
            consumer.close();
        }
    }
}
