package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.MemoryView;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.Origin;
import io.synfire.ingest.forget.ForgetReceipt;
import io.synfire.ingest.forget.ForgetReceipt.Appended;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is appended so that learners forget, to a real topic: in parts, in transactions, beside others who write. */
@SuppressWarnings("NullAway.Init")
final class TopicForgetterIT {

    private static final long SEED = Long.getLong("synfire.seed", 20_111_209);
    private static final String OWN = "user-3";
    private static final int PARTITIONS = 3;
    private static final LearningSettings SETTINGS = LearningSettings.parse(Map.of());

    @TempDir
    static Path shared;

    private static LocalBroker broker;

    @TempDir
    Path directory;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private TopicNames topics;
    private LearnerKit kit;
    private long atMs = 1_700_000_000_000L;
    private int sent;

    @BeforeAll
    static void start() {
        System.out.println("seed=" + SEED);
        Map<String, String> guarded = Map.of(
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found", "true");
        broker = LocalBroker.start(shared.resolve("kafka"), 0, guarded);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void aContextIsTakenBackInPartsFromALogWithTransactionsOfOthers() throws Exception {
        create("parts", Map.of("max.message.bytes", "3000"));
        produce(200, true);
        produceInTransaction(40, true);
        produceInTransaction(40, false);
        produce(100, true);
        ForgetReceipt receipt = forgetter().forgetContext(OWN, positions(), Unlearned.unknown(), atMs);
        assertThat(receipt.left()).isZero();
        assertThat(receipt.strangers()).isZero();
        assertThat(receipt.appended()).hasSizeGreaterThan(3);
        assertThat(receipt.appended().stream().map(Appended::eventId)).doesNotHaveDuplicates();
        List<Retraction> found = retractions();
        assertThat(found).hasSize(receipt.appended().size());
        assertThat(found.stream().mapToLong(part -> part.takenBack().size()).sum())
                .isEqualTo(receipt.episodes());
        produce(50, false);
        assertLearnedAsIfItHadNeverBeen();

        // The log ends with marks of transactions; who reads it to its end comes to its end.
        List<Appended> concept = forgetter().forgetConcept("c1", positions());
        assertThat(concept).hasSize(PARTITIONS);
        assertThat(concept.stream().map(Appended::eventId).distinct()).hasSize(1);
        assertThat(concept.stream().map(Appended::partition)).containsExactly(0, 1, 2);
        TopicSightings sightings =
                new TopicSightings(client(), topics, Decoding.plain(), SETTINGS, Unlearned.unknown());
        assertThat(sightings.find("c0", "c2", 1_000).found()).isNotEmpty();
        assertThat(sightings.find("c0", "c1", 1_000).found()).isEmpty();
        assertThat(sightings.find("secret", "c2", 1_000).found()).isEmpty();
        io.synfire.ingest.replay.Tail tail = new io.synfire.ingest.replay.Tail(0, 10_000);
        new TopicTail(client(), topics, Decoding.plain(), SETTINGS, List.of()).read(tail, records -> {});
        assertThat(tail.episodes()).noneMatch(episode -> OWN.equals(episode.context()));
        try (Engine engine = learn("after-concept")) {
            assertThat(engine.view().conceptOf("c1")).isNegative();
            assertThat(engine.view().conceptOf("c2")).isNotNegative();
        }
    }

    @Test
    void whatTheContextDoesMeanwhileIsTakenBackOrNamed() throws Exception {
        create("goes-on", Map.of("max.message.bytes", "3000"));
        produce(300, true);
        AtomicBoolean isOver = new AtomicBoolean();
        CompletableFuture<Void> others = CompletableFuture.runAsync(() -> {
            while (!isOver.get()) {
                produce(1, true);
            }
        });
        ForgetReceipt receipt = forgetter().forgetContext(OWN, positions(), Unlearned.unknown(), atMs);
        isOver.set(true);
        others.join();
        // One that goes on without end is not followed without end.
        assertThat(receipt.appended().size()).isGreaterThan(TopicForgetter.ROUNDS_MAX);
        assertThat(receipt.left()).isNotNegative();
        assertThat(receipt.strangers()).isZero();
        ForgetReceipt rest = forgetter().forgetContext(OWN, positions(), Unlearned.unknown(), atMs);
        assertThat(rest.left()).isZero();
        assertThat(rest.strangers()).isZero();
        assertLearnedAsIfItHadNeverBeen();
        // Nothing is left, so nothing is appended.
        assertThat(forgetter()
                        .forgetContext(OWN, endPositions(), Unlearned.unknown(), atMs)
                        .appended())
                .isEmpty();
    }

    @Test
    void ofSeveralAtOnceOneTakesItBackAndNothingIsTakenBackTwice() throws Exception {
        create("at-once", Map.of("max.message.bytes", "3000"));
        produce(400, true);
        for (int round = 0; round < 3; round++) {
            CyclicBarrier begin = new CyclicBarrier(3);
            List<CompletableFuture<Optional<ForgetReceipt>>> all = IntStream.range(0, 3)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> {
                        try {
                            begin.await();
                            return Optional.of(forgetter().forgetContext(OWN, positions(), Unlearned.unknown(), atMs));
                        } catch (IllegalStateException e) {
                            assertThat(e).hasMessageContaining("another forget of this topic has begun meanwhile");
                            return Optional.<ForgetReceipt>empty();
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    }))
                    .toList();
            List<ForgetReceipt> done =
                    all.stream().flatMap(each -> each.join().stream()).toList();
            assertThat(done).isNotEmpty();
            assertThat(done).allMatch(receipt -> receipt.left() == 0 && receipt.strangers() == 0);
            assertThat(left()).isZero();
            produce(100, true);
        }
        forgetter().forgetContext(OWN, positions(), Unlearned.unknown(), atMs);
        assertLearnedAsIfItHadNeverBeen();
    }

    @Test
    void whatAnEarlierRunHadAppendedWhenItWasKilledIsGoneOnWith() throws Exception {
        create("killed", Map.of("max.message.bytes", "3000"));
        produce(300, true);
        // The same parts are in another topic: as far as a run came that was killed between them.
        TopicNames own = topics;
        ForgetReceipt whole = forgetter().forgetContext(OWN, positions(), Unlearned.unknown(), atMs);
        List<ConsumerRecord<byte[], byte[]>> log = records();
        long first = whole.appended().get(1).offset();
        TopicPartition of =
                new TopicPartition(topics.episodes(), whole.appended().get(1).partition());
        create("killed-between", Map.of("max.message.bytes", "3000"));
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(small("copy"))) {
            for (ConsumerRecord<byte[], byte[]> record : log) {
                boolean isPart = retraction(record).isPresent();
                if (!isPart || (record.partition() == of.partition() && record.offset() <= first)) {
                    var unused = producer.send(new ProducerRecord<>(
                            topics.episodes(), record.partition(), record.timestamp(), record.key(), record.value()));
                }
            }
            producer.flush();
        }
        assertThat(retractions()).hasSize(2);
        ForgetReceipt rest = forgetter().forgetContext(OWN, positions(), Unlearned.unknown(), atMs);
        assertThat(rest.left()).isZero();
        assertThat(rest.strangers()).isZero();
        // Of what no memory has applied yet the receipt tells as of its own.
        assertThat(rest.episodes()).isEqualTo(whole.episodes());
        assertThat(rest.appended()).hasSameSizeAs(retractions());
        assertLearnedAsIfItHadNeverBeen();
        topics = own;
        assertLearnedAsIfItHadNeverBeen();
    }

