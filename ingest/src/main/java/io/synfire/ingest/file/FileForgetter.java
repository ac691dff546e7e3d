package io.synfire.ingest.file;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Retraction;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.forget.ContextLives;
import io.synfire.ingest.forget.ForgetReceipt;
import io.synfire.ingest.forget.ForgetReceipt.Appended;
import io.synfire.ingest.forget.ForgetReceipt.Search;
import io.synfire.ingest.forget.RetractionParts;
import io.synfire.ingest.forget.RetractionParts.Part;
import io.synfire.ingest.forget.Unreadable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Unlearns what was learned from files: what takes it back is appended to a file of its own, which is learned at once, like any other,
 * and stays part of the log. Files that were read are read again, as far as they were learned. What an earlier run had appended when it
 * was killed is learned first, and counts. One thread at a time, which is the engine's writer.
 */
public final class FileForgetter {

    /** The name of the file, beside that of the commands, that says what had been learned of files when commands were appended. */
    public static final String TURNS = "turns.jsonl";

    /** Commands are few: what they do is written at their end. */
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(FileForgetter.class);

    private final Engine engine;
    private final Path commands;
    private final Path deadLetters;
    private final Turns turns;
    private final EarlierTurns earlier;
    private final FileLearner learner;
    private final Decoding decoding;
    private String commandsId = "";
    private @Nullable LearnSummary last;

    /** What an earlier run appended, by record: it was killed before the memory had learned that. */
    private static final class Unfinished {
        final long from;
        final Map<Long, Retraction> parts = new TreeMap<>();

        Unfinished(long from) {
            this.from = from;
        }
    }

    /**
     * A forgetter.
     *
     * @param engine what forgets
     * @param commands the file that retractions are appended to
     * @param deadLetters the file that rejected lines are appended to
     * @param decoding how lines become entries
     */
    public FileForgetter(Engine engine, Path commands, Path deadLetters, Decoding decoding) {
        this.engine = engine;
        this.commands = commands;
        this.deadLetters = deadLetters;
        this.learner = new FileLearner(
                engine,
                deadLetters,
                decoding.mapping(),
                decoding.limits(),
                CHECKPOINT_INTERVAL,
                InstantSource.system());
        this.decoding = decoding;
        this.turns = new Turns(commands.resolveSibling(TURNS));
        this.earlier = new EarlierTurns(engine, commands, deadLetters, turns, decoding);
    }

    /**
     * Whether anything was learned from files.
     *
     * @param positions how far the sources were read
     * @return true if one of them is a file
     */
    public static boolean hasFiles(List<Position> positions) {
        return positions.stream().anyMatch(Known::isFile);
    }

    /**
     * The identity of the file that retractions are appended to, by which dead letters name it.
     *
     * @return it, or empty if nothing of such a file was learned
     */
    public String commandsId() {
        return commandsId;
    }

    /**
     * Learns commands that were appended and that the memory has not learned: it is an older one that was put back, or whoever appended them
     * was killed. An older one learns the files first, as far as they had been learned when the last of these commands were appended, and
     * commands and files in the turns in which they were learned then: so it is what it was at that moment. To be called before anything else
     * is learned. Says so, in the log.
     *
     * @param given files that learned ones may be found in which are not where they were
     * @return how many records of the commands' file the memory had learned before
     * @throws ReplacedFileException if a file that has to be read was replaced, cut short or removed since it was learned
     * @throws IllegalStateException if commands take back what the memory has not learned, and it is not known what came before them
     * @throws IOException if a file cannot be read
     */
    public long learnEarlier(List<Path> given) throws IOException {
        if (!Files.exists(commands)) {
            return 0;
        }
        requireCommands();
        cutOffUnfinished();
        long learnedBefore = earlier.learnedCommands();
        earlier.learn(learnedBefore, count(), given);
        var unused = learn();
        LearnSummary learned = last;
        if (learned != null && learned.records() > 0) {
            LOG.warn(
                    "what was appended to forget, and the memory had not learned, is learned first: file={} from={} commands={} rejected={}",
                    commands,
                    learnedBefore,
                    learned.commands(),
                    learned.rejected());
        }
        return learnedBefore;
    }

