package io.synfire.ingest.file;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.Admission;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.Refusal;
import io.synfire.engine.learn.SourceTime;
import io.synfire.ingest.codec.FieldMapping;
import io.synfire.ingest.codec.HeldRetractions;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.Origin;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.codec.RecordNotes;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lines become entries that may be learned, or are refused; whoever reads a line again decides the same. Thread-safe. */
final class LineDecoder {

    /** The longest line, 16 MiB; a longer one is a dead letter. */
    static final int LINE_BYTES_MAX = 16 << 20;

    /** The longest line of dead letters: such a line, or its beginning, in Base64 and with its reason. */
    static final int LETTER_BYTES_MAX = 2 * LINE_BYTES_MAX;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final JsonEpisodeCodec codec;
    private final Admission admission;
    private final HeldRetractions held;

    /** Reads records once more, and notes nothing of them. */
    private final JsonEpisodeCodec timeless;

    LineDecoder(LearningSettings settings, @Nullable FieldMapping mapping, RecordLimits limits) {
        this(settings, mapping, limits, HeldRetractions.ALL);
    }

    /** The same, for lines that were learned before. */
    LineDecoder(LearningSettings settings, @Nullable FieldMapping mapping, RecordLimits limits, HeldRetractions held) {
        this.held = held;
        this.codec = new JsonEpisodeCodec(mapping, limits, new RecordNotes(), held);
        this.admission = new Admission(settings);
        this.timeless = new JsonEpisodeCodec(mapping, limits);
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
        if (!held.holds(entry)) {
            return entry;
        }
        Optional<Refusal> refusal = admission.refusal(entry, source);
        if (refusal.isPresent()) {
            throw MalformedRecordException.of(refusal.get());
        }
        return entry;
    }

    /** Remembers the time that a record said, if it did, now that it was learned. */
    void learned(LineRecord record, Entry entry, RecordTimes times) {
        if (entry instanceof Episode episode) {
            learned(timeless, record.withoutMark(), episode, record.place().orElseMs(), times);
        }
    }

    /** The same, of the JSON that a codec read with a time in case it says none. */
    static void learned(JsonEpisodeCodec codec, byte[] json, Episode episode, long orElseMs, RecordTimes times) {
        // What lies no later than the latest changes nothing, whoever said it.
        if (episode.atMs() > times.latestMs() && (episode.atMs() != orElseMs || says(codec, json, episode.atMs()))) {
            times.said(episode.atMs());
        }
    }

    /** Whether a record says a time, and not just got it: then it does not get another either. */
    private static boolean says(JsonEpisodeCodec codec, byte[] json, long atMs) {
        try {
            Origin other = Origin.at(atMs == 0 ? 1 : atMs - 1);
            return codec.decode(json, other) instanceof Episode again && again.atMs() == atMs;
        } catch (MalformedRecordException e) {
            throw new IllegalStateException("a record that was read once cannot be read again: " + e.getMessage(), e);
        }
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
