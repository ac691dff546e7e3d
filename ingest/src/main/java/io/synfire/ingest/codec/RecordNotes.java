package io.synfire.ingest.codec;

import io.synfire.engine.event.Shown;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is worth a word about records that are read all the same: fields that are ignored although their name is nearly that of a field which is
 * missing beside them, and items that are left out since their strength is 0. Both are counted; each such name is warned of once.
 * Thread-safe.
 */
public final class RecordNotes {

    private static final Logger LOG = LoggerFactory.getLogger(RecordNotes.class);

    /** So many names are remembered: names may be anything. */
    private static final int NAMES_MAX = 1_000;

    /** By set of fields and name: what the name was probably meant to be. */
    private final Map<Set<RecordField>, Map<String, Optional<RecordField>>> near = Map.of(
            RecordField.OF_EPISODE, new ConcurrentHashMap<>(), RecordField.OF_CONCEPT, new ConcurrentHashMap<>());

    private final Set<String> warned = ConcurrentHashMap.newKeySet();
    private final LongAdder misnamed = new LongAdder();
    private final LongAdder skipped = new LongAdder();

    /** Nothing is noted yet. */
    public RecordNotes() {}

    /**
     * How many fields were probably meant to be others.
     *
     * @return of all records so far
     */
    public long misnamed() {
        return misnamed.sum();
    }

    /**
     * How many items were left out since their strength is 0.
     *
     * @return of all records so far
     */
    public long skipped() {
        return skipped.sum();
    }

    /** Which of some fields a name was probably meant to be; null if none. */
    @Nullable
    RecordField near(String name, Set<RecordField> fields) {
        Map<String, Optional<RecordField>> known = near.getOrDefault(fields, Map.of());
        Optional<RecordField> found = known.get(name);
        if (found == null) {
            found = Optional.ofNullable(RecordField.near(name, fields));
            if (known.size() < NAMES_MAX) {
                known.put(name, found);
            }
        }
        return found.orElse(null);
    }

    /** How many names of records' own fields are remembered. */
    int remembered() {
        return near.getOrDefault(RecordField.OF_EPISODE, Map.of()).size();
    }

    void misnamed(String name, RecordField field) {
        misnamed.increment();
        if (warned.size() < NAMES_MAX && warned.add(name)) {
            LOG.warn(
                    "a record has an unknown field, which is ignored: did you mean {}? field={}",
                    field.fieldName(),
                    Shown.name(name));
        }
    }

    void skipped(int items) {
        skipped.add(items);
    }
}