    /**
     * Takes back all that files say of a context.
     *
     * @param context its key
     * @return what that removed, with what an earlier run had appended that was killed before the memory learned it
     * @throws ReplacedFileException if a file was replaced, cut short or removed since it was learned; then nothing is taken back
     * @throws IllegalStateException if a record was learned and cannot be read any more; then nothing is taken back
     * @throws IOException if one cannot be read
     */
    public ForgetReceipt forgetContext(String context) throws IOException {
        // Also says where the commands are now, if the data directory was moved.
        Unfinished unfinished = new Unfinished(learnEarlier(List.of()));
        List<String> searched = files().positions().stream()
                .map(position -> position.source() + ", records 0 to " + position.nextOffset())
                .toList();
        ContextLives lives = lives(context, unfinished);
        List<Part> parts = new RetractionParts(decoding, LineDecoder.LINE_BYTES_MAX).of(lives);
        List<Retraction> retractions = new ArrayList<>(unfinished.parts.values());
        List<Appended> appended = new ArrayList<>();
        for (Map.Entry<Long, Retraction> part : unfinished.parts.entrySet()) {
            appended.add(appended(part.getKey(), String.valueOf(part.getValue().eventId())));
        }
        List<Line> lines = new ArrayList<>();
        long left = 0;
        for (Part part : parts) {
            Retraction retraction = part.retraction();
            String eventId = String.valueOf(retraction.eventId());
            boolean isRepeated = engine.knowsCommand(FileRun.PARTITION, eventId);
            lines.add(new Line(part.json(), eventId, isRepeated));
            if (isRepeated) {
                left += retraction.takenBack().size();
            } else {
                retractions.add(retraction);
            }
        }
        appended.addAll(append(lines));
        ForgetReceipt receipt = new ForgetReceipt(
                ForgetReceipt.removed(
                        retractions, engine.view().settings(), engine.view().watermarkMs()),
                new Search(searched, List.of()),
                appended,
                left,
                lives.strangers());
        learn();
        return receipt;
    }

    /**
     * Forgets a concept.
     *
     * @param concept its id
     * @return where the command is
     * @throws IOException if it cannot be written
     */
    public List<Appended> forgetConcept(String concept) throws IOException {
        // Not behind it: what was forgotten earlier comes first.
        var unused = learnEarlier(List.of());
        requireCommands();
        Forget forget = new Forget(concept, Map.of(), "forget-" + UUID.randomUUID());
        byte[] json = new JsonEpisodeCodec().encode(forget);
        List<Appended> appended = append(List.of(new Line(json, String.valueOf(forget.eventId()), false)));
        learn();
        return appended;
    }

    /** A command to append. */
    private static final class Line {
        final byte[] json;
        final String eventId;
        final boolean isRepeated;

        Line(byte[] json, String eventId, boolean isRepeated) {
            this.json = json;
            this.eventId = eventId;
            this.isRepeated = isRepeated;
        }
    }

    private LearnedFiles files() throws IOException {
        return new LearnedFiles(
                new DataLog(List.of(commands, deadLetters)).found(engine.positions()),
                engine.view().stretches(),
                engine.view().settings(),
                decoding.mapping(),
                decoding.limits());
    }

    /** An event may have been sent twice, also to another context: who was first decides what was learned. */
    private ContextLives lives(String context, Unfinished unfinished) throws IOException {
        LearnedAnew learnedAnew = engine.view().learnedAnew();
        ContextLives lives = new ContextLives(context, engine.view().settings(), learnedAnew, Set.of());
        scan(lives, context, unfinished);
        while (!lives.isCertain()) {
            lives = new ContextLives(context, engine.view().settings(), learnedAnew, lives.eventIds());
            scan(lives, context, unfinished);
        }
        return lives;
    }

    private void scan(ContextLives lives, String context, Unfinished unfinished) throws IOException {
        unfinished.parts.clear();
        Unreadable unreadable = new Unreadable(context);
        files().scan(new LearnedFiles.Visitor() {
            @Override
            public void entry(Position position, long record, Entry entry) {
                boolean counts = lives.take(position.identity(), record, entry);
                boolean isUnfinished = position.sourceId().equals(commandsId) && record >= unfinished.from;
                if (counts && isUnfinished && entry instanceof Retraction part && context.equals(part.context())) {
                    unfinished.parts.put(record, part);
                }
            }

            @Override
            public void unreadable(Position position, long record, byte[] line, String reason) {
                unreadable.add(position.source() + " record " + record, null, line, reason);
            }
        });
        unreadable.requireNone();
    }

