package io.synfire.engine.store;

import io.synfire.engine.event.Position;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a store of an older format says about itself: its values are no longer read, but this is enough to learn its log anew.
 *
 * @param format the format it was written in
 * @param settings the learning settings it was created with, by key
 * @param positions how far its sources were read at its last checkpoint
 */
public record StoreOutline(int format, Map<String, String> settings, List<Position> positions) {

    /** Takes unmodifiable copies. */
    public StoreOutline {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        positions = List.copyOf(positions);
    }
}
