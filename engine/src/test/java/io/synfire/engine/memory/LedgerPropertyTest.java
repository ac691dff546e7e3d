package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.LogProperty;
import io.synfire.engine.NaiveMemory;
import io.synfire.engine.RandomLog;
import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.RandomLog.Shape;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.Retracted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A log was learned by some settings, and contexts and episodes of it were taken back. It is learned anew by others, or as of a moment. Then the
 * memory is as one of those settings of which exactly that was taken back that it had learned. {@code -Dsynfire.logs=80} tries more logs.
 */
final class LedgerPropertyTest {

    private static final int LOGS = Integer.getInteger("synfire.logs", 40);

    @TempDir
    Path directory;

    @Test
    void byOtherSettingsARetractionTakesBackWhatWasLearned() {
        LogProperty.holdsForAll(21_000, LOGS, 60, seed -> log(seed, false), seed -> log -> check(seed, log, false));
    }

    @Test
    void byOtherSettingsItTakesBackWhatWasLearnedBeforeAForgetAndAfterIt() {
        LogProperty.holdsForAll(22_000, LOGS, 60, seed -> log(seed, true), seed -> log -> check(seed, log, true));
    }

    private void check(long seed, List<Line> log, boolean forgets) {
        SplittableRandom random = new SplittableRandom(seed);
        LearningSettings live = settings(random, Agreement.settings(random));
        LearningSettings wished = settings(random, random.nextBoolean() ? live : Agreement.settings(random));
        // Then what a context has learned beside what is named goes with it, and nothing of it is left that met it.
        LearningSettings other = forgets ? with(wished, "max-concepts", Integer.toString(live.maxConcepts())) : wished;
        List<Line> withRetractions = taken(log, live, random, !forgets);
        long untilMs = random.nextInt(3) == 0 ? middleMs(log) : Long.MAX_VALUE;
        List<Line> admitted = withRetractions.stream()
                .filter(line -> !(line.entry() instanceof Episode episode)
                        || (episode.activations().size() <= other.maxConcepts() && episode.atMs() <= untilMs))
                .toList();
        List<Line> exact = exact(admitted, other);
        NaiveMemory reference = new NaiveMemory(other);
        exact.forEach(line -> reference.apply(line.partition(), line.entry()));
        Retracted named = new Retracted(Long.MAX_VALUE);
        admitted.forEach(line -> named.add(line.entry()));
        try (StoredMemory asWritten = new StoredMemory(directory, other);
                StoredMemory anew = new StoredMemory(directory, other, random.nextBoolean() ? 0 : 300_000)) {
            asWritten.apply(exact);
            anew.memory().takeBackWhatIsLearned(named);
            for (int from = 0; from < admitted.size(); ) {
                int to = Math.min(admitted.size(), from + 1 + random.nextInt(12));
                anew.apply(admitted.subList(from, to));
                if (random.nextInt(3) == 0) {
                    anew.advanceCheckpoint();
                }
                from = to;
            }
            assertThat(anew.checksums().learned())
                    .isEqualTo(asWritten.checksums().learned());
            assertThat(anew.memory().reader().counts().episodes())
                    .isEqualTo(asWritten.memory().reader().counts().episodes());
            assertThat(anew.memory().reader().counts().pairs())
                    .isEqualTo(asWritten.memory().reader().counts().pairs());
            assertThat(anew.memory().figures().waiting()).isZero();
            if (forgets) {
                NaiveMemory expected = new NaiveMemory(other);
                never(admitted, other).forEach(line -> expected.apply(line.partition(), line.entry()));
                RetractionPropertyTest.assertIsAsIf(anew.memory(), expected, reference, other);
            } else {
                Agreement.assertAgrees(anew.memory(), reference, other);
            }
        }
    }

    /** Episodes of three partitions, some of them sent again soon or late. No two events have the same time in one context. */
    private static List<Line> log(long seed, boolean forgets) {
        SplittableRandom random = new SplittableRandom(~seed);
        List<Line> log = new ArrayList<>();
        Set<String> times = new HashSet<>();
        for (Line line : RandomLog.of(seed, new Shape(200, 20, Agreement.stepMs(random), 4, false))) {
            Episode episode = (Episode) line.entry();
            if (log.contains(line) || times.add(line.partition() + episode.atMs())) {
                log.add(line);
            }
            if (random.nextInt(10) == 0) {
                Line again = log.get(random.nextInt(log.size()));
                boolean isAlone = again.entry() instanceof Episode each && each.context() == null;
                log.add(
                        isAlone && !forgets && random.nextBoolean()
                                ? new Line("p" + random.nextInt(3), again.entry())
                                : again);
            }
            if (forgets && random.nextInt(20) == 0) {
                Line forget = new Line("p0", new Forget("c" + random.nextInt(20)));
                if (!log.contains(forget)) {
                    log.add(forget);
                }
            }
        }
        return log;
    }

