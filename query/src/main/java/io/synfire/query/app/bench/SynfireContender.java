package io.synfire.query.app.bench;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.view.Counts;
import io.synfire.query.answer.BenchAnswer;
import io.synfire.query.answer.BenchAnswer.Checkpoints;
import io.synfire.query.answer.BenchAnswer.Contender;
import io.synfire.query.answer.BenchAnswer.Held;
import io.synfire.query.answer.BenchAnswer.Rate;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Synfire itself: its consumer, its engine, its store. Either as it is served, until all is learned and the last checkpoint is written,
 * or without any checkpoint, until all is learned.
 */
final class SynfireContender implements BenchContender {

    private static final Duration NEVER = Duration.ofDays(365);

    private final Learner.Factory learners;
    private final Duration checkpointInterval;
    private final EngineOptions options;
    private final boolean isDurable;

    private SynfireContender(
            Learner.Factory learners, Duration checkpointInterval, EngineOptions options, boolean isDurable) {
        this.learners = learners;
        this.checkpointInterval = checkpointInterval;
        this.options = options;
        this.isDurable = isDurable;
    }

    /** As it is served. */
    static SynfireContender durable(Learner.Factory learners, Duration checkpointInterval, EngineOptions options) {
        return new SynfireContender(learners, checkpointInterval, options, true);
    }

    /** With a budget that the heap cannot fill, so that nothing is written before the clock stops. */
    static SynfireContender inMemory(Learner.Factory learners) {
        long budget = 2 * Runtime.getRuntime().maxMemory();
        return new SynfireContender(
                learners, NEVER, new EngineOptions(Math.max(EngineOptions.MEMORY_BYTES_MIN, budget)), false);
    }

    @Override
    public String name() {
        return isDurable ? BenchAnswer.SYNFIRE : BenchAnswer.IN_MEMORY;
    }

    @Override
    public Contender run(BenchTopic topic, Path directory, double capSeconds, Progress progress) throws IOException {
        Path store = directory.resolve("store");
        Learner.Plan plan = new Learner.Plan(store, topic.client(), topic.names(), checkpointInterval, options);
        Progress.Bar bar = progress.begin(isDurable ? "synfire" : "in memory", topic.baskets());
        double seconds;
        double maxApplyMs = 0;
        Counts counts;
        Checkpoints checkpoints;
        try (Learner learner = learners.open(plan)) {
            Timer applies = learner.meters().get("synfire.apply").timer();
            long start = System.nanoTime();
            learner.consumer().start();
            while (!isDone(learner, topic)) {
                Clock.pause();
                bar.at(learner.engine().view().counts().episodes());
                maxApplyMs = Math.max(maxApplyMs, applies.max(TimeUnit.MILLISECONDS));
            }
            seconds = Clock.secondsSince(start);
            maxApplyMs = Math.max(maxApplyMs, applies.max(TimeUnit.MILLISECONDS));
            counts = learner.engine().view().counts();
            checkpoints = checkpoints(learner.meters());
        }
        bar.done();
        requireAll(topic, counts);
        return new Contender(
                name(),
                new Rate(counts.episodes(), counts.pairs(), seconds),
                null,
                held(counts, store),
                isDurable ? checkpoints : null,
                maxApplyMs);
    }

    /** Ready is what a consumer is once everything up to the end of the log is learned and checkpointed. */
    private boolean isDone(Learner learner, BenchTopic topic) {
        Throwable failure = learner.consumer().failure();
        if (failure != null) {
            throw new IllegalStateException("learning stopped: " + failure.getMessage(), failure);
        }
        return isDurable
                ? learner.consumer().ready()
                : learner.engine().view().counts().episodes() >= topic.baskets();
    }

    private @Nullable Held held(Counts counts, Path store) throws IOException {
        return isDurable ? new Held(counts.associations(), Directories.bytes(store)) : null;
    }

    private static Checkpoints checkpoints(MeterRegistry meters) {
        Timer checkpoints = meters.get("synfire.checkpoint").timer();
        DistributionSummary sizes = meters.get("synfire.checkpoint.size").summary();
        return new Checkpoints(
                checkpoints.count(),
                (long) sizes.totalAmount(),
                checkpoints.totalTime(TimeUnit.NANOSECONDS) / 1e9,
                checkpoints.max(TimeUnit.MILLISECONDS));
    }

    /** What is measured must be the whole work. */
    private static void requireAll(BenchTopic topic, Counts counts) {
        if (counts.episodes() != topic.baskets() || counts.pairs() != topic.pairs() || counts.deadLetters() != 0) {
            throw new IllegalStateException("not all of the workload was learned, such as under other limits:"
                    + " episodes=" + counts.episodes() + " of " + topic.baskets() + " pairs=" + counts.pairs() + " of "
                    + topic.pairs() + " deadLetters=" + counts.deadLetters());
        }
    }
}
