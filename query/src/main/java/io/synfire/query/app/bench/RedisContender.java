package io.synfire.query.app.bench;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.query.answer.BenchAnswer;
import io.synfire.query.answer.BenchAnswer.Contender;
import io.synfire.query.answer.BenchAnswer.Held;
import io.synfire.query.answer.BenchAnswer.Rate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * A sorted set for each cue, in a Redis that keeps nothing on disk: one ZINCRBY for each ordered pair, in pipelines. Reads by the learner's consumer and
 * codec.
 */
final class RedisContender implements BenchContender {

    private static final byte[] COMMAND = "ZINCRBY".getBytes(StandardCharsets.UTF_8);
    private static final byte[] ONE = {'1'};

    private final Workspace workspace;
    private final Path executable;

    RedisContender(Workspace workspace, Path executable) {
        this.workspace = workspace;
        this.executable = executable;
    }

    @Override
    public String name() {
        return BenchAnswer.REDIS;
    }

    @Override
    public Contender run(BenchTopic topic, Path directory, double capSeconds, Progress progress) throws IOException {
        Progress.Bar bar = progress.begin("redis, baskets", topic.baskets());
        try (RedisServer server = RedisServer.start(workspace, executable, directory);
                RedisConnection redis = server.connect()) {
            long emptyBytes = redis.usedBytes();
            long start = System.nanoTime();
            Increments increments = new Increments(redis, bar, start, capSeconds);
            double seconds;
            try (TopicReader reader = new TopicReader(topic)) {
                reader.read(increments);
                increments.flush();
                seconds = Clock.secondsSince(start);
            }
            bar.done();
            return new Contender(
                    name(),
                    new Rate(increments.baskets, increments.pairs, seconds),
                    increments.baskets < topic.baskets() ? capSeconds : null,
                    new Held(increments.edges, redis.usedBytes() - emptyBytes),
                    null,
                    null);
        }
    }

    private static final class Increments implements TopicReader.Sink {
        private final RedisConnection redis;
        private final Progress.Bar bar;
        private final long startNanos;
        private final double capSeconds;
        private long baskets;
        private long pairs;
        private long edges;

        Increments(RedisConnection redis, Progress.Bar bar, long startNanos, double capSeconds) {
            this.redis = redis;
            this.bar = bar;
            this.startNanos = startNanos;
            this.capSeconds = capSeconds;
        }

        @Override
        public boolean take(Episode episode) throws IOException {
            List<byte[]> concepts = episode.activations().stream()
                    .map(Activation::concept)
                    .map(id -> id.getBytes(StandardCharsets.UTF_8))
                    .toList();
            for (int cue = 0; cue < concepts.size(); cue++) {
                for (int target = 0; target < concepts.size(); target++) {
                    if (cue != target) {
                        redis.send(COMMAND, concepts.get(cue), ONE, concepts.get(target));
                        pairs++;
                    }
                }
            }
            baskets++;
            return !redis.isFull() || flush();
        }

        @Override
        public void polled(long read) {
            bar.at(read);
        }

        /** Sends what is waiting; returns whether there is time for more. */
        boolean flush() throws IOException {
            // What an edge becomes by its first increment.
            edges += redis.flush(ONE);
            return Clock.secondsSince(startNanos) < capSeconds;
        }
    }
}
