package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a text takes, by hand and as the JVM allocates it. */
final class HeapBytesTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** 24 bytes for the text; for its array a header of 16, and a byte or two a character, up to a multiple of 8. */
    @ParameterizedTest
    @CsvSource({
        "'', 40",
        "a, 48",
        "12345678, 48",
        "123456789, 56",
        "é, 48",
        "ÿÿÿÿÿÿÿÿ, 48",
        "Ā, 48",
        "商品編號, 48",
        "商品編號一, 56",
        "🧀🧀, 48",
        "🧀🧀🧀, 56",
    })
    void byHand(String text, int bytes) {
        assertThat(HeapBytes.of(text)).isEqualTo(bytes);
    }

    /** One letter that is not Latin-1 is enough for two bytes each. */
    @Test
    void oneLetterOfAnotherAlphabetCountsForAll() {
        assertThat(HeapBytes.of("a".repeat(100))).isEqualTo(24 + 16 + 104);
        assertThat(HeapBytes.of("a".repeat(99) + "ж")).isEqualTo(24 + 16 + 200);
        assertThat(HeapBytes.of("ж" + "a".repeat(99))).isEqualTo(24 + 16 + 200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "é", "ж", "商", "🧀"})
    void asAllocated(String letter) {
        for (int length : new int[] {2, 3, 7, 8, 9, 31, 64, 100, 255, 512}) {
            String[] kept = new String[1_000];
            long thread = Thread.currentThread().getId();
            long before = THREADS.getThreadAllocatedBytes(thread);
            for (int i = 0; i < kept.length; i++) {
                // Allocates the text, its array, and nothing else, where the letter is one character.
                kept[i] = letter.repeat(length);
            }
            long bytes = THREADS.getThreadAllocatedBytes(thread) - before;
            assertThat(bytes / kept.length).as("%d times", length).isEqualTo(HeapBytes.of(kept[0]));
        }
    }
}
