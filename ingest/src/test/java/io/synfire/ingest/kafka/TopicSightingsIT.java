package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.sighting.Sightings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looking for evidence in a topic, from its end backwards. */
@SuppressWarnings("NullAway.Init")
final class TopicSightingsIT {

    private static final int RECORDS = 50_000;
    private static final long BEGAN_MS = 1_700_000_000_000L;

    @TempDir
    static Path directory;

    static LocalBroker broker;

    /** Two partitions of 25,000 records: every 1,000th has both, the others one of them; each 100th is none. */
    @BeforeAll
    static void produce() {
        broker = LocalBroker.start(directory, LocalBroker.PREFERRED_PORT);
        new Topics(client()).create(new TopicNames("t", "t.dead"), 2);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(client().producer("test"))) {
            for (int i = 0; i < RECORDS; i++) {
                String value = i % 1_000 == 0
                        ? "{\"concepts\":[\"tea\",\"milk\",\"n" + i + "\"]}"
                        : i % 100 == 0 ? "no episode" : "{\"concepts\":[\"" + (i % 3 == 0 ? "tea" : "milk") + "\"]}";
                var unused = producer.send(new ProducerRecord<>(
                        "t", partition(i), BEGAN_MS + i, null, value.getBytes(StandardCharsets.UTF_8)));
            }
        }
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private static ClientProperties client() {
        return new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    /** Blocks of 1,500 in turn, so that what is looked for is in the one and in the other. */
    private static int partition(int i) {
        return i / 1_500 % 2;
    }

    private static Sightings find(int k, int recordsMax) {
        LearningSettings settings = LearningSettings.parse(Map.of());
        return new TopicSightings(
                        client(),
                        new TopicNames("t", "t.dead"),
                        Decoding.plain(),
                        settings,
                        Unlearned.unknown(),
                        recordsMax)
                .find("tea", "milk", k);
    }

    @Test
    void theLatestOfAllPartitionsAreFoundWithoutReadingTheRest() {
        Sightings sightings = find(3, Sightings.RECORDS_MAX);
        assertThat(sightings.found())
                .extracting(sighting -> sighting.latest().timestampMs() - BEGAN_MS)
                .containsExactly(49_000L, 48_000L, 47_000L);
        assertThat(sightings.found()).allSatisfy(sighting -> {
            int i = (int) (sighting.latest().timestampMs() - BEGAN_MS);
            assertThat(sighting.latest().partition()).isEqualTo(partition(i));
            long before = IntStream.range(0, i)
                    .filter(other -> partition(other) == partition(i))
                    .count();
            assertThat(sighting.latest().offset()).isEqualTo(before);
            assertThat(sighting.latest().source()).isEqualTo("kafka:t");
        });
        assertThat(sightings.records()).isBetween(10_000L, 30_000L);
    }

    @Test
    void allIsFoundOverManyChunksAndTheRangeThatWasReadIsNamed() {
        Sightings sightings = find(1_000, Sightings.RECORDS_MAX);
        assertThat(sightings.found())
                .hasSize(RECORDS / 1_000)
                .isSortedAccordingTo(
                        Comparator.comparing(sighting -> -sighting.latest().timestampMs()));
        assertThat(sightings.records()).isEqualTo(RECORDS);
        assertThat(sightings.searched()).hasSize(2).allSatisfy(range -> assertThat(range.fromOffset())
                .isZero());
    }

    @Test
    void noMoreRecordsAreReadThanIsStated() {
        Sightings sightings = find(1_000, 12_345);
        assertThat(sightings.records()).isEqualTo(12_345);
        List<Sightings.Range> searched = sightings.searched();
        assertThat(searched.stream()
                        .mapToLong(range -> range.toOffset() - range.fromOffset())
                        .sum())
                .isEqualTo(12_345);
    }
}
