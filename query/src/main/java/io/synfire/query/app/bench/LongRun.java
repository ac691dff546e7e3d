package io.synfire.query.app.bench;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.view.Counts;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.query.answer.BenchAnswer.Rate;
import io.synfire.query.answer.ScenarioAnswer;
import io.synfire.query.answer.ScenarioAnswer.Outcome;
import io.synfire.query.answer.ScenarioAnswer.Scenario;
import io.synfire.query.answer.ScenarioAnswer.Setup;
import io.synfire.query.app.bench.BasketFeed.Produced;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One long run of Synfire as it is served: a broker in this process, a feed that keeps appending, a learner, and a look at it every second. After a
 * warm-up on other records it starts with nothing, and ends when everything that was appended is learned and durable.
 */
public final class LongRun {

    private static final double SAMPLE_SECONDS = 1;
    private static final double TRIM_SECONDS = 30;
    private static final int WARM_UP_BASKETS_MAX = 150_000;
    private static final long AHEAD_MIN = 4_000;
    private static final long AHEAD_MAX = 200_000;

    private final Plan plan;
    private final Learner.Factory learners;
    private final Progress progress;

    /**
     * What to run.
     *
     * @param goal what is learned, and for how long
     * @param seed of the workload
     * @param checkpointInterval at most this long between two checkpoints
     * @param options what Synfire may use
     * @param parent where the temporary directory is made, or null for the system's
     * @param settings what differs from the defaults, to be said beside the figures
     */
    public record Plan(
            Goal goal,
            long seed,
            Duration checkpointInterval,
            EngineOptions options,
            @Nullable Path parent,
            List<String> settings) {}

    /**
     * What is learned, and for how long.
     *
     * @param scenario what is run
     * @param baskets of the workload, after which it begins again; 0 for growth
     * @param edges that are wanted; 0 for pressure
     * @param seconds when no more is produced, at the latest
     */
    public record Goal(Scenario scenario, int baskets, long edges, double seconds) {

        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if one is out of its range, or belongs to the other scenario
         */
        public Goal {
            boolean isGrowth = scenario == Scenario.GROWTH;
            if (isGrowth ? baskets != 0 || edges < 1 : baskets < 1 || edges != 0) {
                throw new IllegalArgumentException("pressure takes baskets, growth takes edges, at least 1: scenario="
                        + scenario.label() + " baskets=" + baskets + " edges=" + edges);
            }
            if (!(seconds > 0)) {
                throw new IllegalArgumentException("seconds must be above 0: seconds=" + seconds);
            }
        }

        /** As much as makes the code warm, or less where little is asked for. */
        int warmUpBaskets() {
            long wanted = scenario == Scenario.GROWTH ? Math.max(AHEAD_MIN, edges / 20) : baskets;
            return (int) Math.min(WARM_UP_BASKETS_MAX, wanted);
        }

        /** Seconds of learning, or less where little is asked for: all of it is learned in the end, whatever was wanted. */
        long aheadBaskets() {
            long wanted = scenario == Scenario.GROWTH ? edges / 100 : baskets / 2;
            return Math.min(AHEAD_MAX, Math.max(AHEAD_MIN, wanted));
        }
    }

    /** What a closed store is like. */
    private record Reopened(double seconds, long edges) {}

    /**
     * A run, not yet begun.
     *
     * @param plan what to run
     * @param learners how a memory is joined
     * @param progress shows how far it is
     */
    public LongRun(Plan plan, Learner.Factory learners, Progress progress) {
        this.plan = plan;
        this.learners = learners;
        this.progress = progress;
    }

    /**
     * Runs it, and leaves nothing behind.
     *
     * @return the figures
     * @throws IOException if the temporary directory cannot be written
     */
    public ScenarioAnswer run() throws IOException {
        try (Workspace workspace = Workspace.in(plan.parent());
                LocalBroker broker = LocalBroker.start(workspace.directory("kafka"), 0)) {
            ClientProperties client = new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
            warmUp(client, workspace.directory("warm-up"));
            Path store = workspace.directory("run").resolve("store");
            try (FeedTopic topic = FeedTopic.create(client, broker.bootstrapServers(), "bench.feed")) {
                return run(client, topic, store, workspace.fileSystem());
            }
        }
    }

    private void warmUp(ClientProperties client, Path directory) throws IOException {
        BenchTopic topic = BenchTopic.produce(
                client, "bench.warm-up", plan.seed() + 1, plan.goal().warmUpBaskets(), progress);
        SynfireContender.durable(learners, plan.checkpointInterval(), plan.options())
                .run(
                        topic,
                        directory,
                        plan.goal().seconds(),
                        (what, total) -> progress.begin("warm-up: " + what, total));
        Directories.delete(directory);
        // What it left on the heap is not to be cleared away while the clock runs.
        System.gc();
    }

