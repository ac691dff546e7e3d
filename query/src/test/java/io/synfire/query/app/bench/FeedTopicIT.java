package io.synfire.query.app.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.synfire.engine.event.Position;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.LocalBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is appended for hours, over a broker. */
final class FeedTopicIT {

    private static final List<TopicPartition> PARTITIONS = IntStream.range(0, BenchTopic.PARTITIONS)
            .mapToObj(partition -> new TopicPartition("feed", partition))
            .toList();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void aFeedKeepsAheadOfLearningAndWhatWasLearnedIsLetGoOf() {
        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0)) {
            ClientProperties client = new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
            AtomicLong learned = new AtomicLong();
            try (FeedTopic topic = FeedTopic.create(client, broker.bootstrapServers(), "feed");
                    KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(client.consumer());
                    BasketFeed feed = new BasketFeed(
                            client, topic.names().episodes(), BasketSource.endless(1), learned::get, 800)) {
                feed.start();
                assertThat(feed.produced().baskets()).isEqualTo(800);
                learned.set(250);
                await().atMost(Duration.ofMinutes(1))
                        .until(() -> feed.produced().baskets() == 1_000);
                feed.stop();
                await().atMost(Duration.ofMinutes(1)).until(() -> !feed.isAppending());
                Collection<Long> ends = consumer.endOffsets(PARTITIONS).values();
                assertThat(ends.stream().mapToLong(Long::longValue).sum()).isEqualTo(1_000);

                TopicPartition fullest = PARTITIONS.stream()
                        .filter(partition -> Objects.requireNonNull(
                                        consumer.endOffsets(PARTITIONS).get(partition))
                                >= 250)
                        .findFirst()
                        .orElseThrow();
                topic.trim(List.of(at(fullest, 100)));
                assertThat(consumer.beginningOffsets(PARTITIONS).get(fullest)).isZero();
                topic.trim(List.of(at(fullest, 200)));
                await().atMost(Duration.ofMinutes(1))
                        .until(() -> Objects.equals(
                                consumer.beginningOffsets(PARTITIONS).get(fullest), 100L));
            }
        }
    }

    private static Position at(TopicPartition partition, long next) {
        return new Position(partition.topic(), "id", partition.partition(), next, -1);
    }
}
