package io.synfire.ingest.file;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.replay.Tail;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;

/** Finds what happened after a moment in the files that memories were learned from, and in what was appended to them since. */
public final class FileTail {

    private final LearningSettings settings;
    private final Decoding decoding;
    private final long nowMs;

    /**
     * A memory's log.
     *
     * @param positions how far its sources were learned; those that are no files are passed over
     * @param stretches what was read of them, in the order in which it was learned
     */
    public record Log(List<Position> positions, List<Stretch> stretches) {}

    /**
     * A tail.
     *
     * @param settings which entries are learned
     * @param decoding how lines become entries
     * @param nowMs what event times of lines that no memory has learned are held against, milliseconds since the epoch
     */
    public FileTail(LearningSettings settings, Decoding decoding, long nowMs) {
        this.settings = settings;
        this.decoding = decoding;
        this.nowMs = nowMs;
    }

    /**
     * Reads the files, each once: those of the first memory, then what the others have besides.
     *
     * @param logs of the memories
     * @param tail takes what is read
     * @param progress told how many records were read, now and then
     * @throws ReplacedFileException if a file was replaced, cut short or removed since it was learned
     * @throws IOException if one cannot be read
     */
    public void read(List<Log> logs, Tail tail, LongConsumer progress) throws IOException {
        Set<String> read = new HashSet<>();
        long[] records = {0};
        for (Log log : logs) {
            List<Known> all = Known.of(log.positions());
            List<Known> known =
                    all.stream().filter(each -> !read.contains(each.source())).toList();
            // What was read for the memory before is to be what this one has learned, too.
            List<Known> replaced = new ArrayList<>();
            for (Known each : all) {
                if (!known.contains(each) && !Beginnings.holds(each)) {
                    replaced.add(each);
                }
            }
            if (!replaced.isEmpty()) {
                throw ReplacedFileException.toRead(replaced);
            }
            read(known, log.stretches(), entry -> {
                tail.take(entry);
                progress.accept(++records[0]);
            });
            known.forEach(each -> read.add(each.source()));
        }
    }

    /** Takes what is read, in order. */
    private interface Visitor {
        void entry(Entry entry);
    }

    private void read(List<Known> known, List<Stretch> stretches, Visitor visitor) throws IOException {
        Set<String> ids = new HashSet<>();
        known.forEach(each -> ids.add(each.id()));
        List<Stretch> own = stretches.stream()
                .filter(stretch -> ids.contains(stretch.sourceId()))
                .toList();
        List<Position> positions = known.stream().map(Known::position).toList();
        new LearnedFiles(positions, own, settings, decoding.mapping(), decoding.limits())
                .scanWithUnlearned((position, record, entry) -> visitor.entry(entry));
        Map<String, Known> furthest = new LinkedHashMap<>();
        for (Known each : known) {
            furthest.merge(each.source(), each, (a, b) -> a.records() > b.records() ? a : b);
        }
        for (Known each : furthest.values()) {
            if (!each.mark().isLetters()) {
                readAppended(each, visitor);
            }
        }
    }

    /** What lies behind what was learned. */
    private void readAppended(Known known, Visitor visitor) throws IOException {
        LineDecoder decoder = new LineDecoder(settings, decoding.mapping(), decoding.limits());
        try (OpenedFile file = OpenedFile.of(known.path());
                Unpacked content = file.content()) {
            if (Beginnings.of(file, List.of(known)).isEmpty()) {
                throw ReplacedFileException.toRead(List.of(known));
            }
            LineReader lines = new LineReader(content.stream(), LineDecoder.LINE_BYTES_MAX);
            RecordTimes times = new RecordTimes(known.mark().latestMs(), nowMs);
            long record = 0;
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                LineRecord read = record++ < known.records()
                        ? null
                        : LineRecord.of(known, line, lines.wasTooLong(), record, times);
                if (read != null) {
                    take(decoder, read, times, visitor);
                }
            }
        } catch (IOException e) {
            throw Reasons.reading(known.path(), e);
        }
    }

    private void take(LineDecoder decoder, LineRecord record, RecordTimes times, Visitor visitor) {
        try {
            Entry entry = decoder.entry(record, nowMs);
            decoder.learned(record, entry, times);
            visitor.entry(entry);
        } catch (MalformedRecordException notLearned) {
            // Nor would it be learned.
        }
    }
}
