package io.synfire.ingest.file;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.file.FileReplay.AsItWas;
import io.synfire.ingest.file.OpenLetters.Letter;
import io.synfire.ingest.replay.Rejects;
import io.synfire.ingest.replay.Until;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns one stretch of a file again, or what is left of it. It may have been learned at once by a memory that had more room than this one,
 * so it is applied in batches as a {@link FileRun} cuts them: each is a stretch of its own, behind which the replay can be stopped and go on.
 * For one use, by the engine's writer.
 */
final class StretchReplay {

    private static final Logger LOG = LoggerFactory.getLogger(StretchReplay.class);

    private final Way way;
    private final Known known;
    private final Stretch stretch;
    private final LearnedLines lines;
    private final RecordTimes times;
    private final Set<Long> before;
    private final BatchGauge gauge;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Long> unlearned = new ArrayList<>();
    private long rejected;
    private long next;

    /**
     * How all stretches of a replay are learned.
     *
     * @param engine what learns
     * @param decoder reads its lines
     * @param rejects where lines go that cannot be learned
     * @param until what happened later is left out
     * @param asItWas whether neither more nor less is to be learned than was learned
     * @param learnedLetters records of files that are learned from dead letters
     * @param size how much is applied at once
     */
    record Way(
            Engine engine,
            LineDecoder decoder,
            Rejects rejects,
            Until until,
            AsItWas asItWas,
            Set<Letter> learnedLetters,
            BatchGauge.Size size) {}

    /** From its record {@code from} on, before which {@code latestMs} is the latest time that was said; -1 if none was. */
    StretchReplay(Way way, Known known, Stretch stretch, long from, long latestMs, LearnedLines lines) {
        this.way = way;
        this.known = known;
        this.stretch = stretch;
        this.lines = lines;
        this.times = new RecordTimes(latestMs, stretch.elseMs());
        this.before = new HashSet<>(stretch.unlearned());
        this.gauge = new BatchGauge(way.engine(), way.size());
        this.next = from;
    }

    boolean isAtEnd() {
        return next >= stretch.to();
    }

    /** Learns as much more of it as is applied at once. */
    void learnBatch() throws IOException {
        entries.clear();
        unlearned.clear();
        rejected = 0;
        gauge.begin();
        long from = next;
        long latestMs = times.latestMs();
        lines.skipTo(from);
        while (!isAtEnd() && !gauge.isFull(entries.size() + unlearned.size())) {
            byte[] line = lines.next();
            take(line, next);
            gauge.read(line);
            next++;
        }
        way.rejects().force();
        apply(new Stretch(stretch.sourceId(), from, next, stretch.startMs(), stretch.elseMs(), latestMs, unlearned));
    }

    private void apply(Stretch learned) {
        Position position = new Position(
                known.source(),
                known.id(),
                0,
                learned.to(),
                -1,
                lines.mark(times.latestMs()).toText());
        way.engine()
                .apply(new Batch(FileRun.PARTITION, entries, List.of(position), rejected, learned)
                        .ofSource(stretch.startMs()));
    }

    private void take(byte[] line, long number) throws IOException {
        LineRecord record = LineRecord.of(known, line, lines.wasTooLong(), number, times);
        if (record == null || isElsewhere(number)) {
            // Counted as rejected where it was, whatever became of it later.
            boolean isRejected = record != null && !isLeftOut(record);
            rejected += isRejected && !known.mark().isLetters() ? 1 : 0;
            if (before.contains(number)) {
                unlearned.add(number);
            }
            return;
        }
        try {
            Entry entry = way.decoder().entry(record, stretch.startMs());
            way.decoder().learned(record, entry, times);
            Optional<Entry> counted = way.until().countedOf(entry);
            counted.ifPresentOrElse(this::add, () -> unlearned.add(number));
        } catch (MalformedRecordException e) {
            if (way.asItWas() != AsItWas.NOT) {
                throw new IllegalStateException(
                        "a record was learned and cannot be read by the settings there are now: " + known.source()
                                + " record=" + number + ": " + e.getMessage(),
                        e);
            }
            way.rejects().add(record.place(), String.valueOf(e.getMessage()), record.value());
            unlearned.add(number);
            rejected += known.mark().isLetters() ? 0 : 1;
        }
    }

    private void add(Entry entry) {
        entries.add(entry);
        gauge.took(entry);
    }

    /** Whether a record is learned from another place, or not at all. */
    private boolean isElsewhere(long number) {
        return (known.mark().isLetters() || way.asItWas() != AsItWas.NOT)
                ? before.contains(number)
                : way.learnedLetters().contains(new Letter(known.id(), number));
    }

    /** Whether a record was not learned though it can be: it tells the time to those behind it all the same. */
    private boolean isLeftOut(LineRecord record) {
        if (way.asItWas() != AsItWas.WITH_SOME_LEFT_OUT) {
            return false;
        }
        try {
            way.decoder().learned(record, way.decoder().entry(record, stretch.startMs()), times);
            return true;
        } catch (MalformedRecordException e) {
            LOG.debug("it had been rejected, and not left out: {}", e.getMessage());
            return false;
        }
    }
}
