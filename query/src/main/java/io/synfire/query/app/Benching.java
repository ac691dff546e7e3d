package io.synfire.query.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.kafka.EpisodeConsumer;
import io.synfire.query.answer.BenchAnswer;
import io.synfire.query.answer.ScenarioAnswer;
import io.synfire.query.answer.ScenarioAnswer.Scenario;
import io.synfire.query.app.bench.Bench;
import io.synfire.query.app.bench.Learner;
import io.synfire.query.app.bench.LongRun;
import io.synfire.query.cli.Operations.BenchRequest;
import io.synfire.query.cli.Operations.Common;
import io.synfire.query.cli.Operations.ScenarioRequest;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Measures how fast a memory learns and how it bears a long run: a memory that is joined as a served one is, over a broker and directories of the
 * benchmark's own.
 */
final class Benching {

    private static final int PRESSURE_BASKETS = 1_200_000;
    private static final double PRESSURE_MEBIBYTES = 224;
    private static final double PRESSURE_EXPONENT = 0.61;

    private final Map<String, String> environment;
    private final PrintStream err;

    Benching(Map<String, String> environment, PrintStream err) {
        this.environment = environment;
        this.err = err;
    }

    BenchAnswer bench(Common common, BenchRequest request) throws IOException {
        Settings settings = Settings.load(common, environment, Map.of());
        Bench.Plan plan = new Bench.Plan(
                request.seed(),
                request.baskets(),
                request.capSeconds(),
                settings.checkpointInterval(),
                settings.engine(),
                common.data(),
                environment.get("PATH"),
                said(settings));
        return new Bench(plan, own -> open(settings, own), (what, total) -> new ProgressBar(err, what, total)).run();
    }

    ScenarioAnswer scenario(Common common, ScenarioRequest request) throws IOException {
        LongRun.Goal goal = new LongRun.Goal(request.scenario(), request.baskets(), request.edges(), request.seconds());
        Map<String, String> memory = request.scenario() == Scenario.PRESSURE
                ? Map.of("memory", Long.toString(pressureMemoryBytes(request.baskets())))
                : Map.of();
        Settings settings = Settings.load(common, environment, memory);
        LongRun.Plan plan = new LongRun.Plan(
                goal, request.seed(), settings.checkpointInterval(), settings.engine(), common.data(), said(settings));
        return new LongRun(plan, own -> open(settings, own), (what, total) -> new ProgressBar(err, what, total)).run();
    }

    /**
     * What leaves room for about a tenth of the tables beside dictionary and marginals, which must be in memory. Both grow more slowly than the
     * baskets do: 300,000 of them need 15 and 33 MiB of half the budget, 1,200,000 need 46 and 64 MiB.
     */
    static long pressureMemoryBytes(int baskets) {
        double mebibytes = PRESSURE_MEBIBYTES * Math.pow(baskets / (double) PRESSURE_BASKETS, PRESSURE_EXPONENT);
        return Math.max(EngineOptions.MEMORY_BYTES_MIN, Math.round(mebibytes) << 20);
    }

    /** The learning settings that were given, and what else changes how fast it learns. */
    private static List<String> said(Settings settings) {
        List<String> said = new ArrayList<>();
        settings.learning().forEach((key, value) -> said.add(key + "=" + value));
        Duration interval = settings.checkpointInterval();
        if (!interval.equals(Settings.CHECKPOINT_INTERVAL)) {
            said.add("checkpoint-interval=" + interval.toMillis() + "ms");
        }
        return said;
    }

    private static Learner open(Settings settings, Learner.Plan own) {
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        try {
            PrometheusMeterRegistry meters = Server.meters(parts);
            Engine engine = Engine.open(own.store(), settings.learning(), own.options(), meters);
            parts.push(engine);
            // The records are in Synfire's own form, wherever the user's keep things.
            EpisodeConsumer.Options options =
                    new EpisodeConsumer.Options(own.topics(), own.checkpointInterval(), Decoding.plain());
            EpisodeConsumer consumer = Server.consumer(settings, engine, own.client(), options, meters, parts);
            return new OpenLearner(engine, consumer, meters, parts);
        } catch (RuntimeException e) {
            Server.close(parts);
            throw e;
        }
    }

    private record OpenLearner(
            Engine engine, EpisodeConsumer consumer, MeterRegistry meters, Deque<AutoCloseable> parts)
            implements Learner {
        @Override
        public void close() {
            Server.close(parts);
        }
    }
}
