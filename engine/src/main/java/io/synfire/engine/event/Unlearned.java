package io.synfire.engine.event;

import io.synfire.engine.event.PassedOver.Why;
import java.util.List;

/**
 * What a memory knows of the records of which it has learned nothing. It knows of each record that lies in {@code upTo} and not in
 * {@code since}; of others nothing can be said from here.
 *
 * @param memoryId the id of the memory's store, as dead letters name it; empty where it has none
 * @param since how far the sources had been read when the memory began to keep this; empty where it did so from the beginning
 * @param upTo how far they are read
 * @param records what was passed over, in the order in which it was read
 */
public record Unlearned(String memoryId, List<Position> since, List<Position> upTo, List<PassedOver> records) {

    /** Takes unmodifiable copies. */
    public Unlearned {
        since = List.copyOf(since);
        upTo = List.copyOf(upTo);
        records = List.copyOf(records);
    }

    /**
     * Of a memory that does not say.
     *
     * @return one that knows of no record
     */
    public static Unlearned unknown() {
        return new Unlearned("", List.of(), List.of(), List.of());
    }

    /**
     * How many dead letters are known.
     *
     * @return at least 0
     */
    public long rejected() {
        return records.stream()
                .filter(each -> each.why() == Why.REJECTED || each.why() == Why.CLOCK)
                .mapToLong(PassedOver::records)
                .sum();
    }
}