    /** The log with retractions of what a memory had learned of it: whole contexts, in parts; and episodes without one, by hand. */
    private static List<Line> taken(
            List<Line> log, LearningSettings settings, SplittableRandom random, boolean byHand) {
        Fold fold = new Fold(settings, false);
        List<Line> all = new ArrayList<>();
        for (int i = 0; i < log.size(); i++) {
            Line line = log.get(i);
            boolean tooLarge = line.entry() instanceof Episode episode
                    && episode.activations().size() > settings.maxConcepts();
            all.add(line);
            if (!tooLarge) {
                fold.take(line);
            }
            if (random.nextInt(40) == 0) {
                List<String> keys = List.copyOf(fold.contexts.keySet());
                if (!keys.isEmpty()) {
                    for (Line part : parts(fold, keys.get(random.nextInt(keys.size())), random, byHand)) {
                        all.add(part);
                        fold.take(part);
                    }
                }
            }
            if (random.nextInt(12) == 0) {
                List<Own> alone = fold.alone.stream().filter(own -> !own.isGone).toList();
                if (!alone.isEmpty()) {
                    Own own = alone.get(random.nextInt(alone.size()));
                    String partition = byHand && random.nextInt(4) == 0 ? "p" + random.nextInt(3) : own.partition;
                    Line retraction = new Line(partition, new Retraction(null, List.of(own.learned.episode())));
                    all.add(retraction);
                    fold.take(retraction);
                }
            }
            // Of several partitions one may be read before the other in which it stands what it takes back.
            if (byHand && random.nextInt(20) == 0) {
                Line later = log.get(i + random.nextInt(log.size() - i));
                if (later.entry() instanceof Episode each && each.context() == null) {
                    Line early = new Line("p0", new Retraction(null, List.of(each)));
                    all.add(early);
                    fold.take(early);
                }
            }
        }
        return all;
    }

    /** As whoever looks up the context in the log writes it. */
    private static List<Line> parts(Fold fold, String key, SplittableRandom random, boolean byHand) {
        List<Own> own = fold.contexts.getOrDefault(key, List.of());
        List<Line> parts = new ArrayList<>();
        for (List<Own> run : runs(own.stream().filter(each -> !each.isGone).toList(), own, random)) {
            String id = byHand && random.nextInt(4) == 0
                    ? "by-hand-" + random.nextLong()
                    : Retraction.PART_ID + "%016x%016x".formatted(random.nextLong(), random.nextLong());
            parts.add(part(fold, own, run, id));
        }
        return parts;
    }

    /** Neighbours in the context that a retraction may name together: no retraction came between them. */
    private static List<List<Own>> runs(List<Own> chosen, List<Own> own, SplittableRandom random) {
        List<List<Own>> runs = new ArrayList<>();
        Own last = null;
        for (Own each : chosen) {
            boolean goesOn = last != null
                    && own.indexOf(each) == own.indexOf(last) + 1
                    && each.drops == last.drops
                    && random.nextInt(6) > 0;
            if (!goesOn) {
                runs.add(new ArrayList<>());
            }
            runs.get(runs.size() - 1).add(each);
            last = each;
        }
        return runs;
    }

    private static Line part(Fold fold, List<Own> own, List<Own> run, String id) {
        Own first = run.get(0);
        List<Learned> before = own.subList(0, own.indexOf(first)).stream()
                .filter(each -> each.drops == first.drops)
                .map(each -> each.learned)
                .toList();
        int from = Math.max(0, before.size() - fold.settings.maxSteps());
        return new Line(
                first.partition,
                new Retraction(
                        first.learned.episode().context(),
                        before.subList(from, before.size()),
                        run.stream().map(each -> each.learned).toList(),
                        id));
    }

    /** The same log as one of these settings would have been written: without what is not learned, and with retractions of what was. */
    private static List<Line> exact(List<Line> log, LearningSettings settings) {
        Fold fold = new Fold(settings, true);
        List<Line> exact = new ArrayList<>();
        SplittableRandom whole = new SplittableRandom(1);
        for (Line line : log) {
            if (line.entry() instanceof Retraction retraction) {
                List<Own> own = fold.ownOf(line.partition(), retraction);
                // As they stand before it is applied: its window is dropped by it.
                List<Own> found = fold.found(line.partition(), retraction);
                List<List<Own>> runs = retraction.context() == null ? List.of() : runs(found, own, whole);
                runs.forEach(run -> exact.add(part(fold, own, run, "x" + exact.size())));
                if (retraction.context() == null) {
                    found.forEach(
                            each -> exact.add(new Line(line.partition(), new Retraction(null, List.of(each.bare())))));
                }
                if (found.isEmpty() && retraction.context() != null) {
                    exact.addAll(dropping(line.partition(), retraction.context()));
                }
                fold.apply(line.partition(), retraction, found);
            } else if (fold.take(line)) {
                Episode bare = line.entry() instanceof Episode episode ? bare(episode) : null;
                exact.add(bare == null ? line : new Line(line.partition(), bare));
                if (bare != null && fold.latest != null && fold.latest.isGone) {
                    exact.add(new Line(line.partition(), new Retraction(null, List.of(bare))));
                }
            }
        }
        return exact;
    }

