package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.store.Row;
import io.synfire.engine.store.Row.Header;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is kept for readers is within its bound: rows, and the strongest of tables. */
final class RowCacheTest {

    /** Room for ten tables that keep their strongest. */
    private static final long BYTES = 40 * Strongest.BYTES_MAX;

    private final RowCache cache = new RowCache(Salts.HASH, BYTES);

    @Test
    void aQuarterIsForTheStrongestAndThoseThatWereAskedForLongestAgoLeave() {
        for (int cue = 0; cue < 10; cue++) {
            assertThat(cache.keepsStrongest(cue)).as("%d", cue).isEqualTo(-1);
            assertThat(cache.bytes()).isEqualTo((cue + 1L) * Strongest.BYTES_MAX);
        }
        // Whoever asks again is last.
        assertThat(cache.keepsStrongest(0)).isEqualTo(-1);
        assertThat(cache.bytes()).isEqualTo(10 * Strongest.BYTES_MAX);
        for (int cue = 10; cue < 19; cue++) {
            assertThat(cache.keepsStrongest(cue)).isEqualTo(cue - 9);
        }
        assertThat(cache.keepsStrongest(19)).isZero();
        assertThat(cache.bytes()).isEqualTo(10 * Strongest.BYTES_MAX);
    }

    @Test
    void oneIsKeptHoweverSmallItIs() {
        RowCache none = new RowCache(Salts.HASH, 0);
        assertThat(none.keepsStrongest(5)).isEqualTo(-1);
        assertThat(none.keepsStrongest(5)).isEqualTo(-1);
        assertThat(none.keepsStrongest(7)).isEqualTo(5);
        assertThat(none.bytes()).isEqualTo(Strongest.BYTES_MAX);
    }

    /** Rows fill what the strongest leave, and make room for these. */
    @Test
    void allOfItIsNeverMoreThanItsBound() {
        FoldedRow row = row(2_000);
        int count = (int) (BYTES / row.bytes());
        for (int cue = 0; cue < 2 * count; cue++) {
            cache.put(cue, row, cache.version());
            assertThat(cache.bytes()).isEqualTo(Math.min(cue + 1, count) * row.bytes());
        }
        for (int cue = 0; cue < 10; cue++) {
            assertThat(cache.keepsStrongest(1_000 + cue)).isEqualTo(-1);
            assertThat(cache.bytes()).isLessThanOrEqualTo(BYTES);
        }
        long left = (BYTES - 10 * Strongest.BYTES_MAX) / row.bytes();
        assertThat(cache.bytes()).isEqualTo(10 * Strongest.BYTES_MAX + left * row.bytes());
        // The last that were read are there.
        for (int cue = 0; cue < 2 * count; cue++) {
            assertThat(cache.get(cue) != null).as("%d", cue).isEqualTo(cue >= 2L * count - left);
        }
        BitSet all = new BitSet();
        all.set(0, 2 * count);
        cache.drop(all);
        assertThat(cache.bytes()).isEqualTo(10 * Strongest.BYTES_MAX);
    }

    @Test
    void whatIsMoreThanHalfOfItAndWhatWasReadBeforeOthersWereWrittenIsNotKept() {
        int fits = (int) ((BYTES / 2 - row(0).bytes() - 4 * 512) / 8);
        cache.put(1, row(fits), cache.version());
        assertThat(cache.get(1)).isNotNull();
        cache.put(2, row(fits + 1), cache.version());
        assertThat(cache.get(2)).isNull();
        long before = cache.version();
        cache.drop(new BitSet());
        cache.put(3, row(1), before);
        assertThat(cache.get(3)).isNull();
        assertThat(cache.hits()).isEqualTo(1);
        assertThat(cache.misses()).isEqualTo(2);
    }

    private static FoldedRow row(int size) {
        Header header = new Header(Row.Kind.WHOLE, 1, Landmarks.of(0), 0, 0, 0, size);
        return new FoldedRow(
                new Row(header, IntStream.range(0, size).toArray(), new float[size], null), 1, ConceptSet.EMPTY);
    }
}
