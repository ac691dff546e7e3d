package io.synfire.ingest.file;

import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.SourceTime;
import io.synfire.ingest.file.Beginnings.Beginning;
import io.synfire.ingest.file.Recognition.Recognized;
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Files that are to be learned, and were looked at: which of them are known, and under which names. One thread at a time. */
public final class LearnSession {

    /** So often is a file looked at that is another each time it is opened. */
    private static final int LOOKS_MAX = 5;

    private final FileLearner learner;
    private final Map<String, Path> files;
    private final Recognition recognition;
    private final Kind kind;
    private final boolean isLetters;
    private final boolean asNew;

    /** Under which path a file was known that was renamed, by its name now. */
    private final Map<String, String> formerNames = new HashMap<>();

    private final Map<String, List<String>> notes = new HashMap<>();

    /** What the files are. */
    enum Kind {
        RECORDS,
        LETTERS,
        /** Retractions of our own, which nobody else appends to. */
        COMMANDS
    }

    private LearnSession(FileLearner learner, Map<String, Path> files, boolean asNew, Kind kind) {
        this.learner = learner;
        this.files = files;
        this.kind = kind;
        this.isLetters = kind == Kind.LETTERS;
        this.recognition = new Recognition(files, asNew, isLetters, kind == Kind.COMMANDS);
        this.asNew = asNew;
    }

    static LearnSession begin(FileLearner learner, List<Path> given, boolean asNew, Kind kind) throws IOException {
        Map<String, Path> files = new LinkedHashMap<>();
        for (Path file : given) {
            if (isRegular(file)) {
                if (kind != Kind.LETTERS
                        && Files.exists(learner.deadLetters)
                        && Files.isSameFile(file, learner.deadLetters)) {
                    throw new IllegalArgumentException(
                            "dead letters are learned by `learn --again`, not by their name: file=" + file);
                }
                files.putIfAbsent(Known.source(file), file);
            }
        }
        LearnSession session = new LearnSession(learner, files, asNew, kind);
        session.recognize();
        return session;
    }

    /**
     * Learns one of the files, from where it was left.
     *
     * @param file its path, as it was given
     * @param progress told the number of lines read, now and then
     * @return what became of it
     * @throws IOException if it cannot be read to its end; what was read until then is learned
     */
    public LearnSummary learn(Path file, LongConsumer progress) throws IOException {
        learner.beginOne();
        try {
            if (!isRegular(file)) {
                // Files.newInputStream asks a pipe for its position.
                try (InputStream stream = new FileInputStream(file.toFile())) {
                    return learner.learn(stream, file.toString(), progress);
                }
            }
            LearnSummary learned = learn(Known.source(file), file, progress);
            for (int looks = 1; learned == null; looks++) {
                if (looks == LOOKS_MAX) {
                    throw new IOException("it is replaced again and again while it is looked at: run this once more");
                }
                learned = anew(file).learn(Known.source(file), file, progress);
            }
            return learned;
        } catch (DeadLetterException | StoppedException e) {
            throw e;
        } catch (IOException e) {
            throw Reasons.reading(file, e);
        }
    }

    private LearnSession anew(Path file) throws IOException {
        try {
            return begin(learner, List.of(file), asNew, kind);
        } catch (ReplacedFileException e) {
            throw e.atItsTurn();
        }
    }