    /** What is learned of a log and not taken back, and in the place of the rest what moves the clocks. A window that is dropped is another's. */
    private static List<Line> never(List<Line> log, LearningSettings settings) {
        Fold fold = new Fold(settings, true);
        List<Line> learned = new ArrayList<>();
        List<Own> all = new ArrayList<>();
        for (Line line : log) {
            if (fold.take(line) && !(line.entry() instanceof Retraction)) {
                learned.add(line);
                all.add(line.entry() instanceof Episode ? fold.latest : null);
            }
        }
        List<Line> never = new ArrayList<>();
        List<Line> end = new ArrayList<>();
        for (int i = 0; i < learned.size(); i++) {
            Line line = learned.get(i);
            Own own = all.get(i);
            if (own == null || !(line.entry() instanceof Episode episode)) {
                never.add(line);
            } else if (own.isGone) {
                Episode nothing = new Episode(episode.atMs(), null, List.of(Activation.of("nothing")), 1, null);
                never.add(new Line(line.partition(), nothing));
                end.add(new Line(line.partition(), new Retraction(null, List.of(nothing))));
            } else {
                String context = episode.context() == null ? null : episode.context() + "#" + own.drops;
                never.add(new Line(
                        line.partition(),
                        new Episode(episode.atMs(), context, episode.activations(), episode.reward(), null)));
            }
        }
        never.addAll(end);
        return never;
    }

    /** What drops the window of a context and leaves nothing else: an episode that meets no other, taken back. */
    private static List<Line> dropping(String partition, String context) {
        Episode nothing = new Episode(0, context, List.of(Activation.of("nothing")), 1, null);
        return List.of(
                new Line(partition, nothing),
                new Line(partition, new Retraction(context, List.of(), List.of(new Learned(nothing, 0)), null)));
    }

    private static Episode bare(Episode episode) {
        return new Episode(episode.atMs(), episode.context(), episode.activations(), episode.reward(), null);
    }

    private static long middleMs(List<Line> log) {
        List<Long> times = log.stream()
                .filter(line -> line.entry() instanceof Episode)
                .map(line -> ((Episode) line.entry()).atMs())
                .sorted()
                .toList();
        return times.isEmpty() ? 0 : times.get(times.size() / 2);
    }

    private static LearningSettings settings(SplittableRandom random, LearningSettings of) {
        return with(
                with(of, "max-steps", Integer.toString(random.nextInt(8))),
                "max-concepts",
                Integer.toString(2 + random.nextInt(6)),
                "event-id-window",
                List.of("1ms", "1h", "1d", "10000d").get(random.nextInt(4)));
    }

    private static LearningSettings with(LearningSettings settings, String... changes) {
        Map<String, String> map = new LinkedHashMap<>(settings.toMap());
        for (int i = 0; i < changes.length; i += 2) {
            map.put(changes[i], changes[i + 1]);
        }
        return LearningSettings.parse(map);
    }

    /** An episode that was learned. */
    private static final class Own {
        final String partition;
        final Learned learned;
        final int drops;

        /** It came after one of its concepts was forgotten, and its time is before that. */
        final boolean isLate;

        boolean isGone;

        Own(String partition, Learned learned, int drops, boolean isLate) {
            this.partition = partition;
            this.learned = learned;
            this.drops = drops;
            this.isLate = isLate;
        }

        Episode bare() {
            return LedgerPropertyTest.bare(learned.episode());
        }
    }

    /** Which episodes a memory learns, and which of them it takes back. */
    private static final class Fold {
        final LearningSettings settings;
        final Map<String, List<Own>> contexts = new HashMap<>();
        final List<Own> alone = new ArrayList<>();
        final Map<String, Long> clocks = new HashMap<>();
        final Map<String, Long> ids = new HashMap<>();
        final Map<String, Integer> drops = new HashMap<>();

        /** Without a context, in which partitions retractions stand that have found nothing. */
        final Map<Episode, List<String>> debts = new HashMap<>();

        /** Concepts that fired since they were forgotten, and how far the watermark was when others were. */
        final Set<String> known = new HashSet<>();

        final Map<String, Long> forgottenMs = new HashMap<>();
        long watermarkMs;

