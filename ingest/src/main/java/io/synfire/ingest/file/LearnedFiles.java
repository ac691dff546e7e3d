package io.synfire.ingest.file;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.codec.FieldMapping;
import io.synfire.ingest.codec.HeldRetractions;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.file.OpenLetters.Letter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The files that a memory was learned from, read again as far as they were learned, in the order in which they were. Records that were
 * not learned are left out; others are found at the times they were learned at.
 */
final class LearnedFiles {

    private final List<Known> known;
    private final List<Stretch> stretches;
    private final LineDecoder decoder;

    /** Of what was learned: whatever a retraction names, it was not refused. */
    private final LineDecoder learnedDecoder;

    /** Takes what was learned, in the order in which it was. */
    interface Visitor {
        void entry(Position position, long record, Entry entry);

        /**
         * A record was learned, and cannot be read by the settings there are now.
         *
         * @param line its line
         */
        default void unreadable(Position position, long record, byte[] line, String reason) {}
    }

    LearnedFiles(
            List<Position> positions,
            List<Stretch> stretches,
            LearningSettings settings,
            @Nullable FieldMapping mapping,
            RecordLimits limits) {
        this.known = Known.of(positions);
        this.stretches =
                stretches.stream().filter(stretch -> !stretch.isStreamed()).toList();
        this.decoder = new LineDecoder(settings, mapping, limits);
        this.learnedDecoder = new LineDecoder(settings, mapping, limits, HeldRetractions.NONE);
    }

    /** How far each file was learned. */
    List<Position> positions() {
        return known.stream().map(Known::position).toList();
    }

    /** What was read of them, in the order in which it was learned. */
    List<Stretch> stretches() {
        return stretches;
    }

    /**
     * Reads all of them. What the visitor took counts only if this returns: a file is known to be the one that was learned once it was read.
     *
     * @throws ReplacedFileException if a file was replaced, cut short or removed since it was learned
     */
    void scan(Visitor visitor) throws IOException {
        scan(visitor, null);
    }

    /**
     * Reads all of them, and what of them was not learned, too, where it can be now: in a memory that was built up to a moment, that is what
     * came later. A record that is in the dead letters as well counts once.
     *
     * @throws ReplacedFileException if a file was replaced, cut short or removed since it was learned
     */
    void scanWithUnlearned(Visitor visitor) throws IOException {
        scan(visitor, new HashSet<>());
    }

    private void scan(Visitor visitor, @Nullable Set<Letter> seen) throws IOException {
        Map<String, Known> byId = new HashMap<>();
        known.forEach(each -> byId.put(each.id(), each));
        Set<String> read = new HashSet<>();
        try (OpenFiles open = new OpenFiles()) {
            for (Stretch stretch : stretches) {
                Known file = byId.get(stretch.sourceId());
                if (file == null) {
                    throw new IllegalStateException(
                            "a stretch is of no file that was learned: sourceId=" + stretch.sourceId());
                }
                read.add(file.id());
                scan(file, stretch, open.of(file), visitor, seen);
            }
            List<Known> replaced = new ArrayList<>();
            for (Known file : known) {
                if (read.contains(file.id()) && !open.holds(file)) {
                    replaced.add(file);
                }
            }
            if (!replaced.isEmpty()) {
                throw ReplacedFileException.toRead(replaced);
            }
        }
    }

    private void scan(Known file, Stretch stretch, LearnedLines lines, Visitor visitor, @Nullable Set<Letter> seen)
            throws IOException {
        RecordTimes times = new RecordTimes(stretch.latestMs(), stretch.elseMs());
        Set<Long> unlearned = new HashSet<>(stretch.unlearned());
        lines.skipTo(stretch.from());
        for (long each = stretch.from(); each < stretch.to(); each++) {
            long number = each;
            byte[] line = lines.next();
            boolean isUnlearned = unlearned.contains(number);
            if (isUnlearned && seen == null) {
                continue;
            }
            LineRecord record = LineRecord.of(file, line, lines.wasTooLong(), number, times);
            Entry entry = record == null
                    ? null
                    : entry(isUnlearned ? decoder : learnedDecoder, record, stretch, times, reason -> {
                        if (!isUnlearned) {
                            visitor.unreadable(file.position(), number, record.value(), reason);
                        }
                    });
            if (record != null && entry != null && (seen == null || isNew(file, record, isUnlearned, seen))) {
                visitor.entry(file.position(), number, entry);
            }
        }
    }

    /** Whether a record was not seen yet, of those that may be both in their file and in the dead letters. */
    private boolean isNew(Known file, LineRecord record, boolean isUnlearned, Set<Letter> seen) {
        String id = record.place().sourceId();
        Letter letter = new Letter(id, record.place().record());
        if (!file.mark().isLetters()) {
            return !isUnlearned || seen.add(letter);
        }
        if (isUnlearned && known.stream().noneMatch(each -> each.id().equals(id))) {
            // Of another memory, of a topic, or of a stream, which another letter may have been learned of.
            return false;
        }
        return id.isEmpty() || seen.add(letter);
    }

    /** What a record says; null if it cannot be learned by the settings there are now. */
    private static @Nullable Entry entry(
            LineDecoder by, LineRecord record, Stretch stretch, RecordTimes times, Consumer<String> refused) {
        try {
            Entry entry = by.entry(record, stretch.startMs());
            by.learned(record, entry, times);
            return entry;
        } catch (MalformedRecordException e) {
            refused.accept(String.valueOf(e.getMessage()));
            return null;
        }
    }
}
