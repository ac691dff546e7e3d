package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.NaiveDigest;
import io.synfire.engine.NaiveMemory;
import io.synfire.engine.ViewAgreement;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.Admission;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.SourceTime;
import io.synfire.engine.view.Counts;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.Origin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What a store must hold: the naive references, folded over a topic up to the positions that the store names, and on to where they have
 * come the next time. Positions never go back, whatever is done to a process: what was committed is there.
 */
final class LogOracle implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final int POLLS_MAX = 300;

    private final String topic;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final JsonEpisodeCodec codec = new JsonEpisodeCodec();
    private final Admission admission;
    private final NaiveMemory memory;
    private final NaiveDigest digest;
    private final Map<Integer, Long> folded = new TreeMap<>();
    private long deadLetters;
    private long compared;

    LogOracle(String bootstrapServers, String topic, LearningSettings settings) {
        this.topic = topic;
        this.admission = new Admission(settings);
        this.memory = new NaiveMemory(settings);
        this.digest = new NaiveDigest(settings);
        this.consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "auto.offset.reset", "none"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /** Compares a store that no process has open, as it lies; returns how many records are below its positions. */
    long assertHolds(Path store) {
        if (!Files.isRegularFile(store.resolve("CURRENT"))) {
            assertThat(folded).as("positions before the store was gone").isEmpty();
            return 0;
        }
        EngineOptions options = new EngineOptions(64 << 20);
        try (Engine engine = Engine.openReadOnly(store, options, new SimpleMeterRegistry())) {
            engine.positions().forEach(this::foldTo);
            Counts counts = engine.view().counts();
            assertThat(counts.episodes()).as("episodes").isEqualTo(digest.episodes());
            assertThat(counts.pairs()).as("pairs").isEqualTo(digest.pairs());
            assertThat(counts.duplicates()).as("duplicates").isEqualTo(digest.duplicates());
            assertThat(counts.deadLetters()).as("dead letters").isEqualTo(deadLetters);
            compared = ViewAgreement.assertAgrees(engine.view(), memory);
            assertThat(engine.digest().learnedHex()).as("learned").isEqualTo(String.format("%016x", digest.learned()));
            memory.settle();
        } catch (IllegalArgumentException e) {
            // Killed before its first write: there are files, and nothing in them.
            assertThat(e).hasMessageContaining("there is no store here");
            assertThat(folded).as("positions before the store was empty").isEmpty();
        }
        return folded.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Whether what was compared last is all of the topic. */
    boolean isAtEnd() {
        List<TopicPartition> all = consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        return consumer.endOffsets(all).entrySet().stream()
                .allMatch(
                        end -> folded.getOrDefault(end.getKey().partition(), 0L).equals(end.getValue()));
    }

    /** What was compared last, in words. */
    String summary() {
        return String.format(
                "%,d episodes, %,d pairs, %,d duplicates, %,d dead letters, %,d associations equal within 1e-5 of what was learned,"
                        + " digest %016x",
                digest.episodes(), digest.pairs(), digest.duplicates(), deadLetters, compared, digest.learned());
    }

    long duplicates() {
        return digest.duplicates();
    }

    String learnedHex() {
        return String.format("%016x", digest.learned());
    }

    @Override
    public void close() {
        consumer.close();
    }

    private void foldTo(Position position) {
        long from = folded.getOrDefault(position.partition(), 0L);
        assertThat(position.nextOffset()).as("next offset of %s", position).isGreaterThanOrEqualTo(from);
        TopicPartition partition = new TopicPartition(topic, position.partition());
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
        for (int polls = 0; consumer.position(partition) < position.nextOffset(); polls++) {
            assertThat(polls).as("polls for %s", position).isLessThan(POLLS_MAX);
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.offset() < position.nextOffset()) {
                    fold(partition, record);
                }
            }
        }
        folded.put(position.partition(), position.nextOffset());
    }

    private void fold(TopicPartition partition, ConsumerRecord<byte[], byte[]> record) {
        try {
            Entry entry = codec.decode(record.value(), Origin.at(record.timestamp()));
            if (admission
                    .refusal(entry, SourceTime.ofTimestamp(record.timestamp()))
                    .isPresent()) {
                deadLetters++;
            } else {
                memory.apply(partition.toString(), entry);
                digest.apply(partition.toString(), entry);
            }
        } catch (MalformedRecordException e) {
            deadLetters++;
        }
    }
}
