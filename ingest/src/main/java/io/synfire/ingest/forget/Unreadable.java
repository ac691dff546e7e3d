package io.synfire.ingest.forget;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Records that were learned, name a context, and cannot be read by the settings there are now. Without them nobody knows what their neighbours
 * were worth, or what was taken back already: so where there are any, nothing may be taken back. One thread at a time.
 */
public final class Unreadable {

    private static final int NAMED_MAX = 3;

    private final String context;
    private final HeldId held;
    private final Set<String> places = new HashSet<>();
    private final List<String> named = new ArrayList<>();

    /**
     * None yet.
     *
     * @param context the context
     */
    public Unreadable(String context) {
        this.context = context;
        this.held = new HeldId(context);
    }

    /**
     * A record that was learned cannot be read. One that does not name the context is passed over.
     *
     * @param place where it is
     * @param key its key, or null
     * @param value its value, or null
     * @param reason why it cannot be read
     */
    public void add(String place, byte @Nullable [] key, byte @Nullable [] value, String reason) {
        if (held.isIn(key, value) && places.add(place) && named.size() < NAMED_MAX) {
            named.add(place + ": " + reason);
        }
    }

    /**
     * Checks that there is none.
     *
     * @throws IllegalStateException if there is; the message names the first of them
     */
    public void requireNone() {
        if (!places.isEmpty()) {
            throw new IllegalStateException(
                    "records that name this context were learned and cannot be read by the settings there are now, so nothing is taken"
                            + " back; use the settings that they were learned by, such as the same --config and fields.*: context="
                            + context + " records=" + places.size() + " the first: " + String.join("; ", named));
        }
    }
}
