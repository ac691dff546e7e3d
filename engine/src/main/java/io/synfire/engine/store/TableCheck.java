package io.synfire.engine.store;

import java.util.Map;

/**
 * What came of comparing the checksums of tables.
 *
 * @param tables how many were read
 * @param bytes how large they are
 * @param damaged what is wrong with those that are damaged, by name
 */
public record TableCheck(int tables, long bytes, Map<String, String> damaged) {

    /** Takes an unmodifiable copy. */
    public TableCheck {
        damaged = Map.copyOf(damaged);
    }
}
