package io.synfire.ingest.codec;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The fields of Synfire's own form, and which of them another name was probably meant to be. */
enum RecordField {
    AT("at", 1),
    CONTEXT("context", 1 << 1),
    CONCEPTS("concepts", 1 << 2),
    REWARD("reward", 1 << 3),
    EVENT_ID("eventId", 1 << 4),
    FORGET("forget", 1 << 5),
    RETRACT("retract", 1 << 6),
    ID("id", 1 << 7),
    STRENGTH("strength", 1 << 8);

    /** What a concept may have. */
    static final Set<RecordField> OF_CONCEPT = EnumSet.of(ID, STRENGTH);

    /** What a record, or an episode in a command, may have. */
    static final Set<RecordField> OF_EPISODE = EnumSet.complementOf(EnumSet.of(ID, STRENGTH));

    private static final Map<String, RecordField> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toMap(RecordField::fieldName, field -> field));

    /** To a shorter name too many others are one edit away. */
    private static final int EDITED_MIN = 5;

    private final String fieldName;

    private final int bit;

    RecordField(String fieldName, int bit) {
        this.fieldName = fieldName;
        this.bit = bit;
    }

    /** As records name it. */
    String fieldName() {
        return fieldName;
    }

    /** In a set of bits. */
    int bit() {
        return bit;
    }

    /** The field of a name; null if there is none. */
    static @Nullable RecordField of(String name) {
        return BY_NAME.get(name);
    }

    /** Which of some fields has nearly this name: the same but for case, {@code _} and {@code -}, or one edit away; null if none has. */
    static @Nullable RecordField near(String name, Set<RecordField> fields) {
        String bare = bare(name);
        for (RecordField field : fields) {
            String other = bare(field.fieldName);
            if (bare.equals(other) || (other.length() >= EDITED_MIN && isOneEdit(bare, other))) {
                return field;
            }
        }
        return null;
    }

    private static String bare(String name) {
        return name.replace("_", "").replace("-", "").toLowerCase(Locale.ROOT);
    }

    /** Whether one letter more, less or another, or two letters swapped, makes the one the other. */
    private static boolean isOneEdit(String a, String b) {
        if (a.length() > b.length()) {
            return isOneEdit(b, a);
        }
        if (b.length() - a.length() > 1) {
            return false;
        }
        int at = 0;
        while (at < a.length() && a.charAt(at) == b.charAt(at)) {
            at++;
        }
        if (at == a.length()) {
            return true;
        }
        if (a.length() < b.length()) {
            return a.substring(at).equals(b.substring(at + 1));
        }
        boolean isSwapped = at + 1 < a.length()
                && a.charAt(at) == b.charAt(at + 1)
                && a.charAt(at + 1) == b.charAt(at)
                && a.substring(at + 2).equals(b.substring(at + 2));
        return isSwapped || a.substring(at + 1).equals(b.substring(at + 1));
    }
}
