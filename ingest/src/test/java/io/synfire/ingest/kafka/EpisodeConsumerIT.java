package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The learner against a real broker. */
@SuppressWarnings("NullAway.Init")
final class EpisodeConsumerIT {

    @TempDir
    static Path brokerDirectory;

    static LocalBroker broker;

    @TempDir
    Path directory;

    private TopicNames topics;
    private Decoding decoding = Decoding.plain();

    @BeforeAll
    static void startBroker() {
        broker = LocalBroker.start(brokerDirectory, LocalBroker.PREFERRED_PORT);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void createTopics(TestInfo test) {
        String name = test.getTestMethod().orElseThrow().getName();
        topics = new TopicNames(name, name + ".dead");
        new Topics(client()).create(topics, 2);
    }

    @Test
    void tenThousandMalformedRecordsAmongGoodOnesAreAllDeadLettersAndTheGoodOnesAreLearned() {
        SplittableRandom random = new SplittableRandom(99);
        Map<String, byte[]> bad = new HashMap<>();
        int good = 0;
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(client().producer("test"))) {
            for (int i = 0; i < 20_000; i++) {
                byte[] key = ("key-" + i).getBytes(StandardCharsets.UTF_8);
                boolean isBad = i % 2 == 0;
                byte[] value = isBad
                        ? malformed(random, i)
                        : ("{\"concepts\":[\"a\",\"b" + i % 100 + "\"]}").getBytes(StandardCharsets.UTF_8);
                if (isBad) {
                    bad.put("key-" + i, value);
                } else {
                    good++;
                }
                var unused = producer.send(new ProducerRecord<>(
                        topics.episodes(), null, null, key, value, List.of(header("trace", "t" + i))));
            }
        }
        try (Engine engine = open("store");
                EpisodeConsumer consumer = consumer(engine, Map.of())) {
            consumer.start();
            await().atMost(Duration.ofMinutes(1)).until(() -> caughtUp(consumer));
            assertThat(engine.view().counts().episodes()).isEqualTo(good);
            assertThat(engine.view().counts().deadLetters()).isEqualTo(10_000);
        }
        List<ConsumerRecord<byte[], byte[]>> dead = deadLetters(10_000);
        for (ConsumerRecord<byte[], byte[]> record : dead) {
            String key = new String(record.key(), StandardCharsets.UTF_8);
            assertThat(record.value()).isEqualTo(bad.remove(key));
            assertThat(text(record, "trace")).isEqualTo("t" + key.substring(4));
            assertThat(text(record, DeadLetters.TOPIC)).isEqualTo(topics.episodes());
            assertThat(Integer.parseInt(text(record, DeadLetters.PARTITION))).isBetween(0, 1);
            assertThat(Long.parseLong(text(record, DeadLetters.OFFSET))).isNotNegative();
            assertThat(text(record, DeadLetters.MESSAGE)).isNotBlank();
        }
        assertThat(bad).isEmpty();
    }

    @Test
    void aSecondStartResumesAtTheStoredPositionAndLearnsNothingTwice() {
        produce(0, 500);
        long learned;
        try (Engine engine = open("first")) {
            learnAll(engine, Map.of());
            learnAll(engine, Map.of());
            assertThat(engine.view().counts().episodes()).isEqualTo(500);
        }
        produce(500, 800);
        try (Engine engine = open("first")) {
            learnAll(engine, Map.of());
            assertThat(engine.view().counts().episodes()).isEqualTo(800);
            learned = engine.digest().learned();
        }
        try (Engine undisturbed = open("second")) {
            learnAll(undisturbed, Map.of());
            assertThat(undisturbed.digest().learned()).isEqualTo(learned);
        }
    }

    @Test
    void theStoredPositionCountsNotTheGroups() {
        produce(0, 300);
        try (Engine engine = open("one")) {
            learnAll(engine, Map.of("group.id", "shared"));
            assertThat(engine.view().counts().episodes()).isEqualTo(300);
        }
        // The group's offsets stand at the end now; a new store must start at the beginning all the same.
        try (Engine engine = open("other")) {
            learnAll(engine, Map.of("group.id", "shared"));
            assertThat(engine.view().counts().episodes()).isEqualTo(300);
        }
    }

