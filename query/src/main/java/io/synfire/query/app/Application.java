package io.synfire.query.app;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.store.StoreDamagedException;
import io.synfire.engine.store.StoreInUseException;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.Verification;
import io.synfire.ingest.file.EpisodeFile;
import io.synfire.query.answer.BackupAnswer;
import io.synfire.query.answer.BenchAnswer;
import io.synfire.query.answer.DiffAnswer;
import io.synfire.query.answer.EvaluateAnswer;
import io.synfire.query.answer.EvidenceAnswer;
import io.synfire.query.answer.ForgetAnswer;
import io.synfire.query.answer.RebuildAnswer;
import io.synfire.query.answer.RestoreAnswer;
import io.synfire.query.answer.ScenarioAnswer;
import io.synfire.query.cli.Operations;
import io.synfire.query.http.DamagedServer;
import io.synfire.query.recall.Queries;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the commands call: joins the parts that each of them needs, and takes them apart again. */
final class Application implements Operations {

    private static final Logger LOG = LoggerFactory.getLogger(Application.class);
    private static final long STOP_SECONDS_MAX = 9;

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;

    Application(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    @Override
    public int serve(Common common, boolean offline) throws IOException {
        Settings settings = Settings.load(common, environment, Map.of());
        try (Server server = offline ? Server.offline(settings) : Server.learning(settings)) {
            server.start();
            return waitForStop(server::close);
        } catch (StoreDamagedException e) {
            return serveDamage(settings, e);
        }
    }

    /** Nothing can be learned or answered; but whoever asks is told why, and what helps. */
    private static int serveDamage(Settings settings, StoreDamagedException damage) {
        LOG.error("{}", damage.getMessage());
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        DamagedServer server =
                new DamagedServer(settings.http(), String.valueOf(damage.getMessage()), Server.meters(parts));
        parts.push(server);
        server.start();
        LOG.info(
                "answering at http://{}:{} that the store is damaged",
                settings.http().host(),
                server.port());
        return waitForStop(() -> Server.close(parts));
    }

    @Override
    public int demo(Common common, boolean once) throws IOException {
        Settings settings = Settings.load(common, environment, Demo.SETTINGS);
        try (Server server = Server.learning(settings)) {
            new Demo(server, out, err).run(once);
            if (once) {
                return 0;
            }
            return waitForStop(server::close);
        }
    }

    @Override
    public int learn(Common common, List<String> files) throws IOException {
        Settings settings = Settings.load(common, environment, Map.of());
        Files.createDirectories(settings.data());
        try (Engine engine = Stores.open(settings, new SimpleMeterRegistry())) {
            EpisodeFile learner = new EpisodeFile(
                    engine,
                    settings.data().resolve("dead-letters.jsonl"),
                    settings.decoding().mapping(),
                    settings.decoding().limits());
            for (String file : files) {
                ProgressBar progress = new ProgressBar(err, "learning " + file, 0);
                long start = System.nanoTime();
                EpisodeFile.Summary summary = file.equals("-")
                        ? learner.learn(System.in, "-", progress::at)
                        : learner.learn(Path.of(file), progress::at);
                progress.done();
                double seconds = (System.nanoTime() - start) / 1e9;
                out.printf(
                        Locale.ROOT,
                        "%s: %,d episodes learned of %,d records in %.1f s (%,.0f episodes/s); %,d rejected, %,d duplicates, %,d learned before%n",
                        file,
                        summary.episodes(),
                        summary.records(),
                        seconds,
                        summary.episodes() / seconds,
                        summary.rejected(),
                        summary.duplicates(),
                        summary.learnedBefore());
            }
        }
        return 0;
    }

    @Override
    public ForgetAnswer forget(Common common, Forgotten what) throws IOException {
        return new Forgetting(Settings.load(common, environment, Map.of())).forget(what);
    }

    @Override
    public EvidenceAnswer evidence(Common common, Opened memory, String from, String to, int k) throws IOException {
        Settings settings = Settings.load(common, environment, Map.of());
        MemoryView view = memory.engine().view();
        EvidenceSearch search = new EvidenceSearch(settings, view.settings());
        if (!search.needsTopic(view.positions())) {
            return search.find(view.positions(), null, from, to, k);
        }
        try (TopicCluster cluster = TopicCluster.of(settings)) {
            return search.find(view.positions(), cluster.client(), from, to, k);
        }
    }

    @Override
    public EvaluateAnswer evaluate(Common common, EvaluateRequest request) throws IOException {
        return new Evaluating(environment, err).evaluate(common, request);
    }

    @Override
    public RebuildAnswer rebuild(Common common, RebuildRequest request) throws IOException {
        return new Rebuilding(environment, err).rebuild(common, request);
    }

    @Override
    public DiffAnswer diff(Common common, DiffRequest request) throws IOException {
        return new Diffing(environment, err).diff(common, request);
    }

    @Override
    public BenchAnswer bench(Common common, BenchRequest request) throws IOException {
        return new Benching(environment, err).bench(common, request);
    }

    @Override
    public ScenarioAnswer scenario(Common common, ScenarioRequest request) throws IOException {
        return new Benching(environment, err).scenario(common, request);
    }

    @Override
    public Verification verify(Common common) throws IOException {
        Settings settings = Settings.load(common, environment, Map.of());
        return Engine.verify(settings.store(), settings.engine());
    }

    @Override
    public BackupAnswer backup(Common common, Path target, @Nullable Path tokenFile) throws IOException {
        Settings settings = Settings.load(common, environment, Map.of());
        if (FileCopies.isEmpty(settings.store())) {
            throw new IllegalArgumentException("there is no store here: store=" + settings.store());
        }
        try (Engine engine = Stores.open(settings, new SimpleMeterRegistry())) {
            return backups(settings).make(engine::linkTo, target);
        } catch (StoreInUseException e) {
            String url = Serving.url(settings.data()).orElseThrow(() -> e);
            Path absolute = target.toAbsolutePath().normalize();
            try {
                new ServingClient(url, tokenFile, settings.http().tls()).backup(absolute);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the backup was made", interrupted);
            }
            return BackupManifest.read(absolute);
        }
    }

    @Override
    public RestoreAnswer restore(Common common, Path backup, boolean force) throws IOException {
        Settings settings = Settings.load(common, environment, Map.of());
        Files.createDirectories(settings.data());
        return backups(settings).restore(backup, force);
    }

    private static Backups backups(Settings settings) {
        return new Backups(settings.data(), settings.store(), settings.engine(), InstantSource.system());
    }

    @Override
    public Opened openReadOnly(Common common) throws IOException {
        Settings settings = Settings.load(common, environment, Map.of());
        Engine engine = Engine.openReadOnly(settings.store(), settings.engine(), new SimpleMeterRegistry());
        return new Opened(engine, new Queries(engine.view(), settings.recall()));
    }

    /** What is to be closed in the end. */
    @FunctionalInterface
    private interface Running {
        void close();
    }

    /** Until SIGTERM or Ctrl-C; then everything is closed, with a last checkpoint, before the process ends. */
    private static int waitForStop(Running server) {
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Thread hook = new Thread(
                () -> {
                    stop.countDown();
                    try {
                        if (!closed.await(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                            LOG.warn("closing takes too long; what is not checkpointed will be read again");
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    // A stop that was asked for and went well is a success, whatever the signal.
                    java.lang.Runtime.getRuntime().halt(0);
                },
                "synfire-stop");
        java.lang.Runtime.getRuntime().addShutdownHook(hook);
        try {
            stop.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.close();
        closed.countDown();
        return 0;
    }
}
