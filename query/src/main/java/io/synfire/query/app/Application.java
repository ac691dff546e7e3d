package io.synfire.query.app;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.store.StoreDamagedException;
import io.synfire.engine.store.StoreInUseException;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.Verification;
import io.synfire.query.answer.BackupAnswer;
import io.synfire.query.answer.BenchAnswer;
import io.synfire.query.answer.DiffAnswer;
import io.synfire.query.answer.EvaluateAnswer;
import io.synfire.query.answer.EvidenceAnswer;
import io.synfire.query.answer.ForgetAnswer;
import io.synfire.query.answer.LearnAnswer;
import io.synfire.query.answer.RebuildAnswer;
import io.synfire.query.answer.RestoreAnswer;
import io.synfire.query.answer.ScenarioAnswer;
import io.synfire.query.cli.Operations;
import io.synfire.query.http.DamagedServer;
import io.synfire.query.recall.Queries;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the commands call: joins the parts that each of them needs, and takes them apart again. */
final class Application implements Operations {

    private static final Logger LOG = LoggerFactory.getLogger(Application.class);

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
            return untilStopped(server::start, server);
        } catch (StoreDamagedException e) {
            return serveDamage(settings, e);
        }
    }

    /** Nothing can be learned or answered; but whoever asks is told why, and what helps. */
    private static int serveDamage(Settings settings, StoreDamagedException damage) throws IOException {
        LOG.error("{}", damage.getMessage());
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        DamagedServer server =
                new DamagedServer(settings.http(), String.valueOf(damage.getMessage()), Server.meters(parts));
        parts.push(server);
        return untilStopped(
                () -> {
                    server.start();
                    LOG.info(
                            "answering at http://{}:{} that the store is damaged",
                            settings.http().host(),
                            server.port());
                },
                () -> Server.close(parts));
    }

    @Override
    public int demo(Common common, boolean once) throws IOException {
        Settings settings = Settings.load(common, environment, Demo.SETTINGS);
        try (Server server = Server.learning(settings)) {
            Demo demo = new Demo(server, out, err);
            if (once) {
                // A signal ends it at once, and not as a success.
                return uninterrupted(() -> demo.run(true));
            }
            return untilStopped(() -> demo.run(false), server);
        }
    }

    @Override
    public LearnAnswer learn(Common common, LearnRequest request) throws IOException {
        return new Learning(Settings.load(common, environment, Map.of()), System.in, err).learn(request);
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
            return search.find(view, null, from, to, k);
        }
        try (TopicCluster cluster = TopicCluster.of(settings)) {
            return search.find(view, cluster.client(), from, to, k);
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
        try (DataLock held = DataLock.take(settings.data(), "backup");
                Engine engine = Stores.open(held, settings, new SimpleMeterRegistry())) {
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

    /** Does some work, then waits until SIGTERM or Ctrl-C; these end the work, too. Then everything is closed before the process ends. */
    private static int untilStopped(StopSignal.Work work, AutoCloseable server) throws IOException {
        try (StopSignal signal = StopSignal.install()) {
            return uninterrupted(() -> {
                signal.during(work);
                signal.await();
                server.close();
            });
        }
    }

    private static int uninterrupted(StopSignal.Work work) throws IOException {
        try {
            work.run();
            return 0;
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("interrupted: " + e.getMessage(), e);
        }
    }
}