        /** The last that was learned. */
        @Nullable
        Own latest;

        /** Whether it learns a log anew that another memory had learned live. */
        final boolean isAnew;

        Fold(LearningSettings settings, boolean isAnew) {
            this.settings = settings;
            this.isAnew = isAnew;
        }

        boolean take(Line line) {
            if (line.entry() instanceof Episode episode) {
                return learn(line.partition(), episode);
            }
            if (line.entry() instanceof Forget forget && known.remove(forget.concept())) {
                forgottenMs.put(forget.concept(), watermarkMs);
            }
            if (line.entry() instanceof Retraction retraction) {
                apply(line.partition(), retraction, found(line.partition(), retraction));
            }
            return true;
        }

        private boolean learn(String partition, Episode episode) {
            long clockMs = Math.max(clocks.getOrDefault(partition, 0L), episode.atMs());
            if (episode.eventId() != null && settings.eventIdWindowMs() > 0) {
                Long seenMs = ids.get(partition + episode.eventId());
                if (seenMs != null && clockMs - seenMs <= settings.eventIdWindowMs()) {
                    return false;
                }
                ids.put(partition + episode.eventId(), clockMs);
            }
            clocks.put(partition, clockMs);
            watermarkMs = Math.max(watermarkMs, episode.atMs());
            boolean isLate = false;
            for (Activation activation : episode.activations()) {
                known.add(activation.concept());
                isLate |= episode.atMs() <= forgottenMs.getOrDefault(activation.concept(), -1L);
            }
            String key = key(partition, episode.context());
            if (episode.context() == null) {
                latest = new Own(partition, Learned.of(episode), 0, isLate);
                alone.add(latest);
                latest.isGone = isOwed(partition, bare(episode));
            } else {
                latest = new Own(partition, new Learned(episode, clockMs), drops.getOrDefault(key, 0), isLate);
                contexts.computeIfAbsent(key, k -> new ArrayList<>()).add(latest);
            }
            return true;
        }

        List<Own> ownOf(String partition, Retraction retraction) {
            return retraction.context() == null
                    ? alone
                    : contexts.getOrDefault(key(partition, retraction.context()), List.of());
        }

        /** What it means of that which was learned. */
        List<Own> found(String partition, Retraction retraction) {
            List<Own> there = ownOf(partition, retraction).stream()
                    .filter(own -> !own.isGone)
                    .toList();
            List<Episode> named = retraction.episodes();
            if (retraction.context() == null) {
                List<Own> alike = there.stream()
                        .filter(own -> own.bare().equals(bare(named.get(0))))
                        .toList();
                List<Own> here = alike.stream()
                        .filter(own -> own.partition.equals(partition))
                        .toList();
                List<Own> meant = here.isEmpty() ? alike : here;
                return meant.isEmpty() ? List.of() : List.of(meant.get(meant.size() - 1));
            }
            // Whoever learns anew knows that a part is of a command that forgets all of the context.
            Map<Episode, Long> left = new HashMap<>();
            named.forEach(episode -> left.merge(bare(episode), 1L, Long::sum));
            // Of those alike the last that came late, or else the first.
            List<Own> asMeant = new ArrayList<>();
            there.stream().filter(own -> own.isLate).forEach(own -> asMeant.add(0, own));
            there.stream().filter(own -> !own.isLate).forEach(asMeant::add);
            Set<Own> found = new HashSet<>();
            for (Own own : asMeant) {
                if (left.getOrDefault(own.bare(), 0L) > 0) {
                    left.merge(own.bare(), -1L, Long::sum);
                    found.add(own);
                }
            }
            if (isAnew && retraction.isPart()) {
                found.addAll(there);
            }
            return there.stream().filter(found::contains).toList();
        }

        /** Whether it was taken back before it was read, in another partition: in its own it is certain what came first. */
        private boolean isOwed(String partition, Episode episode) {
            List<String> standing = debts.getOrDefault(episode, List.of());
            for (String each : standing) {
                if (!each.equals(partition)) {
                    standing.remove(each);
                    return true;
                }
            }
            return false;
        }

        void apply(String partition, Retraction retraction, List<Own> found) {
            if (retraction.context() != null) {
                drops.merge(key(partition, retraction.context()), 1, Integer::sum);
            } else if (found.isEmpty()) {
                debts.computeIfAbsent(bare(retraction.episodes().get(0)), key -> new ArrayList<>())
                        .add(partition);
            }
            for (Own own : found) {
                own.isGone = true;
                if (own.learned.episode().eventId() != null) {
                    ids.remove(partition + own.learned.episode().eventId());
                }
            }
        }

        private static String key(String partition, @Nullable String context) {
            return partition + '/' + context;
        }
    }
}