    private ScenarioAnswer run(ClientProperties client, FeedTopic topic, Path store, String fileSystem)
            throws IOException {
        Goal goal = plan.goal();
        EdgeSteps steps = new EdgeSteps(Math.max(1, goal.edges()));
        Sampler sampler;
        Counts counts;
        double seconds;
        long closing;
        Learner.Plan own = new Learner.Plan(store, client, topic.names(), plan.checkpointInterval(), plan.options());
        try (Learner learner = learners.open(own)) {
            Engine engine = learner.engine();
            try (BasketFeed feed = new BasketFeed(
                    client,
                    topic.names().episodes(),
                    source(),
                    () -> engine.view().counts().episodes(),
                    goal.aheadBaskets())) {
                feed.start();
                sampler = new Sampler(learner, feed, store, ResidentMemory.ofThisProcess());
                sampler.sample(0);
                long start = System.nanoTime();
                learner.consumer().start();
                watch(learner, feed, topic, sampler, steps, start);
                engine.checkpoint();
                seconds = Clock.secondsSince(start);
                sampler.sample(seconds);
                counts = engine.view().counts();
                requireAll(feed.produced(), counts);
            }
            closing = System.nanoTime();
        }
        double closeSeconds = Clock.secondsSince(closing);
        long storeBytes = Directories.bytes(store);
        Reopened reopened = openAgain(store, counts);
        return new ScenarioAnswer(
                setup(fileSystem),
                sampler.samples(),
                goal.scenario() == Scenario.GROWTH ? steps.steps() : List.of(),
                new Outcome(
                        new Rate(counts.episodes(), counts.pairs(), seconds),
                        counts.concepts(),
                        reopened.edges(),
                        counts.associations(),
                        closeSeconds,
                        storeBytes,
                        reopened.seconds()));
    }

    /** Until all that was appended is learned. */
    private void watch(
            Learner learner, BasketFeed feed, FeedTopic topic, Sampler sampler, EdgeSteps steps, long startNanos)
            throws IOException {
        Goal goal = plan.goal();
        boolean isGrowth = goal.scenario() == Scenario.GROWTH;
        Progress.Bar bar = isGrowth
                ? progress.begin("growth, edges", goal.edges())
                : progress.begin("pressure, seconds", (long) Math.ceil(goal.seconds()));
        double nextSample = SAMPLE_SECONDS;
        double nextTrim = TRIM_SECONDS;
        while (true) {
            Clock.pause();
            requireRunning(learner, feed);
            // In this order: what is appended after the counts are taken is not missed.
            boolean isAppending = feed.isAppending();
            Counts counts = learner.engine().view().counts();
            double seconds = Clock.secondsSince(startNanos);
            steps.observe(seconds, counts.pairs(), counts.associations());
            if (!isAppending
                    && counts.episodes() + counts.deadLetters()
                            >= feed.produced().baskets()) {
                bar.done();
                return;
            }
            if (seconds >= goal.seconds() || (isGrowth && counts.associations() >= goal.edges())) {
                feed.stop();
            }
            if (seconds >= nextSample) {
                sampler.sample(seconds);
                bar.at(isGrowth ? counts.associations() : (long) seconds);
                nextSample = Math.floor(seconds / SAMPLE_SECONDS + 1) * SAMPLE_SECONDS;
            }
            if (seconds >= nextTrim) {
                topic.trim(learner.engine().positions());
                nextTrim +=
                        Math.max(TRIM_SECONDS, 3.0 * plan.checkpointInterval().toSeconds());
            }
        }
    }

    private static void requireRunning(Learner learner, BasketFeed feed) {
        feed.requireNoFailure();
        Throwable failure = learner.consumer().failure();
        if (failure != null) {
            throw new IllegalStateException("learning stopped: " + failure.getMessage(), failure);
        }
    }

    /** What is measured must be the whole work. */
    private static void requireAll(Produced produced, Counts counts) {
        if (counts.episodes() != produced.baskets()
                || counts.pairs() != produced.pairs()
                || counts.deadLetters() != 0) {
            throw new IllegalStateException("not all of the workload was learned, such as under other limits: episodes="
                    + counts.episodes() + " of " + produced.baskets() + " pairs=" + counts.pairs() + " of "
                    + produced.pairs() + " deadLetters=" + counts.deadLetters());
        }
    }

    /** Reads every row: only so is known how many edges there are where not all of them are in memory. */
    private Reopened openAgain(Path store, Counts counts) {
        Progress.Bar bar = progress.begin("opening, counting edges", 0);
        long start = System.nanoTime();
        try (Engine engine = Engine.open(store, Map.of(), plan.options(), new SimpleMeterRegistry())) {
            double seconds = Clock.secondsSince(start);
            if (!engine.view().counts().equals(counts)) {
                throw new IllegalStateException("the store does not hold what was learned: found="
                        + engine.view().counts() + " learned=" + counts);
            }
            long edges = engine.digest().associations();
            bar.at(edges);
            bar.done();
            return new Reopened(seconds, edges);
        }
    }

    private BasketSource source() {
        Goal goal = plan.goal();
        return goal.scenario() == Scenario.GROWTH
                ? BasketSource.endless(plan.seed())
                : BasketSource.repeating(plan.seed(), goal.baskets());
    }

    private Setup setup(String fileSystem) {
        Goal goal = plan.goal();
        Runtime runtime = Runtime.getRuntime();
        return new Setup(
                goal.scenario(),
                plan.seed(),
                goal.baskets(),
                goal.edges(),
                goal.seconds(),
                BenchTopic.PARTITIONS,
                runtime.availableProcessors(),
                Runtime.version().toString(),
                runtime.maxMemory(),
                plan.options().memoryBytes(),
                fileSystem,
                plan.settings());
    }
}
