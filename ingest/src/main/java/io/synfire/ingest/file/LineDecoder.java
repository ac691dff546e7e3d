package io.synfire.ingest.file;

import io.synfire.engine.event.Entry;
import io.synfire.engine.learn.Admission;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.Refusal;
import io.synfire.engine.learn.SourceTime;
import io.synfire.ingest.codec.FieldMapping;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.Origin;
import io.synfire.ingest.codec.RecordLimits;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lines become entries that may be learned, or are refused; whoever reads a line again decides the same. Thread-safe. */
final class LineDecoder {

    /** The longest line, 16 MiB; a longer one is a dead letter. */
    static final int LINE_BYTES_MAX = 16 << 20;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final JsonEpisodeCodec codec;
    private final Admission admission;

    LineDecoder(LearningSettings settings, @Nullable FieldMapping mapping, RecordLimits limits) {
        this.codec = new JsonEpisodeCodec(mapping, limits);
        this.admission = new Admission(settings);
    }

    /** The entry of a record; {@code startMs} is when the run began that read it first: its event times are held against that. */
    Entry entry(LineRecord record, long startMs) throws MalformedRecordException {
        return entry(record, SourceTime.ofRun(startMs));
    }

    /** The entry of a record whose event times are held against {@code source}. */
    Entry entry(LineRecord record, SourceTime source) throws MalformedRecordException {
        if (record.isTooLong()) {
            throw new MalformedRecordException(
                    MalformedRecordException.Reason.SIZE,
                    "a line must be at most " + LINE_BYTES_MAX + " bytes: bytes=more",
                    null);
        }
        Entry entry =
                codec.decode(record.withoutMark(), Origin.at(record.place().orElseMs()));
        Optional<Refusal> refusal = admission.refusal(entry, source);
        if (refusal.isPresent()) {
            throw MalformedRecordException.of(refusal.get());
        }
        return entry;
    }

    /** Whether a line says nothing. */
    static boolean isBlank(byte[] line) {
        for (byte b : withoutMark(line)) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    /** What some programs put before the first line of a file; where files were joined, before others, too. */
    static byte[] withoutMark(byte[] line) {
        boolean has = line.length >= BYTE_ORDER_MARK.length
                && Arrays.equals(line, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length);
        return has ? Arrays.copyOfRange(line, BYTE_ORDER_MARK.length, line.length) : line;
    }
}