    @Test
    void theReceiptIsDecidedByTheLogWhereverTheMemoryIs() throws Exception {
        create("receipt", Map.of());
        produce(60, true);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(small("by-hand"))) {
            long now = atMs;
            producer.send(new ProducerRecord<>(
                            topics.episodes(),
                            0,
                            now,
                            null,
                            text(
                                    """
                            {"at":%d,"context":"%s","concepts":["secret","by-hand"]}"""
                                            .formatted(now, OWN))))
                    .get();
            producer.send(new ProducerRecord<>(
                            topics.episodes(),
                            0,
                            now,
                            null,
                            text(
                                    """
                            {"retract":{"context":"%2$s","episodes":[{"at":%1$d,"concepts":["by-hand","secret"]}]}}"""
                                            .formatted(now, OWN))))
                    .get();
        }
        long own = records().stream()
                .filter(record -> new String(record.value(), StandardCharsets.UTF_8).contains("\"context\":\"" + OWN))
                .count();
        // A memory whose last checkpoint is of the very beginning.
        ForgetReceipt receipt = forgetter().forgetContext(OWN, positions(), Unlearned.unknown(), 0);
        List<Retraction> parts = retractions();
        Retraction byHand = parts.stream()
                .filter(part -> part.eventId() == null)
                .findFirst()
                .orElseThrow();
        // What somebody wrote is not told as this command's: neither the episode nor its retraction.
        assertThat(receipt.appended()).hasSize(parts.size() - 1);
        assertThat(receipt.episodes()).isEqualTo(own - 2);
        assertThat(receipt.strangers()).isZero();
        assertThat(receipt.search().unsearched()).isEmpty();
        long latestMs;
        try (Engine engine = learn("receipt")) {
            latestMs = engine.view().watermarkMs();
        }
        assertThat(receipt.removed().asOfMs()).isEqualTo(latestMs);
        List<Retraction> ownParts =
                parts.stream().filter(part -> !part.equals(byHand)).toList();
        assertThat(receipt.removed().evidence())
                .isPositive()
                .isEqualTo(ForgetReceipt.removed(ownParts, SETTINGS, latestMs).evidence());
        assertThat(forgetter()
                        .forgetContext(OWN, positions(), Unlearned.unknown(), 0)
                        .appended())
                .as("parts that no memory has applied are this command's")
                .hasSameSizeAs(receipt.appended());
        assertThat(forgetter()
                        .forgetContext(OWN, endPositions(), Unlearned.unknown(), 0)
                        .episodes())
                .isZero();
    }

    @Test
    void aLogWhoseBeginningIsGoneIsNamedAndARecordThatWasLearnedAndCannotBeReadIsRefused() throws Exception {
        create("expired", Map.of());
        produce(90, true);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.deleteRecords(Map.of(new TopicPartition(topics.episodes(), 0), RecordsToDelete.beforeOffset(5)))
                    .all()
                    .get();
        }
        ForgetReceipt receipt = forgetter().forgetContext(OWN, positions(), Unlearned.unknown(), atMs);
        assertThat(receipt.search().unsearched())
                .containsExactly("kafka:expired partition 0, offsets 0 to 5, which have expired");
        assertThat(receipt.search().searched().get(0)).startsWith("kafka:expired partition 0, offsets 5 to ");
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(small("other"))) {
            producer.send(new ProducerRecord<>(
                            topics.episodes(),
                            1,
                            atMs,
                            null,
                            text("""
                            {"ts":%d,"user":"%s","items":["a","b"]}"""
                                    .formatted(atMs, OWN))))
                    .get();
        }
        // Not learned yet: who learns it may refuse it.
        Map<TopicPartition, Long> before = ends();
        assertThat(forgetter()
                        .forgetContext(OWN, positions(), Unlearned.unknown(), atMs)
                        .left())
                .isZero();
        assertThatThrownBy(() -> forgetter().forgetContext(OWN, endPositions(), Unlearned.unknown(), atMs))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot be read by the settings there are now, so nothing is taken back")
                .hasMessageContaining("context=user-3 records=1 the first: kafka:expired partition 1 offset ");
        assertThat(ends()).isEqualTo(before);
    }

    private static byte[] text(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aClusterThatRefusesTransactionsIsToldWhatItMustAllow() throws Exception {
        create("refused", Map.of());
        produce(50, true);
        ResourcePattern id = new ResourcePattern(
                ResourceType.TRANSACTIONAL_ID, "synfire-forget-" + topics.episodes(), PatternType.LITERAL);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createAcls(List.of(new AclBinding(
                            id,
                            new AccessControlEntry("User:ANONYMOUS", "*", AclOperation.WRITE, AclPermissionType.DENY))))
                    .all()
                    .get();
        }
        Map<TopicPartition, Long> before = ends();
        assertThatThrownBy(() -> forgetter().forgetConcept("c1", positions()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the cluster refuses what makes learners forget")
                .hasMessageContaining("Write and Describe on the transactional id")
                .hasMessageContaining("transactional.id=synfire-forget-" + topics.episodes());
        assertThatThrownBy(() -> forgetter().forgetContext(OWN, positions(), Unlearned.unknown(), atMs))
                .hasMessageContaining("the cluster refuses what makes learners forget");
        assertThat(ends()).isEqualTo(before);
    }

    @Test
    void aTransactionThatAnotherHasOpenIsWaitedForAndThenNamed() throws Exception {
        create("open", Map.of());
        produce(100, true);
        Map<String, Object> properties = client().producer("open");
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "somebody-else");
        try (KafkaProducer<byte[], byte[]> other = new KafkaProducer<>(properties)) {
            other.initTransactions();
            other.beginTransaction();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                other.send(new ProducerRecord<>(
                                topics.episodes(), partition, null, json(OWN, "secret", "c2", "open-" + partition)))
                        .get();
            }
            TopicForgetter forgetter = new TopicForgetter(
                    client(), topics, Decoding.plain(), SETTINGS, InstantSource.system(), Duration.ofSeconds(3));
            ForgetReceipt receipt = forgetter.forgetContext(OWN, positions(), Unlearned.unknown(), atMs);
            assertThat(receipt.left()).isEqualTo(ForgetReceipt.LEFT_UNKNOWN);
            assertThat(receipt.appended()).isNotEmpty();
            other.commitTransaction();
        }
        ForgetReceipt rest = forgetter().forgetContext(OWN, positions(), Unlearned.unknown(), atMs);
        assertThat(rest.left()).isZero();
        assertThat(rest.strangers()).isZero();
        assertLearnedAsIfItHadNeverBeen();
    }

    @Test
    void aClusterThatFallsSilentIsGivenUp() throws Exception {
        try (CuttableProxy proxy = new CuttableProxy();
                LocalBroker far = LocalBroker.start(
                        directory.resolve("kafka"),
                        0,
                        Map.of("advertised.listeners", "PLAINTEXT://127.0.0.1:" + proxy.port()))) {
            proxy.to(Integer.parseInt(far.bootstrapServers().split(":", 2)[1]));
            topics = new TopicNames("far", "far.dead");
            kit = new LearnerKit("127.0.0.1:" + proxy.port(), topics).create(1);
            produce(2_000, true);
            List<Position> positions = positions();
            Duration silenceMax = Duration.ofSeconds(3);
            TopicForgetter forgetter = new TopicForgetter(
                    client(), topics, Decoding.plain(), SETTINGS, InstantSource.system(), silenceMax);
            // In the middle of it.
            try (TopicScan scan = new TopicScan(client(), "silent", silenceMax)) {
                TopicPartition partition = new TopicPartition("far", 0);
                long begin = System.nanoTime();
                assertThatThrownBy(() -> scan.read(partition, 0, 1_000_000, record -> proxy.silence()))
                        .isInstanceOf(SilentClusterException.class)
                        .hasMessageContaining("topic=far");
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
            }
            long begin = System.nanoTime();
            assertThatThrownBy(() -> forgetter.forgetContext(OWN, positions, Unlearned.unknown(), atMs))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("topic=far");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(60));
            proxy.mend();
        }
    }

    private void create(String topic, Map<String, String> configs) throws Exception {
        topics = new TopicNames(topic, topic + ".dead");
        kit = new LearnerKit(broker.bootstrapServers(), topics);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            Map<String, String> all = new HashMap<>(configs);
            all.put("retention.ms", "-1");
            admin.createTopics(List.of(
                            new NewTopic(topic, Optional.of(PARTITIONS), Optional.empty()).configs(all),
                            new NewTopic(topics.deadLetters(), Optional.of(1), Optional.empty())))
                    .all()
                    .get();
            Topics.awaitKnown(admin, List.of(topic, topics.deadLetters()));
        }
    }

    private ClientProperties client() {
        return kit.client(Map.of());
    }

    private TopicForgetter forgetter() {
        return new TopicForgetter(client(), topics, Decoding.plain(), SETTINGS, InstantSource.system());
    }

    /** A memory that knows the topic, and has read nothing of it. */
    private List<Position> positions() {
        String id = TopicIds.of(client(), topics.episodes());
        return List.of(new Position("kafka:" + topics.episodes(), id, 0, 0, -1));
    }

    private List<Position> endPositions() {
        return TopicReplay.end(client(), topics.episodes());
    }

    private synchronized byte[] next(boolean hasOwn) {
        atMs += random.nextInt(40) == 0 ? 20L * 86_400_000 : random.nextLong(600_000);
        String context = "user-" + random.nextInt(6);
        if (!hasOwn && context.equals(OWN)) {
            context = "user-4";
        }
        String concept = context.equals(OWN) && random.nextBoolean() ? "secret" : "c" + random.nextInt(12);
        sent++;
        return json(context, concept, "c" + random.nextInt(12), "e" + sent);
    }

    private byte[] json(String context, String one, String other, String id) {
        String json = "{\"at\":" + (atMs - random.nextLong(60_000)) + ",\"context\":\"" + context
                + "\",\"concepts\":[\"" + one + "\",\"" + other + "\"],\"eventId\":\"" + id + "\"}";
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private void produce(int count, boolean hasOwn) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(small("produce"))) {
            send(producer, count, hasOwn);
        }
    }

    private void produceInTransaction(int count, boolean isCommitted) {
        Map<String, Object> properties = small("produce-in-transaction");
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "produce-" + topics.episodes());
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(properties)) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, count, true);
            if (isCommitted) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        }
    }

    /** In batches that a topic takes which takes little. */
    private Map<String, Object> small(String clientId) {
        Map<String, Object> properties = client().producer(clientId);
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, "1000");
        // A new topic may refuse the first batch and take the second.
        properties.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
        return properties;
    }

    /** By context: one is in one partition. */
    private void send(KafkaProducer<byte[], byte[]> producer, int count, boolean hasOwn) {
        for (int i = 0; i < count; i++) {
            byte[] json = next(hasOwn);
            String text = new String(json, StandardCharsets.UTF_8);
            int user = text.charAt(text.indexOf("user-") + 5) - '0';
            int partitions = kit == null || topics.episodes().equals("far") ? 1 : PARTITIONS;
            // The record's own time: nothing is too far ahead of it.
            var unused = producer.send(new ProducerRecord<>(topics.episodes(), user % partitions, atMs, null, json));
        }
        producer.flush();
    }

    private List<ConsumerRecord<byte[], byte[]>> records() {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (TopicScan scan = new TopicScan(client(), "look", TopicScan.SILENCE_MAX)) {
            ends().forEach((partition, end) -> scan.read(partition, 0, end, records::add));
        }
        return records;
    }

    private Map<TopicPartition, Long> ends() {
        try (TopicScan scan = new TopicScan(client(), "look", TopicScan.SILENCE_MAX)) {
            return Map.copyOf(scan.ends(scan.partitions(topics.episodes())));
        }
    }

    private static Optional<Retraction> retraction(ConsumerRecord<byte[], byte[]> record) {
        try {
            Entry entry = new JsonEpisodeCodec().decode(record.value(), Origin.at(record.timestamp()));
            return entry instanceof Retraction retraction ? Optional.of(retraction) : Optional.empty();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private List<Retraction> retractions() {
        return records().stream().flatMap(record -> retraction(record).stream()).toList();
    }

    private long left() {
        return forgetter()
                .forgetContext(OWN, endPositions(), Unlearned.unknown(), atMs)
                .episodes();
    }

    private Engine learn(String name) {
        Engine engine = LearnerKit.open(directory.resolve(name + System.nanoTime()));
        kit = new LearnerKit(broker.bootstrapServers(), topics);
        kit.learnAll(engine, LearnerKit.policy(), new SimpleMeterRegistry());
        return engine;
    }

    /** What the topic teaches is what it teaches whom the context never met. */
    private void assertLearnedAsIfItHadNeverBeen() throws Exception {
        List<ConsumerRecord<byte[], byte[]>> log = records();
        String digest;
        long concepts;
        try (Engine engine = learn("with")) {
            digest = engine.digest().learnedHex();
            MemoryView view = engine.view();
            assertThat(view.conceptOf("secret")).isNegative();
            assertThat(view.counts().deadLetters()).isZero();
            concepts = view.counts().concepts();
        }
        TopicNames own = topics;
        create(own.episodes() + "-without-" + System.nanoTime(), Map.of());
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(small("copy"))) {
            for (ConsumerRecord<byte[], byte[]> record : log) {
                if (!new String(record.value(), StandardCharsets.UTF_8).contains(OWN)) {
                    var unused = producer.send(new ProducerRecord<>(
                            topics.episodes(), record.partition(), record.timestamp(), record.key(), record.value()));
                }
            }
        }
        try (Engine engine = learn("without")) {
            assertThat(digest).isEqualTo(engine.digest().learnedHex());
            assertThat(concepts).isEqualTo(engine.view().counts().concepts());
        } finally {
            topics = own;
            kit = new LearnerKit(broker.bootstrapServers(), topics);
        }
    }
}
