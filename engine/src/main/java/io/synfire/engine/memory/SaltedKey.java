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

    SaltedKey(Salt salt, int partition, String id) {
        this(partition, id, salt.hash(partition, id), HeapBytes.of(id));
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
