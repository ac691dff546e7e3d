package io.synfire.query.recall;

import io.synfire.engine.view.ReadTime;
import java.time.DateTimeException;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** Moments as questions name them. */
public final class Times {

    private Times() {}

    /**
     * Reads a moment.
     *
     * @param text ISO-8601 with an offset, a date (which is 00:00 UTC), milliseconds since the epoch, {@code now}, or null
     * @param clock what {@code now} means
     * @return milliseconds since the epoch, or null for null
     * @throws BadQueryException if it is none of these
     */
    public static @Nullable Long parse(@Nullable String text, InstantSource clock) {
        if (text == null) {
            return null;
        }
        if (text.equals("now")) {
            return clock.millis();
        }
        try {
            if (text.matches("\\d{1,15}")) {
                return Long.parseLong(text);
            }
            return text.matches("\\d{4}-\\d{2}-\\d{2}")
                    ? LocalDate.parse(text)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant()
                            .toEpochMilli()
                    : OffsetDateTime.parse(text).toInstant().toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            throw new BadQueryException(
                    "at must be ISO-8601 with an offset, a date (00:00 UTC), milliseconds, or now: at=" + text);
        }
    }

    /** The time of a read: as a question gives it, or the watermark of the moment that is read. */
    static ReadTime read(@Nullable Long atMs) {
        return atMs == null ? ReadTime.WATERMARK : ReadTime.at(atMs);
    }
}