    /** Refuses a log of commands that is not the one that was learned, and to begin a new one where that is gone. */
    private void requireCommands() throws IOException {
        String source = Known.source(commands);
        for (Known known : Known.of(engine.positions())) {
            if (known.source().equals(source) && !Beginnings.holds(known)) {
                throw ReplacedFileException.ofCommands(known);
            }
        }
    }

    /**
     * Writes down, beside the commands, what was learned of files by now, and how, unless that is there: the commands were learned anew, and
     * nobody else knows it once the store is gone. To be called when all commands are learned.
     *
     * @throws IllegalStateException if what is there is damaged
     * @throws IOException if it cannot be written
     */
    public void keepTurns() throws IOException {
        if (!Files.exists(commands)) {
            return;
        }
        long records = count();
        Turns.Turn last = turns.last(records);
        LearnedBy by = learnedBy();
        LearnedBy then = last == null ? null : last.learnedBy();
        if (last == null || last.end() != records || then == null || !then.isSame(by, id -> id)) {
            turns.append(records, 0, files().positions(), files().stretches(), by);
        }
    }

    private LearnedBy learnedBy() throws IOException {
        LearnedAnew anew = engine.view().learnedAnew();
        DataLog log = new DataLog(List.of(commands, deadLetters));
        return new LearnedBy(engine.view().settings(), new LearnedAnew(log.found(anew.upTo()), anew.hasLeftOut()));
    }

    /** How many records there are. */
    private long count() throws IOException {
        long records = 0;
        try (InputStream input = Files.newInputStream(commands)) {
            LineReader lines = new LineReader(input, LineDecoder.LINE_BYTES_MAX);
            while (lines.next() != null) {
                records++;
            }
        }
        return records;
    }

    /** Learns what was appended and not learned; returns from which record on that was. */
    private long learn() throws IOException {
        if (!Files.exists(commands)) {
            return 0;
        }
        cutOffUnfinished();
        LearnSummary learned = learner.learnCommands(commands);
        last = learned;
        String id = learned.sourceId();
        commandsId = id == null ? "" : id;
        return learned.learnedBefore();
    }

    /**
     * Takes half a command away, whose writer was killed. Nothing of it was learned, and with an end it would be a dead letter that names
     * what is to be forgotten.
     */
    private void cutOffUnfinished() throws IOException {
        long whole = -1;
        try (InputStream input = Files.newInputStream(commands)) {
            LineReader lines = new LineReader(input, LineDecoder.LINE_BYTES_MAX, Fingerprint.empty());
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                if (!lines.wasEnded() && (lines.wasTooLong() || !WholeObject.is(line))) {
                    lines.unread();
                    whole = lines.fingerprint().bytes();
                }
            }
        }
        if (whole >= 0) {
            try (FileChannel channel = FileChannel.open(commands, StandardOpenOption.WRITE)) {
                channel.truncate(whole);
                channel.force(true);
            }
        }
    }

    private List<Appended> append(List<Line> lines) throws IOException {
        List<Appended> appended = new ArrayList<>();
        if (lines.isEmpty()) {
            return appended;
        }
        long record = 0;
        if (Files.exists(commands)) {
            cutOffUnfinished();
            record = count();
        }
        turns.append(record, lines.size(), files().positions(), files().stretches(), learnedBy());
        boolean isTorn = DeadLetterFile.isTorn(commands);
        try (FileChannel channel = FileChannel.open(commands, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            if (isTorn) {
                channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
            }
            for (Line line : lines) {
                ByteBuffer bytes = ByteBuffer.allocate(line.json.length + 1)
                        .put(line.json)
                        .put((byte) '\n')
                        .flip();
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                Appended each = appended(record++, line.eventId);
                appended.add(line.isRepeated ? each.repeated() : each);
            }
            channel.force(true);
        }
        return appended;
    }

    private Appended appended(long record, String eventId) throws IOException {
        return new Appended(Known.source(commands), 0, record, eventId, false);
    }
}
