package io.synfire.query.app;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Shown;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.store.StoreDamagedException;
import io.synfire.engine.store.StoreException;
import io.synfire.engine.store.StoreFormatException;
import io.synfire.engine.store.StoreOutline;
import io.synfire.engine.view.MemoryView;
import io.synfire.ingest.file.DataLog;
import io.synfire.ingest.file.DeadLetterFile;
import io.synfire.ingest.file.FileForgetter;
import io.synfire.ingest.file.UnmarkedFiles;
import io.synfire.ingest.kafka.TopicReplay;
import io.synfire.ingest.replay.IncompleteLogException;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import io.synfire.ingest.replay.TakenBack;
import io.synfire.ingest.replay.Until;
import io.synfire.query.answer.RebuildAnswer;
import io.synfire.query.answer.RebuildAnswer.Comparison;
import io.synfire.query.answer.RebuildAnswer.Side;
import io.synfire.query.cli.Operations.Common;
import io.synfire.query.cli.Operations.RebuildRequest;
import io.synfire.query.cli.UsageException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Builds a memory from the log anew, in a data directory of its own: by other learning settings, as of another moment, or to compare with
 * the one that is live. It reads as far as that one had checkpointed when the rebuild began or was gone on with; where there is none, as far
 * as the topic went then. What it is to do is kept in {@value RebuildPlan#FILE}, where it is its store says: so it may be stopped anyhow, and
 * goes on.
 */
final class Rebuilding {

    private final Map<String, String> environment;
    private final PrintStream err;

    /** The memory that is live, as of its last checkpoint; its figures and stretches are unknown if it has an older format. */
    record Live(
            LearningSettings learning,
            List<Position> positions,
            List<Stretch> stretches,
            Unlearned unlearned,
            List<Position> learnedAnew,
            boolean hasLeftOut,
            @Nullable Side side) {}

    Rebuilding(Map<String, String> environment, PrintStream err) {
        this.environment = environment;
        this.err = err;
    }

    RebuildAnswer rebuild(Common common, RebuildRequest request) throws IOException {
        Settings settings = Settings.load(common, environment, Map.of());
        Path into = request.into();
        requireMoment(request.untilMs());
        requireElsewhere(settings, into);
        Map<String, String> given = request.settings() == null
                ? settings.learning()
                : Settings.load(new Common(common.data(), request.settings(), common.set()), environment, Map.of())
                        .learning();
        // Before anything is written there, and once more when nobody else can write there.
        requireEmptyOrBegun(into);
        try (DataLock held = DataLock.take(into, "rebuild")) {
            requireEmptyOrBegun(into);
            return rebuild(settings, held, request, given);
        }
    }

    private RebuildAnswer rebuild(Settings settings, DataLock held, RebuildRequest request, Map<String, String> given)
            throws IOException {
        Path into = held.data();
        Optional<RebuildPlan> begun = RebuildPlan.read(into);
        Live live = live(settings);
        try (LateCluster cluster = new LateCluster(settings, Duration.ZERO)) {
            RebuildPlan plan;
            if (begun.isPresent()) {
                requireAsBegun(settings, begun.get(), live, given, request);
                if (live == null) {
                    // Of files it alone knows the order.
                    var unused = new RebuildFiles(settings, err).stretches(begun.get(), null);
                }
                plan = goOn(
                        settings,
                        begun.get(),
                        plan(settings, live, given, request, begun.get().startMs(), cluster),
                        live,
                        into);
            } else {
                plan = plan(
                        settings, live, given, request, InstantSource.system().millis(), cluster);
            }
            plan.write(into);
            try {
                return read(settings, plan, live, into, cluster);
            } catch (IncompleteLogException e) {
                if (begun.isEmpty()) {
                    // So that it can be begun with what accepts that.
                    new HalfBuilt(settings, into).giveUpIfNothingIsLearned();
                }
                throw e;
            } catch (RetractedMeanwhileException e) {
                // It was stopped and is to go on, and what it has learned of what is taken back is known no more.
                if (begun.isPresent() && begun.get().finished()) {
                    begun.get().write(into);
                    throw new IllegalArgumentException(
                            "the log takes back something since of what was built before, which may be in use; give the rebuild a"
                                    + " directory of its own: into=" + into);
                }
                say(
                        "the log takes back something of what was learned before this was stopped, so it begins anew: into=%s",
                        into);
                new HalfBuilt(settings, into).discard();
                return read(settings, plan, live, into, cluster);
            }
        }
    }

    /** What is to be done as of now; {@code startMs} is when the rebuild began. */
    private RebuildPlan plan(
            Settings settings,
            @Nullable Live live,
            Map<String, String> given,
            RebuildRequest request,
            long startMs,
            LateCluster cluster)
            throws IOException {
        LearningSettings learning = changed(live == null ? null : live.learning(), given);
        List<Position> goal = live == null
                ? TopicReplay.end(cluster.get().client(), settings.topics().episodes())
                : live.positions();
        LogReplay.requireReadable(settings, goal);
        UnmarkedFiles marked = new RebuildFiles(settings, err).marked(goal, learning, startMs);
        if (!marked.missing().isEmpty() && !request.acceptGap()) {
            throw new IncompleteLogException(marked.missing());
        }
        boolean comparable = live != null
                && live.side() != null
                && request.untilMs() == null
                && learning.equals(live.learning())
                && !live.hasLeftOut();
        return new RebuildPlan(
                RebuildPlan.arguments(settings, learning.toMap(), request.untilMs(), request.acceptGap()),
                learning.toMap(),
                request.untilMs(),
                request.acceptGap(),
                marked.goal(),
                live == null ? List.of() : live.learnedAnew(),
                live == null ? null : live.side(),
                comparable,
                RebuildFiles.missing(marked.missing()),
                startMs,
                false);
    }

    private static void requireAsBegun(
            Settings settings,
            RebuildPlan plan,
            @Nullable Live live,
            Map<String, String> given,
            RebuildRequest request) {
        Map<String, String> learning =
                changed(live == null ? null : live.learning(), given).toMap();
        Map<String, String> differences =
                plan.differences(RebuildPlan.arguments(settings, learning, request.untilMs(), request.acceptGap()));
        if (!differences.isEmpty()) {
            throw new IllegalArgumentException(
                    "a rebuild goes on as it was begun; for another give it a directory of its own: into="
                            + request.into() + " begun -> asked for: " + differences);
        }
    }

    /** What was learned and forgotten since it was stopped is to be in it, and what it is compared with is the memory as it is now. */
    private RebuildPlan goOn(Settings settings, RebuildPlan begun, RebuildPlan now, @Nullable Live live, Path into)
            throws IOException {
        HalfBuilt built = new HalfBuilt(settings, into);
        built.tidy();
        Optional<String> difference =
                built.difference(begun, now, new RebuildFiles(settings, err).stretches(now, live));
        if (difference.isEmpty()) {
            return now.goingOn(begun);
        }
        if (begun.finished()) {
            throw new IllegalArgumentException(
                    "what was built before is not the beginning of the memory as it is now, and may be in use; give the rebuild a"
                            + " directory of its own: into=" + into + ": " + difference.get());
        }
        say(
                "what was built so far is not the beginning of the memory as it is now, so the rebuild begins anew: into=%s: %s",
                into, difference.get());
        built.discard();
        return now;
    }

    private RebuildAnswer read(Settings settings, RebuildPlan plan, @Nullable Live live, Path into, LateCluster cluster)
            throws IOException {
        long start = System.nanoTime();
        List<Position> goal = plan.goal();
        List<Stretch> stretches = new RebuildFiles(settings, err).stretches(plan, live);
        Path store = StoreDirectory.live(into);
        RebuildPlan done = plan;
        try (Engine engine = Engine.open(store, plan.learning(), settings.engine(), new SimpleMeterRegistry());
                DeadLetterFile rejects = new DeadLetterFile(into.resolve(Stores.DEAD_LETTERS))) {
            TrialsLog.watch(engine, store);
            ReplayOptions options = new ReplayOptions(
                    Until.of(plan.untilMs()), plan.acceptsGap(), settings.checkpointInterval(), takenBack(plan, live));
            Side known = plan.before();
            // Where there was no memory nobody may have read the log before, and a clock decides of what is ahead.
            InstantSource clock = known == null ? InstantSource.system() : null;
            LogReplay replay = new LogReplay(settings, engine, options, rejects, clock);
            if (live != null) {
                replay.knowing(live.unlearned(), live.learnedAnew());
            }
            long before = replay.done(goal);
            say("rebuilding %s into %s, up to %s", settings.data(), into, goal(goal));
            ProgressBar progress = ProgressBar.rated(err, "rebuilding", LogReplay.total(goal), before);
            try {
                replay.replay(
                        goal,
                        stretches,
                        LogReplay.needsTopic(settings, goal) ? cluster.get().client() : null,
                        new ReplayWatch() {
                            @Override
                            public boolean isStopped() {
                                return false;
                            }

                            @Override
                            public void moved() {
                                progress.at(replay.done(goal));
                            }
                        });
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted; the same command goes on: into=" + into, e);
            } finally {
                if (!replay.missing().isEmpty()) {
                    done = plan.withMissing(RebuildFiles.missing(replay.missing()));
                    done.write(into);
                }
            }
            progress.at(replay.done(goal));
            progress.done();
            replay.doubt(known == null ? 0 : known.deadLetters()).ifPresent(doubt -> say("%s", doubt));
            replay.finish(plan.untilMs() != null);
            engine.flush();
            new CarriedLog(settings.data(), into).carry(engine.positions()).forEach(line -> say("%s", line));
            keepTurns(settings, into, engine);
            done = done.done();
            done.write(into);
            double seconds = (System.nanoTime() - start) / 1e9;
            return answer(done, into, engine, replay.done(goal) - before, seconds);
        }
    }

    /** What is known of the commands, beside them: the new memory has learned them anew. */
    private void keepTurns(Settings settings, Path into, Engine engine) throws IOException {
        FileForgetter forgetter = new FileForgetter(
                engine, into.resolve(Stores.FORGOTTEN), into.resolve(Stores.DEAD_LETTERS), settings.decoding());
        try {
            forgetter.keepTurns();
        } catch (IllegalStateException e) {
            say("%s", String.valueOf(e.getMessage()));
            say("it is begun anew in the new directory");
            Files.delete(into.resolve(Stores.TURNS));
            forgetter.keepTurns();
        }
    }

    /** Where something may be gone, what is taken back of it was not learned. */
    private static TakenBack takenBack(RebuildPlan plan, @Nullable Live live) {
        return live == null || live.side() == null || plan.acceptsGap()
                ? TakenBack.AS_LEARNED
                : LogReplay.takenBack(
                        live.learning(), LearningSettings.parse(plan.learning()), plan.untilMs(), live.hasLeftOut());
    }

    private static RebuildAnswer answer(RebuildPlan plan, Path into, Engine engine, long records, double seconds) {
        Side after = side(engine);
        Side before = plan.before();
        Comparison comparison = Comparison.NOT_COMPARABLE;
        if (before != null && plan.comparable() && plan.missing().isEmpty()) {
            // With a gap accepted, what is taken back by hand and was never learned counts otherwise.
            Comparison other = plan.acceptsGap() ? Comparison.NOT_COMPARABLE : Comparison.DIFFERENT;
            comparison = isSame(plan, before, after) ? Comparison.EQUAL : other;
        }
        return new RebuildAnswer(
                into.toString(),
                plan.untilMs(),
                plan.learning(),
                engine.positions(),
                plan.missing(),
                before,
                after,
                comparison,
                records,
                seconds);
    }

    /**
     * Sums of what was learned are the same in any order; which concepts there are is not, where some were forgotten. Those that faded go when
     * they are come upon.
     */
    private static boolean isSame(RebuildPlan plan, Side before, Side after) {
        boolean mayFade = LearningSettings.parse(plan.learning()).forgetBelow() > 0;
        return before.learned().equals(after.learned())
                && before.episodes() == after.episodes()
                && before.watermarkMs() == after.watermarkMs()
                && (mayFade || before.concepts() == after.concepts());
    }

    /** The memory there is; null if there is none, or none that can be read: then its log must do without it. */
    private @Nullable Live live(Settings settings) throws IOException {
        Backups.requireWhole(settings.store());
        if (FileCopies.isEmpty(settings.store())) {
            return null;
        }
        try (Engine engine = Engine.openReadOnly(settings.store(), settings.engine(), new SimpleMeterRegistry())) {
            MemoryView view = engine.view();
            DataLog log = Stores.log(settings.data());
            return new Live(
                    view.settings(),
                    log.found(view.positions()),
                    view.stretches(),
                    view.unlearned(),
                    log.found(view.learnedAnew().upTo()),
                    view.learnedAnew().hasLeftOut(),
                    side(engine));
        } catch (StoreFormatException e) {
            Optional<StoreOutline> older = Engine.outline(settings.store());
            if (older.isPresent()) {
                return live(settings, older.get());
            }
            return unreadable(e);
        } catch (StoreDamagedException e) {
            return unreadable(e);
        }
    }

    /** Of a memory in an older format: it is learned anew by its settings and as far as it had read, and cannot be compared. */
    private Live live(Settings settings, StoreOutline older) {
        say(
                "the store has an older format: store=%s format=%d; its settings and positions are used, its values cannot be compared",
                settings.store(), older.format());
        return new Live(
                LearningSettings.parse(older.settings()),
                older.positions(),
                List.of(),
                Unlearned.unknown(),
                List.of(),
                false,
                null);
    }

    private void say(String format, Object... values) {
        err.println(Shown.line(String.format(Locale.ROOT, format, values)));
    }

    private @Nullable Live unreadable(StoreException e) {
        say("%s", String.valueOf(e.getMessage()));
        say("the topic is read to its end, with the settings that are given: others are not known");
        return null;
    }

    private static Side side(Engine engine) {
        MemoryView view = engine.view();
        return Side.of(engine.digest(), view.counts().deadLetters(), view.watermarkMs());
    }

    private static LearningSettings changed(@Nullable LearningSettings live, Map<String, String> given) {
        try {
            return live == null ? LearningSettings.parse(given) : live.changedBy(given);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        }
    }

    private static void requireMoment(@Nullable Long untilMs) {
        try {
            var unused = Until.of(untilMs);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        }
    }

    private static String goal(List<Position> goal) {
        return String.join(
                ", ",
                goal.stream()
                        .map(position -> position.source() + " partition " + position.partition() + " offset "
                                + position.nextOffset())
                        .toList());
    }

    /** In the data directory everything belongs to the memory that is live, and its broker. */
    private static void requireElsewhere(Settings settings, Path into) throws IOException {
        if (RealPaths.isWithin(into, settings.data())) {
            throw new IllegalArgumentException(
                    "a rebuild goes into a directory of its own, beside the memory that is live and not into its own: into="
                            + into + " data=" + settings.data());
        }
    }

    private static void requireEmptyOrBegun(Path into) throws IOException {
        if (!Files.exists(into) || RebuildPlan.read(into).isPresent()) {
            return;
        }
        if (!Files.isDirectory(into)) {
            throw taken(into);
        }
        try (Stream<Path> files = Files.list(into)) {
            // A plan that was being written when the process ended is nothing yet, and neither is a lock.
            if (files.map(file -> String.valueOf(file.getFileName()))
                    .anyMatch(name -> !name.equals(RebuildPlan.FILE + ".new") && !DataLock.isPart(name))) {
                throw taken(into);
            }
        }
    }

    private static IllegalArgumentException taken(Path into) {
        return new IllegalArgumentException(
                "a rebuild goes into a new or empty directory, or goes on in its own: into=" + into);
    }
}