    @Test
    void abortedTransactionsNeverHappenedAndThePositionPassesThem() {
        Map<String, Object> transactional = new HashMap<>(client().producer("test"));
        transactional.put("transactional.id", "t");
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(transactional)) {
            producer.initTransactions();
            for (boolean commit : new boolean[] {true, false, true, false}) {
                producer.beginTransaction();
                var unused = producer.send(new ProducerRecord<>(
                        topics.episodes(), 0, null, "{\"concepts\":[\"a\",\"b\"]}".getBytes(StandardCharsets.UTF_8)));
                if (commit) {
                    producer.commitTransaction();
                } else {
                    producer.flush();
                    producer.abortTransaction();
                }
            }
        }
        try (Engine engine = open("store")) {
            learnAll(engine, Map.of());
            assertThat(engine.view().counts().episodes()).isEqualTo(2);
            assertThat(engine.positions())
                    .anySatisfy(position -> assertThat(position.nextOffset()).isEqualTo(8));
        }
    }

    @Test
    void anEventThatIsSentTwiceIsLearnedOnceAlsoAfterARestart() {
        decoding = new Decoding(null, false, "event-id");
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(client().producer("test"))) {
            for (int copy = 0; copy < 2; copy++) {
                for (int i = 0; i < 100; i++) {
                    byte[] key = ("k" + i).getBytes(StandardCharsets.UTF_8);
                    byte[] inValue = ("{\"at\":" + (LearnerKit.FIRST_MS + i)
                                    + ",\"concepts\":[\"a\",\"b\"],\"eventId\":\"v" + i + "\"}")
                            .getBytes(StandardCharsets.UTF_8);
                    byte[] plain = ("{\"at\":" + (LearnerKit.FIRST_MS + i) + ",\"concepts\":[\"a\",\"c\"]}")
                            .getBytes(StandardCharsets.UTF_8);
                    var unused = producer.send(new ProducerRecord<>(topics.episodes(), key, inValue));
                    var unused2 = producer.send(new ProducerRecord<>(
                            topics.episodes(), null, null, key, plain, List.of(header("event-id", "h" + i))));
                }
                producer.flush();
                if (copy == 0) {
                    try (Engine engine = open("store")) {
                        learnAll(engine, Map.of());
                        assertThat(engine.view().counts().episodes()).isEqualTo(200);
                    }
                }
            }
        }
        try (Engine engine = open("store")) {
            learnAll(engine, Map.of());
            assertThat(engine.view().counts().episodes()).isEqualTo(200);
            assertThat(engine.view().counts().duplicates()).isEqualTo(200);
        }
    }

    @Test
    void retractionsAndForgottenConceptsAreAppliedFromTheLogAndASingleContextBoundOneIsADeadLetter() {
        try (EpisodeProducer producer = new EpisodeProducer(client(), topics.episodes(), new SimpleMeterRegistry())) {
            List<Outgoing> records = new ArrayList<>();
            for (String json : List.of(
                    "{\"at\":1300000001000,\"context\":\"k\",\"concepts\":[\"a\",\"b\"]}",
                    "{\"at\":1300000002000,\"context\":\"k\",\"concepts\":[\"c\"]}",
                    "{\"at\":1300000003000,\"context\":\"k\",\"concepts\":[\"kept\",\"gone\"]}",
                    "{\"retract\":{\"at\":1300000002000,\"context\":\"k\",\"concepts\":[\"c\"]}}",
                    "{\"retract\":{\"context\":\"k\",\"episodes\":[{\"at\":1300000001000,\"concepts\":[\"a\",\"b\"]},"
                            + "{\"at\":1300000002000,\"concepts\":[\"c\"]},{\"at\":1300000003000,\"concepts\":[\"kept\",\"gone\"]}]}}",
                    "{\"at\":1300000004000,\"context\":\"k\",\"concepts\":[\"kept\",\"gone\"]}",
                    "{\"forget\":{\"concept\":\"gone\"}}")) {
                records.add(new Outgoing("k", json.getBytes(StandardCharsets.UTF_8)));
            }
            assertThat(producer.append(records).lastOffset()).isNotNegative();
        }
        try (Engine engine = open("store")) {
            learnAll(engine, Map.of());
            assertThat(engine.view().counts().episodes()).isEqualTo(1);
            assertThat(engine.view().counts().deadLetters()).isEqualTo(1);
            assertThat(engine.view().conceptOf("gone")).isNegative();
            int kept = engine.view().conceptOf("kept");
            assertThat(engine.view()
                            .associations(kept, LearnerKit.FIRST_MS + 4000)
                            .size())
                    .isZero();
            assertThat(engine.view().conceptOf("a")).isNegative();
            assertThat(engine.view().counts().concepts()).isEqualTo(1);
        }
        assertThat(text(deadLetters(1).get(0), DeadLetters.MESSAGE)).contains("whole context");
    }

    @Test
    void aTopicThatWasCreatedAgainIsRefused() throws Exception {
        produce(0, 10);
        try (Engine engine = open("store")) {
            learnAll(engine, Map.of());
        }
        try (Admin admin = Admin.create(client().admin())) {
            admin.deleteTopics(List.of(topics.episodes())).all().get();
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> !admin.listTopics().names().get().contains(topics.episodes()));
        }
        new Topics(client()).create(topics, 2);
        assertRefused("deleted and created again");
    }

    @Test
    void aLogWhoseUnreadPartIsGoneIsRefusedWithTheMissingRange() throws Exception {
        produce(0, 100);
        try (Engine engine = open("store")) {
            learnAll(engine, Map.of());
        }
        produce(100, 200);
        try (Admin admin = Admin.create(client().admin())) {
            Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
            for (int partition = 0; partition < 2; partition++) {
                all.put(new TopicPartition(topics.episodes(), partition), RecordsToDelete.beforeOffset(-1));
            }
            admin.deleteRecords(all).all().get();
        }
        assertRefused("missing");
    }

    private void assertRefused(String reason) {
        try (Engine engine = open("store");
                EpisodeConsumer consumer = consumer(engine, Map.of())) {
            long episodes = engine.view().counts().episodes();
            consumer.start();
            await().atMost(Duration.ofMinutes(1)).until(() -> consumer.failure() != null);
            assertThat(consumer.failure()).hasMessageContaining(reason);
            assertThat(engine.view().counts().episodes()).isEqualTo(episodes);
        }
    }

    private void learnAll(Engine engine, Map<String, String> extra) {
        try (EpisodeConsumer consumer = consumer(engine, extra)) {
            consumer.start();
            await().atMost(Duration.ofMinutes(1)).until(() -> caughtUp(consumer));
        }
    }

    private static boolean caughtUp(EpisodeConsumer consumer) {
        assertThat(consumer.failure()).isNull();
        return consumer.ready() && consumer.lag() == 0;
    }

    private void produce(int from, int to) {
        try (EpisodeProducer producer = new EpisodeProducer(client(), topics.episodes(), new SimpleMeterRegistry())) {
            List<Outgoing> records = new ArrayList<>();
            for (int i = from; i < to; i++) {
                String json = "{\"at\":" + (LearnerKit.FIRST_MS + i * 1000L) + ",\"context\":\"k" + i % 7
                        + "\",\"concepts\":[\"c" + i % 13 + "\",\"d" + i % 5 + "\"]}";
                records.add(new Outgoing("k" + i % 7, json.getBytes(StandardCharsets.UTF_8)));
            }
            assertThat(producer.append(records).lastOffset()).isNotNegative();
        }
    }

    private List<ConsumerRecord<byte[], byte[]>> deadLetters(int count) {
        List<ConsumerRecord<byte[], byte[]>> dead = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> reader = new KafkaConsumer<>(client().consumer())) {
            TopicPartition partition = new TopicPartition(topics.deadLetters(), 0);
            reader.assign(List.of(partition));
            reader.seek(partition, 0);
            await().atMost(Duration.ofMinutes(1)).until(() -> {
                reader.poll(Duration.ofMillis(100)).forEach(dead::add);
                return dead.size() >= count;
            });
        }
        assertThat(dead).hasSize(count);
        return dead;
    }

    private Engine open(String store) {
        return Engine.open(directory.resolve(store), Map.of(), new EngineOptions(16 << 20), new SimpleMeterRegistry());
    }

    private EpisodeConsumer consumer(Engine engine, Map<String, String> extra) {
        Map<String, String> given = new HashMap<>(extra);
        given.put("bootstrap.servers", broker.bootstrapServers());
        return new EpisodeConsumer(
                engine,
                new ClientProperties(given),
                new EpisodeConsumer.Options(topics, Duration.ofMillis(300), decoding),
                new SimpleMeterRegistry());
    }

    private static ClientProperties client() {
        return new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ConsumerRecord<byte[], byte[]> record, String header) {
        return new String(record.headers().lastHeader(header).value(), StandardCharsets.UTF_8);
    }

    private static byte[] malformed(SplittableRandom random, int i) {
        String json =
                switch (random.nextInt(7)) {
                    case 0 -> "not json " + i;
                    case 1 -> "{\"concepts\":[]}";
                    case 2 -> "{\"concepts\":[\"" + "x".repeat(513) + "\"]}";
                    case 3 -> "{\"concepts\":[\"a\"],\"reward\":1e999}";
                    case 4 -> "{\"concepts\":[\"a\"],\"at\":\"9998-01-01T00:00:00Z\"}";
                    case 5 -> "{\"concepts\":[\"a\"],\"at\":-5}";
                    default -> tooMany();
                };
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private static String tooMany() {
        StringBuilder json = new StringBuilder("{\"concepts\":[\"c0\"");
        for (int i = 1; i <= 200; i++) {
            json.append(",\"c").append(i).append('"');
        }
        return json.append("]}").toString();
    }
}
