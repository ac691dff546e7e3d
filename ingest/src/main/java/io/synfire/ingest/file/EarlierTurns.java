package io.synfire.ingest.file;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.file.Continuation.Untimed;
import io.synfire.ingest.file.FileReplay.AsItWas;
import io.synfire.ingest.file.Turns.Turn;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import io.synfire.ingest.replay.TakenBack;
import io.synfire.ingest.replay.Until;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings an older memory that was put back to where it was when the last commands were appended that forget: what it had learned of files
 * since, and the commands before these, in the turns in which they were learned. Nothing is stored on the way, so that nobody sees what was
 * forgotten, unless the memory runs short. One thread at a time, which is the engine's writer.
 */
final class EarlierTurns {

    /** What lies between a record and the command that takes it back is one checkpoint, with what follows. */
    private static final Duration NO_CHECKPOINT = Duration.ofDays(365);

    private static final Logger LOG = LoggerFactory.getLogger(EarlierTurns.class);

    private final Engine engine;
    private final Path commands;
    private final Path deadLetters;
    private final Turns turns;
    private final Decoding decoding;
    private final UntimedRecords untimed;
    private final Strangers strangers;

    EarlierTurns(Engine engine, Path commands, Path deadLetters, Turns turns, Decoding decoding) {
        this.engine = engine;
        this.commands = commands;
        this.deadLetters = deadLetters;
        this.turns = turns;
        this.decoding = decoding;
        LineDecoder decoder = new LineDecoder(engine.view().settings(), decoding.mapping(), decoding.limits());
        this.untimed = new UntimedRecords(decoder);
        this.strangers = new Strangers(engine, commands, decoder);
    }

    /** How many records of the commands' file the memory has learned, wherever that file was then. */
    long learnedCommands() throws IOException {
        return ownCommands().stream().mapToLong(Known::records).max().orElse(0);
    }

    private List<Known> ownCommands() throws IOException {
        String source = Known.source(commands);
        List<Known> all = Known.of(engine.positions());
        List<Known> own =
                all.stream().filter(known -> known.source().equals(source)).toList();
        if (own.isEmpty()) {
            // The data directory may have been moved.
            own = Beginnings.of(commands, Beginnings.possible(commands, all)).stream()
                    .map(Beginnings.Beginning::known)
                    .toList();
        }
        return own;
    }

    /**
     * Learns what comes before the commands that the memory has not learned.
     *
     * @param learned how many it has
     * @param count how many there are
     * @param given files that others may be found in under other names than they had
     * @throws ReplacedFileException if a file is gone, or is another; then nothing is learned
     * @throws IllegalStateException if the memory has learned other than what comes before, or if nobody knows what that is, and they take
     *     back what was not learned
     */
    void learn(long learned, long count, List<Path> given) throws IOException {
        if (learned >= count) {
            return;
        }
        List<Stretch> stretches = files().stretches();
        Turn turn = turns.last(count);
        LearnedAnew ownAnew = engine.view().learnedAnew();
        if (turn == null) {
            strangers.requireNone(files(), learned, learned, ownAnew);
            return;
        }
        if (learned > turn.commands() || learned >= turn.end()) {
            // It had learned what comes before when it learned the first of them; who was killed then learned nothing
            // since.
            if (learned == turn.commands() || !isLastOfCommands(stretches)) {
                strangers.requireNone(files(), learned, learned, ownAnew);
            }
            return;
        }
        LearnedBy by = turn.learnedBy();
        if (by != null) {
            requireSameSettings(by);
        }
        Map<String, Known> own = own();
        Continuation left = Continuation.of(stretches, turn.stretches(), id -> latestMs(own.get(id)));
        if (left == null) {
            throw otherTurns("other records, or in another order");
        }
        if (by != null) {
            requireSameWay(by, left);
        }
        learn(turn, left, own, stretches, count, given);
    }

    private Map<String, Known> own() {
        Map<String, Known> own = new HashMap<>();
        Known.of(engine.positions()).forEach(known -> own.put(known.id(), known));
        return own;
    }

    private static long latestMs(@Nullable Known known) {
        return known == null ? -1 : known.mark().latestMs();
    }

    private boolean isLastOfCommands(List<Stretch> stretches) throws IOException {
        String last =
                stretches.isEmpty() ? "" : stretches.get(stretches.size() - 1).sourceId();
        return ownCommands().stream().anyMatch(known -> known.id().equals(last));
    }

    private boolean isNew() {
        return engine.positions().isEmpty() && engine.view().watermarkMs() == 0;
    }

    /** What forgets names what was learned by the settings of then. By others more or less of it is. */
    private void requireSameSettings(LearnedBy by) {
        if (by.settings().learnsTheSame(engine.view().settings())) {
            return;
        }
        Map<String, String> now = engine.view().settings().toMap();
        StringBuilder given = new StringBuilder();
        by.settings().toMap().forEach((key, value) -> {
            if (!value.equals(now.get(key))) {
                given.append(" --set ").append(key).append('=').append(value);
            }
        });
        throw new IllegalStateException(
                "something was forgotten in a memory of other learning settings, and the commands name what that one had learned."
                        + " Nothing was learned. "
                        + (isNew()
                                ? "Learn"
                                : "Restore a backup of that memory; or move the store out of the data directory and learn")
                        + " by its settings, and rebuild by others:" + given + " commands=" + commands);
    }

