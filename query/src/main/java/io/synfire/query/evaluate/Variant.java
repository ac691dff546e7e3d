package io.synfire.query.evaluate;

import io.synfire.query.recall.RecallSettings;
import java.util.Map;

/**
 * Settings that are compared with others.
 *
 * @param name what they are called
 * @param learning learning settings that differ from the defaults, by key
 * @param recall how recall weighs what it reads
 */
public record Variant(String name, Map<String, String> learning, RecallSettings recall) {

    /** Takes an unmodifiable copy. */
    public Variant {
        learning = Map.copyOf(learning);
    }
}
