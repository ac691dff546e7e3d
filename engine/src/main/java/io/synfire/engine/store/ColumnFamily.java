package io.synfire.engine.store;

import java.nio.charset.StandardCharsets;

/** The column families of a store; their order is the order in which they are opened. */
enum ColumnFamily {
    DEFAULT,
    CONCEPTS,
    MARGINALS,
    ROWS,
    CONTEXTS,
    EVENT_IDS,
    RETRACTIONS,
    STRETCHES,
    LATE_EPISODES;

    byte[] nameBytes() {
        return name().toLowerCase(java.util.Locale.ROOT).getBytes(StandardCharsets.UTF_8);
    }
}
