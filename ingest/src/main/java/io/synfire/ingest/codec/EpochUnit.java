package io.synfire.ingest.codec;

import java.util.List;
import java.util.Locale;

/** What a number that is a time counts, since 1970-01-01T00:00:00Z. */
public enum EpochUnit {
    /** Seconds. */
    S("seconds", -3),
    /** Milliseconds. */
    MS("milliseconds", 0),
    /** Microseconds. */
    US("microseconds", 3),
    /** Nanoseconds. */
    NS("nanoseconds", 6);

    private final String plural;

    /** How many digits a number in this unit has more than in milliseconds. */
    private final int digits;

    EpochUnit(String plural, int digits) {
        this.plural = plural;
        this.digits = digits;
    }

    /**
     * Reads a unit.
     *
     * @param name the setting's name, for the message
     * @param text {@code s}, {@code ms}, {@code us} or {@code ns}
     * @return the unit
     * @throws IllegalArgumentException if it is none of them
     */
    public static EpochUnit parse(String name, String text) {
        for (EpochUnit unit : values()) {
            if (unit.toString().equals(text)) {
                return unit;
            }
        }
        throw new IllegalArgumentException(name + " must be one of " + List.of(values()) + ": " + name + "=" + text);
    }

    /** In words, such as {@code seconds}. */
    String plural() {
        return plural;
    }

    int digits() {
        return digits;
    }

    /** As settings name it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
