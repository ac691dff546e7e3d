package io.synfire.query.app.bench;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeProducer;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.ingest.kafka.Topics;
import io.synfire.query.answer.BenchAnswer.Rate;
import java.util.ArrayList;
import java.util.List;

/**
 * A topic full of baskets.
 *
 * @param client how to reach the cluster
 * @param name the topic's name
 * @param baskets how many records it holds
 * @param pairs how many ordered pairs they make
 * @param producing how fast they were generated and appended
 */
record BenchTopic(ClientProperties client, String name, long baskets, long pairs, Rate producing) {

    /** More than one, so that reading and Kafka Streams may work side by side. */
    static final int PARTITIONS = 4;

    private static final int CHUNK = 10_000;

    /** Creates the topic and appends the first baskets of a seed, all acknowledged. */
    static BenchTopic produce(ClientProperties client, String name, long seed, int baskets, Progress progress) {
        new Topics(client).create(names(name), PARTITIONS);
        Workload workload = new Workload(seed);
        Progress.Bar bar = progress.begin("producing " + name, baskets);
        long pairs = 0;
        long start = System.nanoTime();
        try (EpisodeProducer producer = new EpisodeProducer(client, name, new SimpleMeterRegistry())) {
            List<Outgoing> chunk = new ArrayList<>(CHUNK);
            for (int i = 1; i <= baskets; i++) {
                workload.next();
                pairs += workload.pairs();
                chunk.add(new Outgoing(null, workload.json()));
                if (chunk.size() == CHUNK || i == baskets) {
                    producer.append(chunk);
                    chunk.clear();
                    bar.at(i);
                }
            }
            double seconds = Clock.secondsSince(start);
            bar.done();
            return new BenchTopic(client, name, baskets, pairs, new Rate(baskets, pairs, seconds));
        }
    }

    /** Where the cluster is reached. */
    String bootstrapServers() {
        return String.valueOf(client.consumer().get("bootstrap.servers"));
    }

    /** What a memory reads, and where it would put what it cannot learn. */
    TopicNames names() {
        return names(name);
    }

    /** How many baskets so many pairs are worth. */
    long basketsOf(long pairsDone) {
        return Math.round(pairsDone * (double) baskets / pairs);
    }

    private static TopicNames names(String name) {
        return new TopicNames(name, name + ".dead-letters");
    }
}
