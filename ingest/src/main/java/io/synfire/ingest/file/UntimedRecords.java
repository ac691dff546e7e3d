package io.synfire.ingest.file;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.file.Continuation.Untimed;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Records that say no time, as two memories have learned them. */
final class UntimedRecords {

    private static final Logger LOG = LoggerFactory.getLogger(UntimedRecords.class);

    private final LineDecoder decoder;

    UntimedRecords(LineDecoder decoder) {
        this.decoder = decoder;
    }

    /** Whether a record that was learned got its time from when its file was changed last: until one of the file says a time. */
    boolean haveOtherTimes(Known file, List<Untimed> untimed, Set<Long> unlearned) throws IOException {
        long to = untimed.get(untimed.size() - 1).to();
        int bytesMax = file.mark().isLetters() ? LineDecoder.LETTER_BYTES_MAX : LineDecoder.LINE_BYTES_MAX;
        try (Unpacked content = Unpacked.open(file.path())) {
            LineReader lines = new LineReader(content.stream(), bytesMax);
            for (long record = 0; record < to; record++) {
                byte[] line = lines.next();
                if (line == null) {
                    return false;
                }
                if (unlearned.contains(record)) {
                    continue;
                }
                long number = record;
                Untimed got = untimed.stream()
                        .filter(each -> each.holds(number))
                        .findFirst()
                        .orElse(new Untimed(file.id(), record, record + 1, 0, 0));
                RecordTimes times = new RecordTimes(-1, got.ownMs());
                long ownMs = atMs(file, line, lines.wasTooLong(), record, times);
                if (times.latestMs() >= 0) {
                    return false;
                }
                if (ownMs != atMs(file, line, lines.wasTooLong(), record, new RecordTimes(-1, got.otherMs()))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** When an episode happened; -1 if the line holds none. */
    private long atMs(Known file, byte[] line, boolean isTooLong, long record, RecordTimes times) {
        LineRecord value = LineRecord.of(file, line, isTooLong, record, times);
        if (value == null) {
            return -1;
        }
        try {
            Entry entry = decoder.entry(value, RecordLimits.AT_MS_MAX);
            decoder.learned(value, entry, times);
            return entry instanceof Episode episode ? episode.atMs() : -1;
        } catch (MalformedRecordException e) {
            LOG.debug("no record: file={} record={}", file.path(), record, e);
            return -1;
        }
    }
}