    /** Of a log that was learned anew only a memory that begins can learn it so, too, and only what lies in files. */
    private void requireSameWay(LearnedBy by, Continuation left) {
        if (isNew() && !by.hasTopic()) {
            return;
        }
        if (isNew()) {
            throw new IllegalStateException(
                    "the memory in which something was forgotten had learned its topic anew, which is not done while files are learned."
                            + " Nothing was learned. Put its store back, or a backup; without one move the commands and "
                            + FileForgetter.TURNS
                            + " out of the data directory, too, learn, and forget again what is to be forgotten: commands="
                            + commands);
        }
        LearnedBy own = new LearnedBy(engine.view().settings(), engine.view().learnedAnew());
        if (!own.isSame(by, left::name)) {
            throw otherTurns(
                    "that memory had learned its log anew by a rebuild, and this one has not, or other parts of it");
        }
    }

    /** The memory cannot become what another was when something was forgotten. */
    private IllegalStateException otherTurns(String difference) {
        return new IllegalStateException(
                "before something was forgotten, the files had been learned in other turns than this memory has learned them, and it has not"
                        + " forgotten that yet: " + difference
                        + ". Nothing was learned. Restore an older backup; or move the store out of"
                        + " the data directory: then `learn`, with the same settings, learns the files anew, in those turns: commands="
                        + commands);
    }

    private void learn(
            Turn turn, Continuation left, Map<String, Known> own, List<Stretch> stretches, long count, List<Path> given)
            throws IOException {
        Set<String> unlearned = new LinkedHashSet<>();
        left.rest().forEach(stretch -> unlearned.add(stretch.sourceId()));
        List<Known> all = Known.of(turn.positions()).stream()
                .map(known -> known.named(left.name(known.id())))
                .toList();
        List<Known> goal = new ArrayList<>();
        List<Position> stayed = new ArrayList<>();
        List<Known> missing = new ArrayList<>();
        for (Known known : all) {
            Known before = own.get(known.id());
            if (unlearned.contains(known.id())) {
                Known found = found(known, given);
                if (found == null) {
                    missing.add(known);
                } else {
                    requireBegins(found, before);
                    goal.add(found);
                }
            } else if (before != null) {
                requireSame(known, before, given);
                if (Beginnings.holds(known)) {
                    // It may have been renamed since.
                    stayed.add(known.position());
                }
            }
        }
        if (!missing.isEmpty()) {
            throw ReplacedFileException.toLearnFirst(missing, commands);
        }
        requireSameLetters(left, all);
        requireSameTimes(left, own, stretches, given);
        List<Stretch> whole = new ArrayList<>(stretches);
        whole.addAll(left.rest());
        LearnedAnew anew = turn.learnedBy() == null
                ? LearnedAnew.nothing()
                : turn.learnedBy().anew();
        if (turn.end() < count) {
            Map<String, Known> then = new HashMap<>(own);
            goal.forEach(known -> then.put(known.id(), known));
            List<Position> positions =
                    then.values().stream().map(Known::position).toList();
            strangers.requireNone(
                    files(positions, whole),
                    turn.commands(),
                    turn.end(),
                    isNew() ? anew : engine.view().learnedAnew());
        }
        if (left.rest().isEmpty()) {
            return;
        }
        LOG.warn(
                "files are learned first, as far as they had been when something was forgotten that this memory has not: commands={} files={}",
                commands,
                goal.stream()
                        .map(known -> known.source() + " records " + known.records())
                        .toList());
        try (DeadLetterFile rejects = new DeadLetterFile(deadLetters)) {
            if (isNew() && !anew.upTo().isEmpty()) {
                learnAnew(anew, goal, whole, rejects);
            }
            boolean unused = replay(TakenBack.AS_NAMED, goal, whole, rejects, AsItWas.WHOLE)
                    .learn(ReplayWatch.NONE);
            engine.apply(new Batch(FileRun.PARTITION, List.of(), stayed, 0));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while files were learned before what forgets", e);
        }
    }

    /** What a rebuild had learned, as it had: of what retractions name it took back what it had learned. */
    private void learnAnew(LearnedAnew anew, List<Known> goal, List<Stretch> whole, DeadLetterFile rejects)
            throws IOException, InterruptedException {
        Map<String, Known> found = new HashMap<>();
        goal.forEach(known -> found.put(known.id(), known));
        List<Known> upTo = Known.of(anew.upTo()).stream()
                .filter(known -> known.records() > 0)
                .map(known -> {
                    Known there = found.get(known.id());
                    return there == null ? known : known.at(there.source());
                })
                .toList();
        AsItWas asItWas = anew.hasLeftOut() ? AsItWas.WITH_SOME_LEFT_OUT : AsItWas.WHOLE;
        FileReplay replay = replay(TakenBack.AS_LEARNED, upTo, whole, rejects, asItWas);
        replay.requireFiles();
        engine.takeBackWhatIsLearned(replay.retracted(Map.of()));
        boolean unused = replay.learn(ReplayWatch.NONE);
        engine.takeBackWhatIsNamed(anew.hasLeftOut());
    }