    private static boolean isRegular(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException("a directory cannot be learned, its files can: file=" + file);
        }
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        return Files.isRegularFile(file);
    }

    /** Refuses what cannot be learned, and says where known files are now. */
    private void recognize() throws IOException {
        List<Known> known = Known.of(learner.engine.positions());
        Map<String, Known> before = new HashMap<>();
        known.forEach(each -> before.put(each.id(), each));
        List<Known> letters = isLetters && !asNew ? lettersElsewhere(known) : List.of();
        List<Known> found = with(letters, known);
        List<Known> others = moved(found);
        List<Known> now = with(others, found);
        List<Known> moved = now.stream().filter(each -> !known.contains(each)).toList();
        for (Map.Entry<String, Path> file : files.entrySet()) {
            if (!isLetters && recognition.recognize(file.getKey(), now).isNew()) {
                requireJsonLines(Unpacked.open(file.getValue()), file.getValue());
            }
        }
        for (Known each : moved) {
            Known was = Objects.requireNonNull(before.get(each.id()));
            if (!was.source().equals(each.source())) {
                formerNames.put(each.source(), was.path().toString());
            } else if (each.mark().isLost()) {
                notes.computeIfAbsent(each.source(), source -> new ArrayList<>())
                        .add("the " + each.records()
                                + " records that were learned under this name before are not here any more;"
                                + " to forget and to rebuild, their file must be learned under its new name");
            }
        }
        if (!moved.isEmpty()) {
            List<Position> positions = moved.stream().map(Known::position).toList();
            learner.engine.apply(new Batch(FileRun.PARTITION, List.of(), positions, 0));
            learner.engine.checkpoint();
        }
    }

    private static List<Known> with(List<Known> moved, List<Known> known) {
        List<Known> now = new ArrayList<>();
        for (Known each : known) {
            now.add(moved.stream()
                    .filter(move -> move.id().equals(each.id()))
                    .findFirst()
                    .orElse(each));
        }
        return now;
    }

    /** Letters that were learned where the data directory was before, or that it is a copy of; as found in it. */
    private List<Known> lettersElsewhere(List<Known> known) throws IOException {
        List<Known> moved = LearnedLetters.moved(learner.deadLetters, known);
        List<Known> now = with(moved, known);
        List<Known> same = new ArrayList<>();
        Set<Known> held = new HashSet<>();
        for (Known each : known) {
            if (each.mark().isLetters() && Beginnings.holds(each)) {
                held.add(each);
            }
        }
        for (Known each : moved) {
            boolean isGone =
                    known.stream().filter(was -> was.id().equals(each.id())).noneMatch(held::contains);
            if (isGone || goesOn(each, now)) {
                same.add(each);
            }
        }
        return same;
    }

    private boolean goesOn(Known letters, List<Known> known) throws IOException {
        return LearnedLetters.goesOn(
                learner.deadLetters, letters, learner.engine.view().stretches(), openLetters(known));
    }

    private List<Known> moved(List<Known> known) throws IOException {
        try {
            return recognition.moved(known);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException("a file cannot be read: " + e.getMessage(), e);
        }
    }

    private static void requireJsonLines(Unpacked opened, Path file) throws IOException {
        byte[] sample;
        try (Unpacked content = opened) {
            sample = FormatHint.sample(new BufferedInputStream(content.stream(), FormatHint.SAMPLE_BYTES));
        } catch (BadPackingException e) {
            // What it holds before that is learned.
            return;
        }
        FileLearner.requireJsonLines(sample, file.toString());
    }

    /** Null if the file that is there now is another than the one that was looked at. */
    private @Nullable LearnSummary learn(String source, Path file, LongConsumer progress) throws IOException {
        List<Known> known = Known.of(learner.engine.positions());
        Recognized recognized = recognition.recognize(source, known);
        List<String> told = new ArrayList<>(notes.getOrDefault(source, List.of()));
        Known whole = recognized.partOf();
        if (whole != null) {
            told.add("it is no more than the beginning of a file that was learned; --as-new learns it once more");
            return nothing(source, records(file), whole.path().toString(), told);
        }
        Known alike = recognized.alike();
        if (alike != null) {
            told.add("it begins with all that was learned of another file, and is a file of its own: file="
                    + alike.path() + " records=" + alike.records());
        }
        Beginning start = recognized.start();
        if (start != null && start.known().mark().isLetters() != isLetters) {
            told.add("these are dead letters, which `learn --again` learns");
            return nothing(source, start.known().records(), knownAs(source, start), told);
        }
        Known own = recognized.own();
        if (isLetters && start != null && !goesOn(start.known(), known)) {
            start = null;
            own = null;
        }
        String id = own == null ? Known.nextId(learner.engine.positions(), learner.startMs) : own.id();
        FileMark mark = start == null ? null : start.known().mark();
        try (OpenedFile opened = OpenedFile.of(file)) {
            if (!isAsLookedAt(source, opened, start, known)) {
                return null;
            }
            if (start == null && !isLetters) {
                requireJsonLines(opened.content(), file);
            }
            try (Unpacked content = opened.content()) {
                // What is rejected again is appended while they are read.
                InputStream records = isLetters ? new FirstBytes(content.stream(), opened.bytes()) : content.stream();
                Fingerprint passed = Fingerprint.empty();
                if (mark != null && !passes(records, mark, passed)) {
                    return null;
                }
                FileRun.Task task = new FileRun.Task(
                        source,
                        id,
                        start == null ? 0 : start.known().records(),
                        mark == null || mark.isEnded(),
                        learner.startMs,
                        () -> SourceTime.ofRun(learner.startMs),
                        !content.isPacked(),
                        isLetters ? openLetters(known) : null);
                LineReader lines = new LineReader(
                        records, isLetters ? LineDecoder.LETTER_BYTES_MAX : LineDecoder.LINE_BYTES_MAX, passed);
                RecordTimes times = new RecordTimes(
                        mark == null ? -1 : mark.latestMs(), ModifiedTime.ofFile(file, learner.startMs));
                return learner.run(task, lines, times, content, knownAs(source, start), told, progress, null);
            }
        }
    }

    /** Whether what is open now is what was looked at: it may have been replaced since, as logs are when they rotate. */
    private boolean isAsLookedAt(String source, OpenedFile opened, @Nullable Beginning start, List<Known> known)
            throws IOException {
        if (recognition.beginsOtherwise(source, opened, known)) {
            return false;
        }
        // What follows in the line matters, too.
        return start == null
                || start.known().mark().isEnded()
                || !Beginnings.of(opened, List.of(start.known())).isEmpty();
    }

    /** Reads over what was learned; false if it is not that. */
    private static boolean passes(InputStream records, FileMark learned, Fingerprint passed) throws IOException {
        byte[] buffer = new byte[1 << 16];
        while (passed.bytes() < learned.bytes()) {
            int read = records.read(buffer, 0, (int) Math.min(buffer.length, learned.bytes() - passed.bytes()));
            if (read < 0) {
                return false;
            }
            passed.update(buffer, 0, read);
        }
        return learned.isOf(passed);
    }

    private OpenLetters openLetters(List<Known> known) throws IOException {
        List<Known> there = new ArrayList<>();
        for (Known each : known) {
            // Who says that they are new answers for it that none of those that are gone is among them.
            if (!asNew || Beginnings.holds(each)) {
                there.add(each);
            }
        }
        return OpenLetters.of(there, learner.engine.view().stretches());
    }

    private @Nullable String knownAs(String source, @Nullable Beginning start) {
        if (start == null) {
            return null;
        }
        return start.known().source().equals(source)
                ? formerNames.get(source)
                : start.known().path().toString();
    }

    private static LearnSummary nothing(
            String source, long learnedBefore, @Nullable String knownAs, List<String> notes) {
        return new LearnSummary(source, null, 0, 0, 0, 0, 0, 0, learnedBefore, knownAs, false, true, notes, List.of());
    }

    private static long records(Path file) throws IOException {
        try (Unpacked content = Unpacked.open(file)) {
            LineReader lines = new LineReader(content.stream(), LineDecoder.LINE_BYTES_MAX);
            long records = 0;
            while (lines.next() != null) {
                records++;
            }
            return records;
        }
    }
}
