package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.ingest.kafka.EpisodeProducer.Appended;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** All or none, by a real broker that refuses one of several records. */
@SuppressWarnings("NullAway.Init")
@Timeout(300)
final class AtomicProducerIT {

    private static final int LARGEST = 100_000;

    @TempDir
    static Path directory;

    private static LocalBroker broker;
    private static LocalBroker without;

    @BeforeAll
    static void start() {
        broker = LocalBroker.start(directory.resolve("free"), 0);
        // Nowhere is there room for three replicas of what transactions are kept in.
        without = LocalBroker.start(
                directory.resolve("without"), 0, Map.of("transaction.state.log.replication.factor", "3"));
    }

    @AfterAll
    static void stop() {
        broker.close();
        without.close();
    }

    private static ClientProperties client(LocalBroker of) {
        return new ClientProperties(Map.of("bootstrap.servers", of.bootstrapServers()));
    }

    /** A topic that takes no record larger than {@value #LARGEST}. */
    private static String topic(LocalBroker of, String name, int partitions) throws Exception {
        return topic(of, name, partitions, LARGEST);
    }

    private static String topic(LocalBroker of, String name, int partitions, int bytesMax) throws Exception {
        new Topics(client(of)).create(new TopicNames(name, "dead"), partitions);
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        AlterConfigOp small =
                new AlterConfigOp(new ConfigEntry("max.message.bytes", "" + bytesMax), AlterConfigOp.OpType.SET);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", of.bootstrapServers()))) {
            admin.incrementalAlterConfigs(Map.of(resource, List.of(small)))
                    .all()
                    .get();
        }
        return name;
    }

    private static Outgoing record(String text) {
        return new Outgoing(null, text.getBytes(StandardCharsets.UTF_8));
    }

    private static Outgoing record(@Nullable String context, String text) {
        return new Outgoing(context, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Text that no compression makes small enough. */
    private static String large() {
        StringBuilder large = new StringBuilder();
        Random random = new Random(LARGEST);
        while (large.length() < 2 * LARGEST) {
            large.append((char) (' ' + random.nextInt(95)));
        }
        return large.toString();
    }

    /**
     * What a learner reads of a topic, by partition. A commit is answered before its markers are in all partitions, so this reads to where the
     * records end, not to where what is committed ends.
     */
    private static Map<Integer, List<ConsumerRecord<byte[], byte[]>>> learned(LocalBroker of, String topic) {
        Map<Integer, List<ConsumerRecord<byte[], byte[]>>> all = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                        new KafkaConsumer<>(client(of).reader("test"));
                Admin admin = Admin.create(Map.of("bootstrap.servers", of.bootstrapServers()))) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            // Without the isolation of a learner: what is not committed counts.
            ListOffsetsResult ends =
                    admin.listOffsets(partitions.stream().collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest())));
            for (TopicPartition partition : partitions) {
                long end = ends.partitionResult(partition)
                        .get(30, TimeUnit.SECONDS)
                        .offset();
                while (consumer.position(partition) < end) {
                    consumer.poll(Duration.ofMillis(100))
                            .forEach(record -> all.computeIfAbsent(record.partition(), none -> new ArrayList<>())
                                    .add(record));
                }
            }
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
        return all;
    }

    private static List<String> texts(LocalBroker of, String topic) {
        return learned(of, topic).values().stream()
                .flatMap(List::stream)
                .map(record -> new String(record.value(), StandardCharsets.UTF_8))
                .toList();
    }

    private static void assertAllOrNone(LocalBroker of, String topic, Map<String, String> more) {
        Map<String, String> given = new HashMap<>(more);
        given.put("bootstrap.servers", of.bootstrapServers());
        ClientProperties client = new ClientProperties(given);
        try (EpisodeProducer single = new EpisodeProducer(client, topic, new SimpleMeterRegistry());
                AtomicProducer producer = new AtomicProducer(client, topic, single, 2)) {
            List<Outgoing> bad = List.of(record("a"), record(large()), record("b"));
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> producer.append(bad))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("max.message.bytes")
                        .hasMessageEndingWith("bytes=" + 2 * LARGEST + " record=1");
            }
            assertThatThrownBy(() -> producer.append(List.of(record(large()))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith("record=0");
            assertThat(texts(of, topic)).isEmpty();
            assertThat(producer.append(List.of(record("a"), record("b"))).partition())
                    .isZero();
            assertThat(texts(of, topic)).containsExactly("a", "b");
        }
    }

    @Test
    void whereOneRecordIsTooLargeNoneIsThereAndARetryDoublesNothing() throws Exception {
        assertAllOrNone(broker, topic(broker, "refused", 1), Map.of());
    }

    /** Of what is compressed it is known only afterwards how large it is: then it is the transaction alone that holds. */
    @Test
    void whatIsCompressedIsTakenBackByItsTransaction() throws Exception {
        String topic = topic(broker, "compressed", 1);
        assertAllOrNone(broker, topic, Map.of("compression.type", "gzip"));
        ClientProperties gzip = new ClientProperties(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "compression.type", "gzip"));
        try (EpisodeProducer single = new EpisodeProducer(gzip, topic, new SimpleMeterRegistry());
                AtomicProducer producer = new AtomicProducer(gzip, topic, single, 1)) {
            String same = "x".repeat(2 * LARGEST);
            Appended appended = producer.append(List.of(record("c"), record(same), record("d")));
            assertThat(appended.lastOffset() - appended.firstOffset()).isEqualTo(2);
            assertThat(texts(broker, topic)).containsExactly("a", "b", "c", same, "d");
        }
    }

    /** The batch of the client holds several records: what is too large together is sent one by one. */
    @Test
    void recordsThatAreTooLargeTogetherAreTaken() throws Exception {
        String topic = topic(broker, "together", 1);
        List<Outgoing> records = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            records.add(record("y".repeat(LARGEST - 200)));
            records.add(record("z"));
        }
        try (EpisodeProducer single = new EpisodeProducer(client(broker), topic, new SimpleMeterRegistry());
                AtomicProducer producer = new AtomicProducer(client(broker), topic, single, 1)) {
            Appended appended = producer.append(records);
            assertThat(appended.lastOffset() - appended.firstOffset()).isEqualTo(59);
            assertThat(texts(broker, topic)).hasSize(60);
        }
    }

    @Test
    void whereThereAreNoTransactionsSizesAreLookedAtBeforehand() throws Exception {
        assertAllOrNone(without, topic(without, "without", 1), Map.of("max.block.ms", "3000"));
    }

    /** Markers of transactions have offsets, too: what is said is where the records are. */
    @Test
    void offsetsAreThoseOfTheRecords() throws Exception {
        String topic = topic(broker, "offsets", 3);
        try (EpisodeProducer single = new EpisodeProducer(client(broker), topic, new SimpleMeterRegistry());
                AtomicProducer producer = new AtomicProducer(client(broker), topic, single, 1)) {
            for (int i = 0; i < 5; i++) {
                List<Outgoing> records = new ArrayList<>();
                for (int j = 0; j < 10; j++) {
                    records.add(record("context-" + j % 4, i + "-" + j));
                }
                Appended appended = producer.append(records);
                List<ConsumerRecord<byte[], byte[]>> there =
                        learned(broker, topic).getOrDefault(appended.partition(), List.of());
                String post = i + "-";
                List<ConsumerRecord<byte[], byte[]>> mine = there.stream()
                        .filter(record -> new String(record.value(), StandardCharsets.UTF_8).startsWith(post))
                        .toList();
                assertThat(mine).isNotEmpty();
                assertThat(new String(mine.get(mine.size() - 1).value(), StandardCharsets.UTF_8))
                        .isEqualTo(i + "-9");
                assertThat(appended.firstOffset()).isEqualTo(mine.get(0).offset());
                assertThat(appended.lastOffset())
                        .isEqualTo(mine.get(mine.size() - 1).offset());
            }
            assertThat(texts(broker, topic)).hasSize(50);
        }
    }

    @Test
    void severalAtOnceAreAllThereAndEachInItsOrder() throws Exception {
        String topic = topic(broker, "at-once", 1);
        try (EpisodeProducer single = new EpisodeProducer(client(broker), topic, new SimpleMeterRegistry());
                AtomicProducer producer = new AtomicProducer(client(broker), topic, single, 2)) {
            List<CompletableFuture<Appended>> posts = IntStream.range(0, 40)
                    .mapToObj(post -> CompletableFuture.supplyAsync(() -> producer.append(
                            post % 4 == 0
                                    ? List.of(record(post + "-0"), record(large()))
                                    : List.of(record(post + "-0"), record(post + "-1"), record(post + "-2")))))
                    .toList();
            for (int post = 0; post < posts.size(); post++) {
                CompletableFuture<Appended> appended = posts.get(post);
                if (post % 4 == 0) {
                    assertThatThrownBy(appended::join).hasMessageContaining("record=1");
                } else {
                    assertThat(appended.join().lastOffset()).isGreaterThan(1);
                }
            }
            List<String> texts = texts(broker, topic);
            List<String> expected = new ArrayList<>();
            for (int post = 0; post < posts.size(); post++) {
                if (post % 4 != 0) {
                    List<String> mine = Arrays.asList(post + "-0", post + "-1", post + "-2");
                    String prefix = post + "-";
                    assertThat(texts.stream().filter(text -> text.startsWith(prefix)))
                            .isEqualTo(mine);
                    expected.addAll(mine);
                }
            }
            assertThat(texts).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    /** A process that is killed between the first record and the last: what it had sent never happened. */
    @Test
    void whatIsLeftOpenIsAbortedByTheCluster() throws Exception {
        String topic = topic(broker, "left-open", 1);
        Map<String, Object> properties = client(broker).transactional("killed", "killed");
        assertThat(properties.get("transaction.timeout.ms")).isEqualTo("30000");
        properties.put("transaction.timeout.ms", "1000");
        KafkaProducer<byte[], byte[]> killed = new KafkaProducer<>(properties);
        killed.initTransactions();
        killed.beginTransaction();
        killed.send(new ProducerRecord<>(topic, "half".getBytes(StandardCharsets.UTF_8)))
                .get();
        try (EpisodeProducer single = new EpisodeProducer(client(broker), topic, new SimpleMeterRegistry());
                AtomicProducer producer = new AtomicProducer(client(broker), topic, single, 1)) {
            assertThat(producer.append(List.of(record("a"), record("b"))).firstOffset())
                    .isEqualTo(1);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> texts(broker, topic).equals(List.of("a", "b")));
        }
        killed.close(Duration.ZERO);
    }

    private record Batch(long first, long last, boolean isTransactional) {}

    /** Where batches end, and whether a transaction is around them, as the broker has written them. */
    private static List<Batch> batches(String topic, int partition) throws IOException {
        Path log;
        try (Stream<Path> files = Files.walk(directory.resolve("free"))) {
            log = files.filter(file -> file.endsWith(Path.of(topic + "-" + partition, "00000000000000000000.log")))
                    .findFirst()
                    .orElseThrow();
        }
        List<Batch> batches = new ArrayList<>();
        try (FileRecords records = FileRecords.open(log.toFile(), false)) {
            for (RecordBatch each : records.batches()) {
                batches.add(new Batch(each.baseOffset(), each.lastOffset(), each.isTransactional()));
            }
        }
        return batches;
    }

    /** What a broker writes as one batch is there as a whole, so that no transaction is needed; whoever else posts is not in the way. */
    @Test
    void aFewRecordsOfOnePartitionAreOneBatchWhateverElseIsPosted() throws Exception {
        int partitions = 3;
        String topic = topic(broker, "batches", partitions);
        List<List<Outgoing>> posts = new ArrayList<>();
        List<Set<Integer>> homes = new ArrayList<>();
        Random random = new Random(4);
        for (int post = 0; post < 120; post++) {
            List<Outgoing> records = new ArrayList<>();
            Set<Integer> home = new HashSet<>();
            for (int i = 0; i < 2 + random.nextInt(30); i++) {
                // Without a context; of one; of one and of none; of several.
                String context =
                        switch (post % 4) {
                            case 0 -> null;
                            case 1 -> "context-" + post;
                            case 2 -> i % 2 == 0 ? "context-" + post : null;
                            default -> "context-" + random.nextInt(9);
                        };
                if (context != null) {
                    home.add(BuiltInPartitioner.partitionForKey(context.getBytes(StandardCharsets.UTF_8), partitions));
                }
                records.add(record(context, post + "-" + i + "-" + "x".repeat(random.nextInt(1_000))));
            }
            posts.add(records);
            homes.add(home);
        }
        ExecutorService posters = Executors.newFixedThreadPool(8);
        try (EpisodeProducer single = new EpisodeProducer(client(broker), topic, new SimpleMeterRegistry());
                AtomicProducer producer = new AtomicProducer(client(broker), topic, single, 4)) {
            List<Future<Appended>> appended = posts.stream()
                    .map(records -> posters.submit(() -> producer.append(records)))
                    .toList();
            for (Future<Appended> one : appended) {
                assertThat(one.get().lastOffset()).isNotNegative();
            }
        } finally {
            posters.shutdown();
        }
        Map<Integer, Set<String>> batchesOfPosts = new HashMap<>();
        Map<Integer, Integer> counts = new HashMap<>();
        Set<Integer> used = new HashSet<>();
        for (int partition = 0; partition < partitions; partition++) {
            List<Batch> batches = batches(topic, partition);
            for (ConsumerRecord<byte[], byte[]> record : learned(broker, topic).getOrDefault(partition, List.of())) {
                String text = new String(record.value(), StandardCharsets.UTF_8);
                int post = Integer.parseInt(text.substring(0, text.indexOf('-')));
                Batch batch = batches.stream()
                        .filter(each -> each.first() <= record.offset() && record.offset() <= each.last())
                        .findFirst()
                        .orElseThrow();
                batchesOfPosts
                        .computeIfAbsent(post, none -> new HashSet<>())
                        .add(partition + "@" + batch.first() + (batch.isTransactional() ? " transactional" : ""));
                counts.merge(post, 1, Integer::sum);
                used.add(post % 4 == 0 ? partition : -1);
                if (!homes.get(post).isEmpty() && homes.get(post).size() == 1) {
                    assertThat(homes.get(post)).containsExactly(partition);
                }
            }
        }
        for (int post = 0; post < posts.size(); post++) {
            assertThat(counts.get(post)).isEqualTo(posts.get(post).size());
            Set<String> mine = batchesOfPosts.getOrDefault(post, Set.of());
            if (homes.get(post).size() <= 1) {
                assertThat(mine).as("post=%d", post).hasSize(1).noneMatch(batch -> batch.endsWith("transactional"));
            } else {
                assertThat(mine).as("post=%d", post).allMatch(batch -> batch.endsWith("transactional"));
            }
        }
        assertThat(used).as("what may be anywhere is spread").contains(0, 1, 2);
    }

    /** The client splits a batch that holds such a record without end: so it has none with others in it. */
    @Test
    void aRecordThatIsTooLargeSinksNobodyElses() throws Exception {
        for (LocalBroker of : List.of(broker, without)) {
            // Smaller than what the client puts into one batch.
            String topic = topic(of, "sinking", 1, 20_000);
            String tooLarge = large().substring(0, 40_000);
            ClientProperties gzip = new ClientProperties(Map.of(
                    "bootstrap.servers", of.bootstrapServers(), "compression.type", "gzip", "max.block.ms", "3000"));
            ExecutorService posters = Executors.newFixedThreadPool(16);
            try (EpisodeProducer single = new EpisodeProducer(gzip, topic, new SimpleMeterRegistry());
                    AtomicProducer producer = new AtomicProducer(gzip, topic, single, 2)) {
                List<Future<Appended>> small = new ArrayList<>();
                List<Future<Appended>> large = new ArrayList<>();
                for (int i = 0; i < 480; i++) {
                    String name = "small-" + i;
                    small.add(posters.submit(() -> producer.append(List.of(record(name)))));
                    if (i % 4 == 0) {
                        large.add(posters.submit(() -> producer.append(List.of(record(tooLarge)))));
                    }
                }
                for (Future<Appended> one : small) {
                    assertThat(one.get().lastOffset()).isNotNegative();
                }
                for (Future<Appended> one : large) {
                    assertThatThrownBy(one::get)
                            .cause()
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("max.message.bytes");
                }
                assertThat(texts(of, topic)).hasSize(480).doesNotHaveDuplicates();
            } finally {
                posters.shutdown();
            }
        }
    }

    @Test
    void whereThereAreNoTransactionsWhatMayBeTooLargeMustComeAlone() throws Exception {
        String topic = topic(without, "alone", 1);
        ClientProperties gzip = new ClientProperties(Map.of(
                "bootstrap.servers", without.bootstrapServers(), "compression.type", "gzip", "max.block.ms", "3000"));
        try (EpisodeProducer single = new EpisodeProducer(gzip, topic, new SimpleMeterRegistry());
                AtomicProducer producer = new AtomicProducer(gzip, topic, single, 1)) {
            String same = "x".repeat(2 * LARGEST);
            assertThatThrownBy(() -> producer.append(List.of(record("a"), record(same))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("must be posted alone");
            assertThat(texts(without, topic)).isEmpty();
            assertThat(producer.append(List.of(record(same))).lastOffset()).isZero();
            // More than one batch.
            List<Outgoing> many = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                many.add(record(i + "y".repeat(1_000)));
            }
            assertThat(producer.append(many).lastOffset()).isEqualTo(200);
            assertThat(texts(without, topic)).hasSize(201);
        }
    }

    /** Whatever was under way when the broker went: of each request all is there or nothing, and all of what was said to be. */
    @Test
    void aBrokerThatGoesAwayLeavesNoHalfOfARequest() throws Exception {
        Path home = directory.resolve("goes");
        LocalBroker goes = LocalBroker.start(home, 0);
        int port = Integer.parseInt(goes.bootstrapServers().replaceAll(".*:", ""));
        ClientProperties client = new ClientProperties(Map.of(
                "bootstrap.servers",
                goes.bootstrapServers(),
                "delivery.timeout.ms",
                "4000",
                "request.timeout.ms",
                "2000",
                "max.block.ms",
                "4000"));
        try {
            String topic = topic(goes, "half", 3);
            Map<String, Integer> sizes = new ConcurrentHashMap<>();
            Set<String> done = ConcurrentHashMap.newKeySet();
            Set<String> failed = ConcurrentHashMap.newKeySet();
            AtomicBoolean isOver = new AtomicBoolean();
            List<Future<Void>> posting = new ArrayList<>();
            ExecutorService posters = Executors.newFixedThreadPool(6);
            try (EpisodeProducer single = new EpisodeProducer(client, topic, new SimpleMeterRegistry());
                    AtomicProducer producer = new AtomicProducer(client, topic, single, 3)) {
                for (int poster = 0; poster < 6; poster++) {
                    int mine = poster;
                    posting.add(posters.submit(() -> {
                        Random random = new Random(mine);
                        for (int post = 0; !isOver.get(); post++) {
                            String name = mine + "-" + post;
                            List<Outgoing> records = new ArrayList<>();
                            int size = 2 + random.nextInt(40);
                            for (int i = 0; i < size; i++) {
                                records.add(record(mine % 2 == 0 ? null : "context-" + i, name + "-" + i));
                            }
                            sizes.put(name, size);
                            try {
                                assertThat(producer.append(records).lastOffset())
                                        .isNotNegative();
                                done.add(name);
                            } catch (IllegalStateException e) {
                                assertThat(e).hasMessageNotContaining("some may be there");
                                failed.add(name);
                            }
                        }
                        return null;
                    }));
                }
                for (int round = 0; round < 2; round++) {
                    int before = done.size();
                    await().atMost(Duration.ofSeconds(60)).until(() -> done.size() > before + 100);
                    goes.close();
                    int failures = failed.size();
                    await().atMost(Duration.ofSeconds(60)).until(() -> failed.size() > failures + 3);
                    goes = LocalBroker.start(home, port);
                }
                int before = done.size();
                await().atMost(Duration.ofSeconds(60)).until(() -> done.size() > before + 20);
                isOver.set(true);
                for (Future<Void> poster : posting) {
                    assertThat(poster.get(60, TimeUnit.SECONDS)).isNull();
                }
            } finally {
                isOver.set(true);
                posters.shutdown();
            }
            LocalBroker last = goes;
            // What was left open hides what is behind it until it is aborted.
            await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
                Map<String, Integer> there = new HashMap<>();
                List<String> texts = texts(last, topic);
                assertThat(texts).doesNotHaveDuplicates();
                texts.forEach(text -> there.merge(text.substring(0, text.lastIndexOf('-')), 1, Integer::sum));
                assertThat(there)
                        .allSatisfy((name, count) -> assertThat(count).as(name).isEqualTo(sizes.get(name)));
                assertThat(there.keySet()).containsAll(done);
            });
            System.out.println("requests while a broker went away: done=" + done.size() + " failed=" + failed.size());
        } finally {
            goes.close();
        }
    }
}
