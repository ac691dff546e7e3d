package io.synfire.ingest.codec;

import io.synfire.engine.event.Shown;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of one object of a record: which known ones are there, and which unknown ones were probably meant to be known ones that are not. */
final class Misnamed {

    /** Of one object that has nothing but names which are nearly known, these are enough. */
    private static final int NAMES_MAX = 16;

    private final RecordNotes notes;
    private final Set<RecordField> fields;
    private int met;

    /** By name; null as long as there is none, as nearly always. */
    private @Nullable Map<String, RecordField> near;

    Misnamed(RecordNotes notes, Set<RecordField> fields) {
        this.notes = notes;
        this.fields = fields;
    }

    /** A known field is there. */
    void met(RecordField field) {
        met |= field.bit();
    }

    /** An unknown field is there. */
    void metUnknown(String name) {
        RecordField field = notes.near(name, fields);
        if (field != null) {
            if (near == null) {
                near = new LinkedHashMap<>();
            }
            if (near.size() < NAMES_MAX) {
                near.put(name, field);
            }
        }
    }

    /** All fields were met. */
    void note() {
        if (near != null) {
            near.forEach((name, field) -> {
                if ((met & field.bit()) == 0) {
                    notes.misnamed(name, field);
                }
            });
        }
    }

    /** The name that was probably meant to be a field that is missing, for its message; empty if there is none. */
    String probably(RecordField missing) {
        if (near != null) {
            for (Map.Entry<String, RecordField> entry : near.entrySet()) {
                if (entry.getValue() == missing) {
                    return " found=" + Shown.name(entry.getKey());
                }
            }
        }
        return "";
    }
}
