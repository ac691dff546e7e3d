package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.file.DeadLetterFile;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import io.synfire.ingest.replay.Until;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The latest timestamp of what was learned from a topic: the same live, after a restart, and in a rebuild. */
@SuppressWarnings("NullAway.Init")
final class SourceTimesIT {

    private static final long MINUTE_MS = 60_000;
    private static final long FIRST_MS = LearnerKit.FIRST_MS;

    @TempDir
    Path directory;

    private final TopicNames topics = new TopicNames("t", "t.dead");
    private LocalBroker broker;
    private LearnerKit kit;

    @BeforeEach
    void start() {
        broker = LocalBroker.start(directory.resolve("kafka"), 0);
        kit = new LearnerKit(broker.bootstrapServers(), topics).create(2);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private void send(int partition, long timestampMs, String json) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(kit.client(Map.of()).producer("test"))) {
            producer.send(new ProducerRecord<>(
                            "t", partition, timestampMs, null, json.getBytes(StandardCharsets.UTF_8)))
                    .get();
        }
    }

    private static String episode(long atMs) {
        return "{\"at\":" + atMs + ",\"concepts\":[\"a\",\"b\"]}";
    }

    private void learnAll(Engine engine) {
        kit.learnAll(engine, LearnerKit.policy(), new SimpleMeterRegistry());
    }

    private long rebuilt(Engine live, @Nullable Long untilMs) throws Exception {
        try (Engine engine = LearnerKit.open(directory.resolve("rebuilt-" + untilMs));
                DeadLetterFile rejects = new DeadLetterFile(directory.resolve("rejects"))) {
            new TopicReplay(
                            kit.client(Map.of()),
                            topics,
                            engine,
                            Decoding.plain(),
                            new ReplayOptions(Until.of(untilMs), false, Duration.ofSeconds(1)),
                            rejects,
                            null)
                    .replay(live.positions(), ReplayWatch.NONE);
            assertThat(engine.view().watermarkMs())
                    .isEqualTo(untilMs == null ? live.view().watermarkMs() : FIRST_MS);
            return engine.view().sourceMs();
        }
    }

    @Test
    void itIsThatOfTheLatestEpisodeThatWasLearned() throws Exception {
        send(0, FIRST_MS + 2 * MINUTE_MS, episode(FIRST_MS));
        send(1, FIRST_MS + MINUTE_MS, episode(FIRST_MS + 9 * MINUTE_MS));
        // A record that was rejected may say anything, and a command has no time of its own.
        send(0, FIRST_MS + 60 * MINUTE_MS, "no episode");
        send(0, FIRST_MS + 40 * MINUTE_MS, episode(FIRST_MS + 51 * MINUTE_MS));
        send(1, FIRST_MS + 50 * MINUTE_MS, "{\"forget\":{\"concept\":\"c\"}}");
        try (Engine live = LearnerKit.open(directory.resolve("store"))) {
            learnAll(live);
            assertThat(live.view().counts().episodes()).isEqualTo(2);
            assertThat(live.view().counts().deadLetters()).isEqualTo(2);
            assertThat(live.view().watermarkMs()).isEqualTo(FIRST_MS + 9 * MINUTE_MS);
            assertThat(live.view().sourceMs()).isEqualTo(FIRST_MS + 2 * MINUTE_MS);
        }
        send(1, FIRST_MS + 3 * MINUTE_MS, episode(FIRST_MS));
        try (Engine live = LearnerKit.open(directory.resolve("store"))) {
            assertThat(live.view().sourceMs()).isEqualTo(FIRST_MS + 2 * MINUTE_MS);
            learnAll(live);
            assertThat(live.view().sourceMs()).isEqualTo(FIRST_MS + 3 * MINUTE_MS);
            assertThat(rebuilt(live, null)).isEqualTo(FIRST_MS + 3 * MINUTE_MS);
            // The way out: without what was ahead the watermark lies before it.
            assertThat(rebuilt(live, FIRST_MS + 3 * MINUTE_MS)).isEqualTo(FIRST_MS + 3 * MINUTE_MS);
        }
    }
}
