package io.synfire.ingest.file;

import io.synfire.ingest.replay.Rejects;
import org.jspecify.annotations.Nullable;

/** A record as a line holds it: the line itself, or what a dead letter keeps. Immutable. */
final class LineRecord {

    private final byte[] value;
    private final boolean isTooLong;
    private final Rejects.Place place;

    private LineRecord(byte[] value, boolean isTooLong, Rejects.Place place) {
        this.value = value;
        this.isTooLong = isTooLong;
        this.place = place;
    }

    /** The line itself. */
    static LineRecord of(
            byte[] line, boolean isTooLong, String source, String sourceId, long record, RecordTimes times) {
        return new LineRecord(line, isTooLong, new Rejects.Place(source, sourceId, record, times.orElse()));
    }

    /** What a dead letter keeps, as it was where it came from; null if the line is none. */
    static @Nullable LineRecord ofLetter(byte[] line, RecordTimes times) {
        DeadLetter letter = DeadLetter.parse(line);
        if (letter == null) {
            return null;
        }
        Rejects.Place place = letter.place();
        long orElseMs = place.orElseMs() < 0 ? times.orElse() : place.orElseMs();
        return new LineRecord(
                letter.value(), false, new Rejects.Place(place.source(), place.sourceId(), place.record(), orElseMs));
    }

    /** What a line of a learned file holds; null if nothing. */
    static @Nullable LineRecord of(Known file, byte[] line, boolean isTooLong, long record, RecordTimes times) {
        if (LineDecoder.isBlank(line)) {
            return null;
        }
        return file.mark().isLetters()
                ? ofLetter(line, times)
                : of(line, isTooLong, file.source(), file.id(), record, times);
    }

    /** Byte for byte; where it is too long its beginning. */
    byte[] value() {
        return value.clone();
    }

    byte[] withoutMark() {
        return LineDecoder.withoutMark(value);
    }

    boolean isTooLong() {
        return isTooLong;
    }

    /** Where it was, and its time in case it says none. */
    Rejects.Place place() {
        return place;
    }
}
