package io.synfire.query.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.file.DeadLetterFile;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import io.synfire.ingest.replay.Until;
import io.synfire.query.answer.RebuildStatus;
import io.synfire.query.answer.RebuildStatus.State;
import io.synfire.query.http.RebuildControl;
import io.synfire.query.http.UnavailableException;
import io.synfire.query.recall.BadQueryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuilds the memory beside the live one, on a thread of its own, and swaps them.
 *
 * <p>The new memory reads the log as far as the live one has read it, again and again until it is close. Then the live learner stops at its
 * positions, the new memory reads up to these, is made safe on the disk, and becomes the memory: first there, by {@link StoreDirectory}, then for
 * who asks, by {@link LiveMemory}. A learner of its own goes on from its positions. Until it is named on the disk, any failure leaves the
 * live memory as it is, with a learner.
 *
 * <p>A rebuild that is under way when the process ends is given up.
 */
final class Rebuilds implements RebuildControl, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Rebuilds.class);

    /** So close the last stretch takes no time that anybody notices. */
    private static final long CLOSE_RECORDS = 2_000;

    /** A live learner that is as fast as the rebuild is stopped after so many rounds all the same. */
    private static final int ROUNDS_MAX = 20;

    private static final int ATTEMPTS_MAX = 3;

    private final Settings settings;
    private final LiveMemory live;
    private final Learners learners;
    private final Supplier<ClientProperties> clients;
    private final MeterRegistry meters;
    private @Nullable Running running;
    private RebuildStatus last = RebuildStatus.none();
    private boolean closed;

    /** One that is under way. */
    private static final class Running {
        final LearningSettings learning;
        final @Nullable Long untilMs;
        final long startNanos = System.nanoTime();

        /** Set once it runs. */
        @Nullable
        Thread thread;

        volatile State state = State.READING;
        volatile boolean stopping;
        volatile long done;

        Running(LearningSettings learning, @Nullable Long untilMs) {
            this.learning = learning;
            this.untilMs = untilMs;
        }
    }

    /** {@code clients} gives the cluster's properties, or throws {@link UnavailableException} while it has not answered. */
    Rebuilds(
            Settings settings,
            LiveMemory live,
            Learners learners,
            Supplier<ClientProperties> clients,
            MeterRegistry meters) {
        this.settings = settings;
        this.live = live;
        this.learners = learners;
        this.clients = clients;
        this.meters = meters;
    }

    @Override
    public synchronized RebuildStatus begin(Map<String, String> changed, @Nullable Long untilMs) {
        if (running != null || closed) {
            throw new ConflictException("a rebuild is under way, one at a time: state=" + status().state());
        }
        // Its learner is to be stopped and started: there is none before.
        var unused = clients.get();
        Running begun = new Running(learning(changed), checked(untilMs));
        Thread thread = new Thread(() -> run(begun), "synfire-rebuild");
        thread.setDaemon(true);
        begun.thread = thread;
        running = begun;
        thread.start();
        return status();
    }

    @Override
    public synchronized RebuildStatus status() {
        Running now = running;
        return now == null ? last : status(now, now.state, null);
    }

    @Override
    public RebuildStatus cancel() {
        Thread thread;
        synchronized (this) {
            Running now = running;
            if (now == null) {
                throw new ConflictException("no rebuild is under way: state=" + last.state());
            }
            if (now.state == State.SWAPPING) {
                throw new ConflictException(
                        "the new memory is taking over, that cannot be called off: state=" + now.state);
            }
            now.stopping = true;
            thread = now.thread;
        }
        join(thread);
        return status();
    }

    /** Gives up what is under way; a swap that has begun is completed. */
    @Override
    public void close() {
        Thread thread;
        synchronized (this) {
            closed = true;
            Running now = running;
            if (now == null) {
                return;
            }
            now.stopping = true;
            thread = now.thread;
        }
        join(thread);
    }

    private static void join(@Nullable Thread thread) {
        try {
            if (thread != null) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private LearningSettings learning(Map<String, String> changed) {
        try {
            return live.view().settings().changedBy(changed);
        } catch (IllegalArgumentException e) {
            throw new BadQueryException(String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable Long checked(@Nullable Long untilMs) {
        if (untilMs != null && untilMs < 0) {
            throw new BadQueryException("until must not be before 1970-01-01: until=" + untilMs);
        }
        return untilMs;
    }

    private void run(Running now) {
        State end = State.FAILED;
        String failure = null;
        try {
            LOG.info("rebuilding the memory, settings {} until {}", now.learning.toMap(), now.untilMs);
            end = rebuild(now);
            LOG.info("the rebuild is {} after {} records", end, now.done);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = "interrupted";
        } catch (Exception | Error e) {
            failure = String.valueOf(e.getMessage());
            LOG.error("the rebuild failed: {}", failure, e);
        } finally {
            synchronized (this) {
                last = status(now, end, failure);
                running = null;
            }
        }
    }

    /** Begins anew where something is taken back meanwhile that was learned already. */
    private State rebuild(Running now) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return rebuildOnce(now);
            } catch (RetractedMeanwhileException e) {
                if (attempt == ATTEMPTS_MAX) {
                    throw new IllegalStateException(
                            "while the log was read other contexts were retracted, each time: rebuild when nothing is forgotten: attempts="
                                    + attempt,
                            e);
                }
                LOG.warn(
                        "something was retracted while the log was read, so the rebuild begins anew: attempt={}",
                        attempt);
                backToReading(now);
            }
        }
    }

    private synchronized void backToReading(Running now) {
        now.state = State.READING;
        now.done = 0;
    }

    private State rebuildOnce(Running now) throws IOException, InterruptedException {
        Path data = settings.data();
        Path before = StoreDirectory.live(data);
        Path store = StoreDirectory.next(data);
        Path dead = StoreDirectory.rejects(store);
        // Counts nowhere until the memory is live: the names are the live one's.
        CompositeMeterRegistry own = new CompositeMeterRegistry();
        StoreDirectory.beginBuilding(store);
        // It is to be the same memory to whoever watches its lag.
        String id = live.engine().storeId().orElseThrow();
        Engine engine = Engine.open(store, now.learning.toMap(), settings.engine(), own, id);
        TrialsLog.watch(engine, store);
        try (DeadLetterFile rejects = new DeadLetterFile(dead)) {
            ReplayOptions options = new ReplayOptions(
                    Until.of(now.untilMs),
                    false,
                    settings.checkpointInterval(),
                    LogReplay.takenBack(
                            live.view().settings(),
                            now.learning,
                            now.untilMs,
                            live.view().learnedAnew().hasLeftOut()));
            LogReplay replay = new LogReplay(settings, engine, options, rejects, null);
            if (catchUp(now, replay) && takeOver(now)) {
                swap(now, replay, engine, store, dead);
            }
        } finally {
            if (live.engine() == engine) {
                own.add(meters);
                putAway(data);
            } else {
                engine.abandon();
                own.close();
                if (StoreDirectory.live(data).equals(store)) {
                    // It was named, and that could not be made safe.
                    StoreDirectory.point(data, before);
                }
                StoreDirectory.giveUp(store);
            }
            Files.deleteIfExists(dead);
        }
        return live.engine() == engine ? State.DONE : State.CANCELLED;
    }

    /** Reads until it is close behind the live memory; false if it was called off. */
    private boolean catchUp(Running now, LogReplay replay) throws IOException, InterruptedException {
        for (int round = 0; round < ROUNDS_MAX; round++) {
            List<Position> goal = positions();
            LogReplay.requireReadable(settings, goal);
            replay(now, replay, goal);
            if (now.stopping) {
                return false;
            }
            List<Position> moved = positions();
            if (LogReplay.total(moved) - replay.done(moved) <= CLOSE_RECORDS) {
                break;
            }
        }
        return true;
    }

    /** How far the live memory is; of what lies in its data directory, there. */
    private List<Position> positions() throws IOException {
        return Stores.log(settings.data()).found(live.engine().positions());
    }

    private void replay(Running now, LogReplay replay, List<Position> goal) throws IOException, InterruptedException {
        List<Stretch> stretches = live.view().stretches();
        replay.knowing(
                live.view().unlearned(),
                Stores.log(settings.data()).found(live.view().learnedAnew().upTo()));
        replay.replay(goal, stretches, clients.get(), new ReplayWatch() {
            @Override
            public boolean isStopped() {
                return now.stopping && now.state == State.READING;
            }

            @Override
            public void moved() {
                now.done = replay.done(goal);
            }
        });
        now.done = replay.done(goal);
    }

    /** False if it was called off at the last moment; afterwards it cannot be any more. */
    private synchronized boolean takeOver(Running now) {
        if (!now.stopping) {
            now.state = State.SWAPPING;
        }
        return !now.stopping;
    }

    private void swap(Running now, LogReplay replay, Engine engine, Path store, Path dead)
            throws IOException, InterruptedException {
        learners.stop();
        try {
            replay(now, replay, positions());
            replay.doubt(live.view().counts().deadLetters()).ifPresent(doubt -> LOG.warn("{}", doubt));
            replay.finish(now.untilMs != null);
            engine.flush();
            keep(dead);
            StoreDirectory.point(settings.data(), store);
            close(live.replace(engine));
        } finally {
            // Whichever memory it is now.
            learners.start(live);
        }
    }

    private static void close(Engine before) {
        try {
            before.close();
        } catch (RuntimeException e) {
            LOG.error("the memory before cannot be closed, the new one is live: {}", e.getMessage(), e);
        }
    }

    /** What the new memory rejected is kept with what others did. */
    private void keep(Path dead) throws IOException {
        if (Files.exists(dead)) {
            Files.write(
                    settings.data().resolve("dead-letters.jsonl"),
                    Files.readAllBytes(dead),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }

    private static void putAway(Path data) {
        try {
            StoreDirectory.tidy(data);
        } catch (IOException e) {
            LOG.warn("the memory before cannot be put away, the next start tries again: {}", e.getMessage(), e);
        }
    }

    private RebuildStatus status(Running now, State state, @Nullable String failure) {
        long total = Math.max(now.done, LogReplay.total(live.view().positions()));
        double seconds = Math.max(1e-3, (System.nanoTime() - now.startNanos) / 1e9);
        double perSecond = now.done / seconds;
        boolean isUnderWay = state == State.READING || state == State.SWAPPING;
        return new RebuildStatus(
                state,
                now.learning.toMap(),
                now.untilMs,
                now.done,
                total,
                perSecond,
                isUnderWay && now.done > 0 ? Double.valueOf((total - now.done) / perSecond) : null,
                failure);
    }
}
