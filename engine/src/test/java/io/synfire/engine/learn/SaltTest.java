package io.synfire.engine.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.HostileIds;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The salted hash is SipHash-1-3, by its published vectors, and a salt is kept as its bytes. */
final class SaltTest {

    /** Of messages of 0, 2, 4, … bytes 0, 1, 2, … under the key 00 01 … 0f, as the Rust library publishes them, lowest byte first. */
    private static final String[] VECTORS = {
        "dcc40f055801acab", "4dd4c74d029bcb82", "2883d388605775cf", "a7229fc5502b0dc5",
        "8e9a298d11959036", "7f09ff92ee85de79", "a2d9b457b184a378", "345df9c011a15a60",
        "668b907d1add4fcc", "3ee673b49c38fc8f", "40e0cca6462fdcc0", "2e8720a39b7bfe7f",
        "8c9c3467b2ae64f4", "a51399cae3353e3a", "0dd06cef02ed0bfb", "63e6c543d6110f54",
        "0db6a7166c7b1581", "3e752a1f78129f75", "0662a2add308f52c", "a1363aae9674f4b3",
        "3115e4993236d2c1", "258813c8fe4f7065", "6b87f8faed1ccac2", "23d6b168939c6ea1",
        "464c07dff843319f", "8f09520ad149af7e", "121ff4a2dd304ac4", "e6bcf0734cb38f31",
        "756d3c24dbc0bcb4", "088a7da64d5f038f", "ee44a6f7bce6f4f6", "e094664b15f6b2c3",
    };

    /** Whose two halves are the key's, which are read the lowest byte first. */
    private static final Salt SALT = Salt.of(ByteBuffer.allocate(Salt.BYTES)
            .putLong(0x0706050403020100L)
            .putLong(0x0f0e0d0c0b0a0908L)
            .array());

    @Test
    void theHashOfATextIsSipHash13OfItsChars() {
        for (int i = 0; i < VECTORS.length; i++) {
            assertThat(SALT.hash(text(0, i))).as("%d chars", i).isEqualTo(vector(i));
        }
    }

    @Test
    void theHashOfANumberAndATextIsThatOfTheirBytes() {
        for (int i = 4; i < VECTORS.length; i++) {
            assertThat(SALT.hash(0x0706050403020100L, text(4, i)))
                    .as("%d chars", i - 4)
                    .isEqualTo(vector(i));
        }
        assertThat(SALT.hash(0x0706050403020100L)).isEqualTo(vector(4));
    }

    @Test
    void idsOfOneHashCodeHaveHashesOfTheirOwnUnderEachSalt() {
        Set<Long> hashes = new HashSet<>();
        Set<Integer> lowBits = new HashSet<>();
        Salt drawn = Salt.draw();
        for (int i = 0; i < 100_000; i++) {
            hashes.add(SALT.hash(HostileIds.alike(i)));
            hashes.add(drawn.hash(HostileIds.alike(i)));
            lowBits.add((int) SALT.hash(HostileIds.alike(i)) & 0xffff);
        }
        assertThat(hashes).hasSize(200_000);
        // Of 65,536 places as many as 100,000 balls thrown at random leave full: 1 - e^(-100000/65536) = 78.3 %.
        assertThat(lowBits.size()).isBetween(51_000, 51_600);
    }

    @Test
    void aSaltIsKeptAsItsBytesAndSaysNothingOfThem() {
        Salt drawn = Salt.draw();
        assertThat(drawn.toBytes()).hasSize(16).isNotEqualTo(Salt.draw().toBytes());
        assertThat(Salt.of(drawn.toBytes()).hash("bread")).isEqualTo(drawn.hash("bread"));
        assertThat(drawn.hash("bread")).isNotEqualTo(SALT.hash("bread"));
        assertThat(drawn).hasToString("Salt");
        assertThatThrownBy(() -> Salt.of(new byte[15]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a salt has 16 bytes: bytes=15");
    }

    /** The chars from one on and before another, each of two bytes, the lower first. */
    private static String text(int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int at = from; at < to; at++) {
            text.append((char) (2 * at | (2 * at + 1) << 8));
        }
        return text.toString();
    }

    private static long vector(int index) {
        return Long.reverseBytes(Long.parseUnsignedLong(VECTORS[index], 16));
    }
}
