package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.ingest.kafka.EpisodeProducer.Appended;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
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
        new Topics(client(of)).create(new TopicNames(name, "dead"), partitions);
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        AlterConfigOp small =
                new AlterConfigOp(new ConfigEntry("max.message.bytes", "" + LARGEST), AlterConfigOp.OpType.SET);
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

    private static Outgoing record(String context, String text) {
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

    /** What a learner reads of a topic, by partition. */
    private static Map<Integer, List<ConsumerRecord<byte[], byte[]>>> learned(LocalBroker of, String topic) {
        Map<Integer, List<ConsumerRecord<byte[], byte[]>>> all = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(client(of).reader("test"))) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (!ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
                consumer.poll(Duration.ofMillis(100))
                        .forEach(record -> all.computeIfAbsent(record.partition(), none -> new ArrayList<>())
                                .add(record));
            }
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
            org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> texts(broker, topic)
                    .equals(List.of("a", "b")));
        }
        killed.close(Duration.ZERO);
    }
}
