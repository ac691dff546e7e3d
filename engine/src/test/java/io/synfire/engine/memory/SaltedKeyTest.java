package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.HostileIds;
import io.synfire.engine.learn.Salt;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Event ids and contexts do not meet in a hash map, whoever chose them. */
final class SaltedKeyTest {

    private static final Salt SALT = Salts.of(1);
    private static final int KEYS = 100_000;

    @Test
    void idsOfOneHashCodeAreFoundAsSoonAsOthers() {
        long ordinary = probes(HostileIds::ordinary);
        long alike = probes(HostileIds::alike);
        System.out.println("keys looked at for 100,000 ids: ordinary=" + ordinary + " alike=" + alike);
        assertThat(alike).isLessThanOrEqualTo(2 * ordinary);
        // 1 + half of the others in its bucket: 1 + 100,000 / 262,144 / 2.
        assertThat(ordinary).isLessThan((long) (1.25 * KEYS));
    }

    /** How many keys a {@link java.util.HashMap} of so many looks at to find each of them once. */
    private static long probes(IntFunction<String> ids) {
        int[] buckets = new int[1 << 18];
        long probes = 0;
        for (int i = 0; i < KEYS; i++) {
            int hash = new SaltedKey(SALT, 3, ids.apply(i)).hashCode();
            probes += ++buckets[(hash ^ hash >>> 16) & buckets.length - 1];
        }
        return probes;
    }

    @Test
    void keysAreEqualIfPartitionAndIdAre() {
        Set<SaltedKey> keys = new HashSet<>();
        for (int partition = 0; partition < 10; partition++) {
            for (int i = 0; i < 1_000; i++) {
                assertThat(keys.add(new SaltedKey(SALT, partition, HostileIds.alike(i))))
                        .isTrue();
                assertThat(keys.add(new SaltedKey(SALT, partition, HostileIds.alike(i))))
                        .isFalse();
            }
        }
        assertThat(keys).hasSize(10_000);
        // All 64 bits are alike: the text decides, and the partition.
        assertThat(new SaltedKey(1, "a", 7, 48))
                .isNotEqualTo(new SaltedKey(1, "b", 7, 48))
                .isNotEqualTo(new SaltedKey(2, "a", 7, 48));
    }
}