    private FileReplay replay(
            TakenBack takenBack, List<Known> goal, List<Stretch> whole, DeadLetterFile rejects, AsItWas asItWas) {
        return new FileReplay(
                engine,
                decoding.mapping(),
                decoding.limits(),
                new ReplayOptions(Until.always(), false, NO_CHECKPOINT, takenBack),
                rejects,
                goal.stream().map(Known::position).toList(),
                whole,
                beside -> {},
                asItWas,
                BatchGauge.Size.MAX);
    }

    /** Refuses a file of which the memory has learned what is not there. */
    private void requireBegins(Known found, @Nullable Known before) throws IOException {
        if (before != null
                && Beginnings.of(found.path(), List.of(before.at(found.source())))
                        .isEmpty()) {
            throw otherTurns("file=" + found.path() + " had other records");
        }
    }

    /** Refuses a file of which the memory has learned as many records, and others. */
    private void requireSame(Known known, Known before, List<Path> given) throws IOException {
        FileMark one = known.mark();
        FileMark other = before.mark();
        if (one.bytes() != other.bytes() || !one.sha256().equals(other.sha256())) {
            Known found = found(known, given);
            if (found == null) {
                throw otherTurns("file=" + known.path() + " had other records");
            }
            requireBegins(found, before);
        }
    }

    /** Refuses dead letters to come of a file that they call otherwise than the memory does: nobody would find their records. */
    private void requireSameLetters(Continuation left, List<Known> all) throws IOException {
        Set<String> letters = new HashSet<>();
        all.stream().filter(known -> known.mark().isLetters()).forEach(known -> letters.add(known.id()));
        Set<String> renamed = new HashSet<>();
        left.names().forEach((other, name) -> {
            if (!other.equals(name) && !letters.contains(name)) {
                renamed.add(name);
            }
        });
        ownCommands().forEach(known -> renamed.remove(known.id()));
        for (Stretch stretch : left.rest()) {
            String id = stretch.sourceId();
            boolean isNamed = letters.contains(id)
                    || (renamed.contains(id) && !stretch.unlearned().isEmpty());
            if (!renamed.isEmpty() && isNamed) {
                throw otherTurns("dead letters name a file that this memory had learned before");
            }
        }
    }

    /** Refuses records that say no time, and got another: what takes them back names that one. */
    private void requireSameTimes(Continuation left, Map<String, Known> own, List<Stretch> stretches, List<Path> given)
            throws IOException {
        Map<String, List<Untimed>> byFile = new LinkedHashMap<>();
        left.untimed().forEach(each -> byFile.computeIfAbsent(each.id(), id -> new ArrayList<>())
                .add(each));
        for (Map.Entry<String, List<Untimed>> each : byFile.entrySet()) {
            Known known = own.get(each.getKey());
            Known found = known == null ? null : found(known, given);
            Set<Long> unlearned = new HashSet<>();
            stretches.stream()
                    .filter(stretch -> stretch.sourceId().equals(each.getKey()))
                    .forEach(stretch -> unlearned.addAll(stretch.unlearned()));
            if (found == null || untimed.haveOtherTimes(found, each.getValue(), unlearned)) {
                throw otherTurns(
                        "records that say no time had got another" + (known == null ? "" : ": file=" + known.path()));
            }
        }
    }

    /** Where a file is now: where it was, where the memory knows it, among those that are given, or beside where it was. */
    private @Nullable Known found(Known known, List<Path> given) throws IOException {
        Set<Path> places = new LinkedHashSet<>();
        places.add(known.path());
        for (Known each : Known.of(engine.positions())) {
            if (each.id().equals(known.id())) {
                places.add(each.path());
            }
        }
        places.add(commands);
        places.add(deadLetters);
        places.addAll(given);
        Known found = among(known, places);
        return found == null ? among(known, beside(known.path())) : found;
    }

    private static @Nullable Known among(Known known, Iterable<Path> places) throws IOException {
        for (Path place : places) {
            if (Files.isRegularFile(place) && Files.isReadable(place)) {
                Known there = known.at(Known.source(place));
                if (!Beginnings.possible(place, List.of(there)).isEmpty() && Beginnings.holds(there)) {
                    return there;
                }
            }
        }
        return null;
    }

    private static List<Path> beside(Path file) throws IOException {
        Path directory = file.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    private LearnedFiles files() throws IOException {
        return files(engine.positions(), engine.view().stretches());
    }

    private LearnedFiles files(List<Position> positions, List<Stretch> stretches) throws IOException {
        return new LearnedFiles(
                new DataLog(List.of(commands, deadLetters)).found(positions),
                stretches,
                engine.view().settings(),
                decoding.mapping(),
                decoding.limits());
    }
}
