package io.synfire.query.app.bench;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.query.answer.BenchAnswer;
import io.synfire.query.answer.BenchAnswer.Contender;
import io.synfire.query.answer.BenchAnswer.Held;
import io.synfire.query.answer.BenchAnswer.Rate;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;

/**
 * What one would write with Kafka Streams at first: each ordered pair becomes a record, keyed by its edge; the records of an edge are grouped, and
 * summed up under forward decay in a RocksDB store.
 *
 * <p>Its clock runs from the first record it takes to the last pair it sums up, so that neither its start nor its last commit counts against it.
 */
final class StreamsContender implements BenchContender {

    private static final int THREADS = 2;
    private static final double HALF_LIFE_MS = TimeUnit.DAYS.toMillis(30);

    /** Between the two concepts of an edge: no id has control characters. */
    private static final char BETWEEN = '\u0000';

    private static final long START_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);
    private static final Duration STOP_MAX = Duration.ofSeconds(60);

    @Override
    public String name() {
        return BenchAnswer.STREAMS;
    }

    @Override
    public Contender run(BenchTopic topic, Path directory, double capSeconds, Progress progress) throws IOException {
        Progress.Bar bar = progress.begin("kafka streams, pairs", topic.pairs());
        Done done = new Done();
        double seconds;
        long pairs;
        try (Application streams = new Application(topic, directory, done)) {
            streams.start();
            long firstNanos = streams.awaitFirst();
            do {
                Clock.pause();
                streams.requireHealthy();
                seconds = Clock.secondsSince(firstNanos);
                pairs = done.pairs.sum();
                bar.at(pairs);
            } while (pairs < topic.pairs() && seconds < capSeconds);
        }
        bar.done();
        // Counted after it was stopped: what was summed up meanwhile is in the files, too.
        Held held = new Held(done.edges.sum(), Directories.bytes(directory));
        return new Contender(
                name(),
                new Rate(topic.basketsOf(pairs), pairs, seconds),
                pairs < topic.pairs() ? capSeconds : null,
                held,
                null,
                null);
    }

    /** Counted in the topology itself, since its own figures are not recorded at the default level. */
    private static final class Done {
        private final AtomicLong firstNanos = new AtomicLong();
        private final LongAdder pairs = new LongAdder();
        private final LongAdder edges = new LongAdder();

        double newEdge() {
            edges.increment();
            return 0;
        }

        double sum(double weight, double sum) {
            pairs.increment();
            return sum + weight;
        }
    }

    /** The application, over the topic. */
    private static final class Application implements AutoCloseable {
        private final KafkaStreams streams;
        private final Done done;
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        Application(BenchTopic topic, Path directory, Done done) {
            this.done = done;
            this.streams = new KafkaStreams(topology(topic, done), properties(topic, directory));
            streams.setUncaughtExceptionHandler(e -> {
                failure.set(e);
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            });
        }

        void start() {
            streams.start();
        }

        /** When the first record was taken. */
        long awaitFirst() {
            long start = System.nanoTime();
            while (done.firstNanos.get() == 0) {
                requireHealthy();
                if (System.nanoTime() - start > START_NANOS_MAX) {
                    throw new IllegalStateException("Kafka Streams takes no record: state=" + streams.state());
                }
                Clock.pause();
            }
            return done.firstNanos.get();
        }

        void requireHealthy() {
            Throwable e = failure.get();
            if (e != null) {
                throw new IllegalStateException("Kafka Streams stopped: " + e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            if (!streams.close(STOP_MAX)) {
                throw new IllegalStateException("Kafka Streams does not stop: state=" + streams.state());
            }
        }
    }

    private static Topology topology(BenchTopic topic, Done done) {
        JsonEpisodeCodec codec = new JsonEpisodeCodec();
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(topic.name(), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
                .flatMap((key, json) -> {
                    if (done.firstNanos.get() == 0) {
                        done.firstNanos.compareAndSet(0, System.nanoTime());
                    }
                    return pairs(TopicReader.decode(codec, json));
                })
                .groupByKey(Grouped.with(Serdes.String(), Serdes.Double()))
                .aggregate(
                        done::newEdge,
                        (edge, weight, sum) -> done.sum(weight, sum),
                        Materialized.with(Serdes.String(), Serdes.Double()));
        return builder.build();
    }

    private static List<KeyValue<String, Double>> pairs(Episode episode) {
        double weight = Math.pow(2, (episode.atMs() - Workload.BEGAN_MS) / HALF_LIFE_MS);
        List<Activation> activations = episode.activations();
        List<KeyValue<String, Double>> pairs = new ArrayList<>(activations.size() * activations.size());
        for (Activation cue : activations) {
            for (Activation target : activations) {
                if (!cue.equals(target)) {
                    pairs.add(KeyValue.pair(cue.concept() + BETWEEN + target.concept(), weight));
                }
            }
        }
        return pairs;
    }

    private static Properties properties(BenchTopic topic, Path directory) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, topic.name() + ".streams");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, topic.bootstrapServers());
        properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, THREADS);
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        return properties;
    }
}
