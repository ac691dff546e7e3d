package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.view.Associations;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.EpochUnit;
import io.synfire.ingest.codec.FieldMapping;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.codec.TimeFormat;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Times as systems write them, through a real topic: what is learned, with which time, and what becomes a dead letter of which kind. */
@SuppressWarnings("NullAway.Init")
final class TimeCasesIT {

    /** The producer's clock. */
    private static final Instant SENT = Instant.parse("2024-02-05T00:00:00Z");

    @TempDir
    static Path brokerDirectory;

    private static LocalBroker broker;

    @TempDir
    Path directory;

    private TopicNames topics;
    private LearnerKit kit;

    @BeforeAll
    static void startBroker() {
        broker = LocalBroker.start(brokerDirectory, 0);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void createTopics(TestInfo test) {
        String topic = test.getTestMethod().orElseThrow().getName();
        topics = new TopicNames(topic, topic + ".dead");
        kit = new LearnerKit(broker.bootstrapServers(), topics).create(1);
    }

    private Engine learned(Decoding decoding, String... records) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(kit.client(Map.of()).producer("test"))) {
            for (String record : records) {
                producer.send(new ProducerRecord<>(
                                topics.episodes(),
                                0,
                                SENT.toEpochMilli(),
                                null,
                                record.getBytes(StandardCharsets.UTF_8)))
                        .get();
            }
        }
        Engine engine = Engine.open(
                directory.resolve("store"),
                Map.of("half-lives", "none"),
                new EngineOptions(16 << 20),
                new SimpleMeterRegistry());
        try (EpisodeConsumer learner = new EpisodeConsumer(
                engine,
                kit.client(Map.of()),
                new EpisodeConsumer.Options(topics, Duration.ofMillis(200), decoding, LearnerKit.policy(), null),
                BatchListener.NONE,
                new SimpleMeterRegistry())) {
            learner.start();
            LearnerKit.awaitCaughtUp(learner);
        }
        return engine;
    }

    private static Map<String, Double> strengths(Engine engine, String cue) {
        Map<String, Double> strengths = new LinkedHashMap<>();
        Associations row = engine.view()
                .associations(engine.view().conceptOf(cue), engine.view().watermarkMs());
        for (int i = 0; i < row.size(); i++) {
            strengths.put(engine.view().idOf(row.target(i)), row.strength(i, 0));
        }
        return strengths;
    }

    private static String record(String at) {
        return "{\"at\":" + at + ",\"concepts\":[\"ham\",\"mustard\"]}";
    }

    @Test
    void ofSixteenWaysToWriteATimeThoseAreLearnedThatSayAMoment() throws Exception {
        List<String> refused = List.of(
                "\"2024-02-01 12:00:00\"",
                "\"2024-02-01T12:00:00\"",
                "\"01-02-2024 12:00\"",
                "1706788800.25",
                "1706788800000000",
                "1706788800000000000",
                "\"\"");
        List<String> said = List.of(
                "\"2024-02-01\"",
                "\"2024-02-01T12:00:00+0000\"",
                "\"2024-02-01 12:00:00+00\"",
                "\"2024-02-01T12:00:00 UTC\"",
                "\"Thu, 01 Feb 2024 12:00:00 GMT\"",
                "\"2024-02-01T12:00:00z\"",
                "\"1706788800000\"",
                "1706788800000.0");
        String[] records = Stream.of(refused, said, List.of("null"))
                .flatMap(List::stream)
                .map(TimeCasesIT::record)
                .toArray(String[]::new);
        try (Engine engine = learned(Decoding.plain(), records)) {
            assertThat(engine.view().counts().episodes()).isEqualTo(9);
            assertThat(strengths(engine, "ham")).isEqualTo(Map.of("mustard", 9.0));
            // Null says no time, so it is the record's.
            assertThat(engine.view().watermarkMs()).isEqualTo(SENT.toEpochMilli());
            List<ConsumerRecord<byte[], byte[]>> letters = kit.deadLetters(refused.size());
            assertThat(letters)
                    .extracting(letter -> new String(letter.value(), StandardCharsets.UTF_8))
                    .containsExactlyElementsOf(
                            refused.stream().map(TimeCasesIT::record).toList());
            assertThat(letters).allSatisfy(letter -> assertThat(LearnerKit.text(letter, DeadLetters.REASON))
                    .isEqualTo("time"));
            assertThat(letters)
                    .extracting(letter -> LearnerKit.text(letter, DeadLetters.MESSAGE))
                    .satisfiesExactly(
                            reason -> assertThat(reason).contains("at must have an offset"),
                            reason -> assertThat(reason).contains("at must have an offset"),
                            reason -> assertThat(reason).contains("at must be ISO-8601 with an offset"),
                            reason -> assertThat(reason).contains("at looks like seconds", "2024-02-01T12:00:00.250Z"),
                            reason -> assertThat(reason).contains("at looks like microseconds", "2024-02-01T12:00:00Z"),
                            reason -> assertThat(reason).contains("at looks like nanoseconds", "2024-02-01T12:00:00Z"),
                            reason -> assertThat(reason).contains("at must not be empty"));
        }
    }

    private static final String[] SECONDS = {
        "{\"at\":\"2024-02-01T12:00:00Z\",\"concepts\":[\"ham\",\"mustard\"]}",
        "{\"at\":1706788800,\"concepts\":[\"ham\",\"bread\"]}",
        "{\"at\":1706788860,\"concepts\":[\"ham\",\"bread\"]}",
        "{\"at\":1706788920,\"concepts\":[\"ham\",\"bread\"]}"
    };

    @Test
    void secondsAreRefusedAsSuch() throws Exception {
        try (Engine engine = learned(Decoding.plain(), SECONDS)) {
            assertThat(strengths(engine, "ham")).isEqualTo(Map.of("mustard", 1.0));
            assertThat(kit.deadLetters(3)).hasSize(3).allSatisfy(letter -> {
                assertThat(LearnerKit.text(letter, DeadLetters.REASON)).isEqualTo("time");
                assertThat(LearnerKit.text(letter, DeadLetters.MESSAGE))
                        .contains("at looks like seconds, not milliseconds since 1970; if so set fields.at.unit");
            });
        }
    }

    @Test
    void secondsAreLearnedWhereTheirUnitIsSaid() throws Exception {
        FieldMapping mapping = new FieldMapping(
                FieldMapping.pointer("concepts", "/concepts"),
                FieldMapping.pointer("id", "/id"),
                null,
                new FieldMapping.Time(FieldMapping.pointer("at", "/at"), new TimeFormat(EpochUnit.S, null)),
                null,
                null,
                null);
        try (Engine engine = learned(new Decoding(mapping, false, null, RecordLimits.DEFAULTS), SECONDS)) {
            assertThat(strengths(engine, "ham")).isEqualTo(Map.of("bread", 3.0, "mustard", 1.0));
            assertThat(engine.view().counts().deadLetters()).isZero();
            assertThat(Instant.ofEpochMilli(engine.view().watermarkMs())).isEqualTo("2024-02-01T12:02:00Z");
        }
    }

    @Test
    void anEventOfTheYear2099IsADeadLetterAndTheWatermarkIsNotAhead() throws Exception {
        try (Engine engine = learned(
                Decoding.plain(),
                record("\"2024-02-01T10:00:00Z\""),
                record("\"2024-02-02T10:00:00Z\""),
                "{\"at\":\"2099-02-01T10:00:00Z\",\"concepts\":[\"ham\",\"bread\"]}",
                record("\"2024-02-03T10:00:00Z\""))) {
            assertThat(strengths(engine, "ham")).isEqualTo(Map.of("mustard", 3.0));
            assertThat(Instant.ofEpochMilli(engine.view().watermarkMs())).isEqualTo("2024-02-03T10:00:00Z");
            assertThat(Instant.ofEpochMilli(engine.view().sourceMs())).isEqualTo(SENT);
            assertThat(kit.deadLetters(1)).singleElement().satisfies(letter -> {
                assertThat(LearnerKit.text(letter, DeadLetters.REASON)).isEqualTo("time");
                assertThat(LearnerKit.text(letter, DeadLetters.MESSAGE))
                        .isEqualTo("at may lie at most max-ahead=10m after the record's timestamp:"
                                + " at=2099-02-01T10:00:00Z timestamp=" + SENT);
            });
        }
    }
}
