package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.store.Row;
import io.synfire.engine.view.ConceptHash;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Where ints lie: those that somebody has chosen so that they meet, and those of every day, under any salt. */
final class HostileTargetsTest {

    private static final long SEED = Long.getLong("synfire.seed", 20_270_101);
    private static final int SALTS = 30;

    /** As many as one has brought in; a fifth of them is chosen. */
    private static final int IDS = 500_000;

    /** Looks for each target where a number happens to go badly with what was chosen. Seldom: on average they are as few as ever. */
    private static final long EACH_MAX = 100;

    /** Knuth's, of which everybody knows. */
    private static final int GOLDEN = 0x9E3779B9;

    @Test
    void targetsThatWereChosenToMeetUnderAKnownNumberDoNotUnderASecretOne() {
        int[] hostile = lowest(GOLDEN, IDS);
        long ordinary = looks(ConceptHash.known(GOLDEN), random(IDS));
        long all = 0;
        for (int seed = 0; seed < SALTS; seed++) {
            long looks = looks(ConceptHash.of(Salts.of(seed)), hostile);
            assertThat(looks).as("salt %d", seed).isLessThanOrEqualTo(EACH_MAX * hostile.length);
            all += looks;
        }
        assertThat(all).isLessThanOrEqualTo(2 * ordinary * SALTS);
        // What it is about: a tenth of them takes more than a hundred times as many looks, and all of them take more
        // than that.
        int[] few = lowest(GOLDEN, IDS / 10);
        assertThat(looks(ConceptHash.known(GOLDEN), few)).isGreaterThan(100L * few.length);
    }

    @Test
    void targetsThatWereChosenToMeetInOneStoreDoNotInAnother() {
        long ordinary = looks(ConceptHash.known(GOLDEN), random(IDS / 10));
        long all = 0;
        for (int seed = 0; seed < 5; seed++) {
            ConceptHash known = ConceptHash.of(Salts.of(seed));
            int[] hostile = lowest(known.multiplier(), IDS / 10);
            assertThat(looks(known, hostile)).isGreaterThan(100L * hostile.length);
            for (int other = 100; other < 100 + SALTS; other++) {
                long looks = looks(ConceptHash.of(Salts.of(other)), hostile);
                assertThat(looks).as("salts %d and %d", seed, other).isLessThanOrEqualTo(EACH_MAX * hostile.length);
                all += looks;
            }
        }
        assertThat(all).isLessThanOrEqualTo(2 * ordinary * 5 * SALTS);
    }

    @Test
    void aSecretThatChangesTheHighBitsOfAllAlikeWouldNotDo() {
        int secret = new SplittableRandom(SEED).nextInt() & 0x7FF0_0000;
        int[] hostile = IntStream.of(lowest(GOLDEN, IDS / 10))
                .map(target -> target ^ secret)
                .toArray();
        assertThat(looks(ConceptHash.known(GOLDEN), hostile)).isGreaterThan(100L * hostile.length);
    }

    /** Most rows hold a range of ints, or some of it. */
    @Test
    void denseIntsLieApartUnderAnySalt() {
        for (int seed = 0; seed < SALTS; seed++) {
            ConceptHash hash = ConceptHash.of(Salts.of(seed));
            int[] dense = IntStream.range(17, 49_017).toArray();
            assertThat(looks(hash, dense)).as("salt %d", seed).isLessThanOrEqualTo(2L * dense.length);
            for (int every : new int[] {2, 3, 7, 64, 1_000}) {
                int[] some = IntStream.of(dense).map(target -> target * every).toArray();
                assertThat(looks(hash, some))
                        .as("salt %d, every %dth", seed, every)
                        .isLessThanOrEqualTo(EACH_MAX * dense.length);
            }
        }
    }

    /** How many slots are looked at while all targets of a row find their places. */
    private static long looks(ConceptHash hash, int[] targets) {
        int[] sorted = targets.clone();
        Arrays.sort(sorted);
        float[] ones = new float[sorted.length];
        Arrays.fill(ones, 1);
        Row row =
                new Row(new Row.Header(Row.Kind.WHOLE, 1, Landmarks.of(0), 0, 0, 0, sorted.length), sorted, ones, null);
        return AdjacencyTable.of(hash, row).looks();
    }

    /** Of so many ints the fifth that lies lowest under a number. */
    private static int[] lowest(int multiplier, int ids) {
        return IntStream.range(0, ids)
                .boxed()
                .sorted((a, b) -> Integer.compareUnsigned(a * multiplier, b * multiplier))
                .limit(ids / 5)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static int[] random(int ids) {
        return new SplittableRandom(SEED).ints(0, ids).distinct().limit(ids / 5).toArray();
    }
}
