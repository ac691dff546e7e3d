package io.synfire.ingest.file;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.event.Stretch;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.file.Turns.Turn;
import io.synfire.ingest.forget.ContextLives;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import io.synfire.ingest.replay.TakenBack;
import io.synfire.ingest.replay.Until;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
    private final LineDecoder decoder;

    EarlierTurns(Engine engine, Path commands, Path deadLetters, Turns turns, Decoding decoding) {
        this.engine = engine;
        this.commands = commands;
        this.deadLetters = deadLetters;
        this.turns = turns;
        this.decoding = decoding;
        this.decoder = new LineDecoder(engine.view().settings(), decoding.mapping(), decoding.limits());
    }

    /** How many records of the commands' file the memory has learned, wherever that file was then. */
    long learnedCommands() throws IOException {
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
        return own.stream().mapToLong(Known::records).max().orElse(0);
    }

    /**
     * Learns what comes before the commands that the memory has not learned.
     *
     * @param learned how many it has
     * @param count how many there are
     * @param given files that others may be found in under other names than they had
     * @throws ReplacedFileException if a file is gone, or is another; then nothing is learned
     * @throws IllegalStateException if nobody knows what comes before, and they take back what was not learned
     */
    void learn(long learned, long count, List<Path> given) throws IOException {
        if (learned >= count) {
            return;
        }
        List<Stretch> stretches = files().stretches();
        Turn turn = turns.last(count);
        int same = turn == null ? 0 : Turns.same(turn.stretches(), stretches);
        if (turn != null && same == turn.stretches().size()) {
            return;
        }
        if (turn == null || same < stretches.size()) {
            requireNoStrangers(learned);
            return;
        }
        learn(turn, same, given);
    }

    private void learn(Turn turn, int from, List<Path> given) throws IOException {
        Set<String> unlearned = new LinkedHashSet<>();
        turn.stretches().subList(from, turn.stretches().size()).forEach(stretch -> unlearned.add(stretch.sourceId()));
        List<Position> goal = new ArrayList<>();
        List<Position> stayed = new ArrayList<>();
        List<Known> missing = new ArrayList<>();
        for (Known known : Known.of(turn.positions())) {
            if (unlearned.contains(known.id())) {
                Known found = found(known, given);
                if (found == null) {
                    missing.add(known);
                } else {
                    goal.add(found.position());
                }
            } else if (Beginnings.holds(known)) {
                // It may have been renamed since.
                stayed.add(known.position());
            }
        }
        if (!missing.isEmpty()) {
            throw ReplacedFileException.toLearnFirst(missing, commands);
        }
        LOG.warn(
                "files are learned first, as far as they had been when something was forgotten that this memory has not: commands={} files={}",
                commands,
                goal.stream()
                        .map(position -> position.source() + " records " + position.nextOffset())
                        .toList());
        try (DeadLetterFile rejects = new DeadLetterFile(deadLetters)) {
            ReplayOptions options = new ReplayOptions(Until.always(), false, NO_CHECKPOINT, TakenBack.AS_NAMED);
            boolean unused = new FileReplay(
                            engine,
                            decoding.mapping(),
                            decoding.limits(),
                            options,
                            rejects,
                            goal,
                            turn.stretches(),
                            beside -> {},
                            true)
                    .learn(ReplayWatch.NONE);
            engine.apply(new Batch(FileRun.PARTITION, List.of(), stayed, 0));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while files were learned before what forgets", e);
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

    /** Refuses commands that would take back what was not learned: nobody would put that right. */
    private void requireNoStrangers(long learned) throws IOException {
        Map<Long, Entry> entries = entries(learned);
        Map<String, ContextLives> lives = new LinkedHashMap<>();
        for (Entry entry : entries.values()) {
            if (entry instanceof Retraction retraction && retraction.context() != null) {
                lives.putIfAbsent(retraction.context(), lives(retraction.context(), Set.of()));
            }
        }
        boolean isCertain = lives.isEmpty();
        while (!isCertain) {
            files().scan((position, record, entry) ->
                    lives.values().forEach(each -> each.take(position.sourceId(), record, entry)));
            isCertain = lives.values().stream().allMatch(ContextLives::isCertain);
            if (!isCertain) {
                lives.replaceAll((context, each) -> lives(context, each.eventIds()));
            }
        }
        lives.forEach((context, each) -> {
            long before = each.strangers();
            entries.forEach((record, entry) -> each.take("", record, entry));
            if (each.strangers() > before) {
                throw new IllegalStateException(
                        "commands take back what this memory has not learned, and nobody has written down what had been learned"
                                + " when they were appended. Nothing was learned. Move their file away, learn the files as they"
                                + " were then, and put it back: file=" + commands + " context=" + context + " episodes="
                                + (each.strangers() - before));
            }
        });
    }

    private ContextLives lives(String context, Set<String> eventIds) {
        Map<String, Long> learnedAnew = new HashMap<>();
        engine.view().learnedAnew().forEach(position -> learnedAnew.put(position.sourceId(), position.nextOffset()));
        return new ContextLives(context, engine.view().settings(), learnedAnew, eventIds);
    }

    /** The commands from one on; those that are none become dead letters when they are learned. */
    private Map<Long, Entry> entries(long from) throws IOException {
        Map<Long, Entry> entries = new TreeMap<>();
        String source = Known.source(commands);
        RecordTimes times = new RecordTimes(-1, 0);
        try (InputStream input = Files.newInputStream(commands)) {
            LineReader lines = new LineReader(input, LineDecoder.LINE_BYTES_MAX);
            long record = 0;
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                if (record >= from && !LineDecoder.isBlank(line)) {
                    LineRecord value = LineRecord.of(line, lines.wasTooLong(), source, "", record, times);
                    try {
                        entries.put(record, decoder.entry(value, RecordLimits.AT_MS_MAX));
                    } catch (MalformedRecordException e) {
                        LOG.debug("no command: file={} record={}", commands, record, e);
                    }
                }
                record++;
            }
        }
        return entries;
    }

    private LearnedFiles files() throws IOException {
        return new LearnedFiles(
                new DataLog(List.of(commands, deadLetters)).found(engine.positions()),
                engine.view().stretches(),
                engine.view().settings(),
                decoding.mapping(),
                decoding.limits());
    }
}
