package io.synfire.query.app.bench;

import io.synfire.engine.EngineOptions;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.query.answer.BenchAnswer;
import io.synfire.query.answer.BenchAnswer.Contender;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run: a broker in this process, a topic, and one contender after the other that reads it. Each warms up right before, on a topic of
 * its own: what others have run meanwhile would undo it. It starts with nothing.
 *
 * <p>The clock of each runs from when its consumer starts until the last record is dealt with and as durable as it ever becomes.
 */
public final class Bench {

    private static final int WARM_UP_BASKETS = 100_000;

    /** For those that are capped. Kafka Streams needs 15 s until it is as fast as it becomes; it would be called slow for less. */
    private static final double WARM_UP_SHARE = 0.6;

    private static final double WARM_UP_SECONDS_MAX = 20;

    private final Plan plan;
    private final Learner.Factory learners;
    private final Progress progress;

    /**
     * What to run.
     *
     * @param seed of the workload
     * @param baskets how many, at least 1
     * @param capSeconds when Kafka Streams is stopped, and when Redis is
     * @param checkpointInterval at most this long between two checkpoints
     * @param options what Synfire may use
     * @param parent where the temporary directory is made, or null for the system's
     * @param path where a redis-server is looked for, as in the environment; or null
     * @param settings what differs from the defaults, to be said beside the figures
     */
    public record Plan(
            long seed,
            int baskets,
            double capSeconds,
            Duration checkpointInterval,
            EngineOptions options,
            @Nullable Path parent,
            @Nullable String path,
            List<String> settings) {

        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if one is out of its range
         */
        public Plan {
            if (baskets < 1) {
                throw new IllegalArgumentException("baskets must be at least 1: baskets=" + baskets);
            }
            if (!(capSeconds > 0)) {
                throw new IllegalArgumentException("cap must be above 0: cap=" + capSeconds + " s");
            }
        }
    }

    /**
     * A run, not yet begun.
     *
     * @param plan what to run
     * @param learners how a memory is joined
     * @param progress shows how far it is
     */
    public Bench(Plan plan, Learner.Factory learners, Progress progress) {
        this.plan = plan;
        this.learners = learners;
        this.progress = progress;
    }

    /**
     * Runs everything, and leaves nothing behind.
     *
     * @return the figures
     * @throws IOException if the temporary directory cannot be written
     */
    public BenchAnswer run() throws IOException {
        try (Workspace workspace = Workspace.in(plan.parent());
                LocalBroker broker = LocalBroker.start(workspace.directory("kafka"), 0)) {
            ClientProperties client = new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
            int warmUpBaskets = Math.max(plan.baskets() / 8, Math.min(plan.baskets(), WARM_UP_BASKETS));
            BenchTopic warmUp = BenchTopic.produce(client, "bench.warm-up", plan.seed() + 1, warmUpBaskets, progress);
            BenchTopic topic = BenchTopic.produce(client, "bench.baskets", plan.seed(), plan.baskets(), progress);
            List<BenchContender> contenders = contenders(workspace);
            double warmUpSeconds = Math.min(plan.capSeconds() * WARM_UP_SHARE, WARM_UP_SECONDS_MAX);
            List<Contender> warmedUp = new ArrayList<>();
            List<Contender> ran = new ArrayList<>();
            for (BenchContender contender : contenders) {
                warmedUp.add(run(contender, warmUp, workspace, warmUpSeconds, "warm-up: "));
                ran.add(run(contender, topic, workspace, plan.capSeconds(), ""));
            }
            return new BenchAnswer(setup(topic, workspace), ran, warmedUp, topic.producing());
        }
    }

    private List<BenchContender> contenders(Workspace workspace) {
        List<BenchContender> contenders = new ArrayList<>();
        contenders.add(new CeilingContender());
        contenders.add(SynfireContender.durable(learners, plan.checkpointInterval(), plan.options()));
        contenders.add(SynfireContender.inMemory(learners));
        contenders.add(new StreamsContender());
        RedisServer.find(plan.path()).ifPresent(server -> contenders.add(new RedisContender(workspace, server)));
        return contenders;
    }

    private Contender run(
            BenchContender contender, BenchTopic topic, Workspace workspace, double capSeconds, String prefix)
            throws IOException {
        Path directory = workspace.directory(contender.name());
        // What the one before left on the heap is not this one's to clear away.
        System.gc();
        Contender ran =
                contender.run(topic, directory, capSeconds, (what, total) -> progress.begin(prefix + what, total));
        Directories.delete(directory);
        return ran;
    }

    private BenchAnswer.Setup setup(BenchTopic topic, Workspace workspace) throws IOException {
        Runtime runtime = Runtime.getRuntime();
        return new BenchAnswer.Setup(
                plan.seed(),
                topic.baskets(),
                topic.pairs(),
                BenchTopic.PARTITIONS,
                runtime.availableProcessors(),
                Runtime.version().toString(),
                runtime.maxMemory(),
                plan.options().memoryBytes(),
                workspace.fileSystem(),
                plan.settings());
    }
}
