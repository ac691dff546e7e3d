package io.synfire.engine.memory;

import io.synfire.engine.learn.Salt;
import org.jspecify.annotations.Nullable;

/**
 * A context or an event id of a partition, as the key of a hash map. Nobody who does not know the salt can choose keys that meet there; its 64 bits
 * are compared before the text.
 *
 * @param partition index of the partition
 * @param id the context, or the event id
 * @param hash salted, of both
 * @param idBytes what the id takes on the heap
 */
record SaltedKey(int partition, String id, long hash, int idBytes) {

    /** A partition and a period in front of the id; a kind, a family and two lengths. */
    private static final int BATCH_BYTES = 12 + 8;

    SaltedKey(Salt salt, int partition, String id) {
        this(partition, id, salt.hash(partition, id), HeapBytes.of(id));
    }

    /** What a checkpoint writes of it, with what surrounds a key and a short value in its batch. */
    int storedBytes() {
        return BATCH_BYTES + HeapBytes.stored(id);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SaltedKey key && hash == key.hash && partition == key.partition && id.equals(key.id);
    }

    @Override
    public int hashCode() {
        return (int) hash;
    }
}
