package io.synfire.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BodyTest {

    static Body of(byte[] bytes) {
        Body body = new Body();
        body.append(ByteBuffer.wrap(bytes));
        return body;
    }

    static Body of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatIsAppendedInAnyPiecesIsThereAndTakesWhatWasSaid() throws Exception {
        long seed = 20_261_126;
        Random random = new Random(seed);
        for (int run = 0; run < 200; run++) {
            Body body = new Body();
            ByteArrayOutputStream expected = new ByteArrayOutputStream();
            long taken = 0;
            for (int pieces = random.nextInt(12); pieces > 0; pieces--) {
                byte[] piece = new byte[random.nextInt(random.nextBoolean() ? 300 : 90_000)];
                random.nextBytes(piece);
                taken += body.growth(piece.length);
                body.append(ByteBuffer.wrap(piece));
                expected.writeBytes(piece);
            }
            byte[] bytes = expected.toByteArray();
            String shown = "seed=" + seed + " run=" + run + " bytes=" + bytes.length;
            assertThat(body.length()).as(shown).isEqualTo(bytes.length);
            assertThat(body.stream().readAllBytes()).as(shown).isEqualTo(bytes);
            // Half of it may be empty while it is small, a block at most when it is large.
            assertThat(taken).as(shown).isBetween((long) bytes.length, bytes.length + 65_536L);
            if (bytes.length > 0) {
                int from = random.nextInt(bytes.length);
                int to = from + random.nextInt(bytes.length - from);
                assertThat(body.copy(from, to)).as(shown).isEqualTo(Arrays.copyOfRange(bytes, from, to));
                assertThat(body.at(from)).as(shown).isEqualTo(bytes[from]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "ü€😀", "\uFEFF[]", "\u0001"})
    void whatIsUtf8IsText(String text) {
        assertThat(of(text).isText()).isTrue();
        assertThat(of("x".repeat(65_535) + text).isText()).isTrue();
    }

    @Test
    void whatIsNotUtf8OrHoldsTheCharacter0IsNoText() {
        for (byte[] bytes : new byte[][] {
            {0},
            {'[', 0, ']', 0},
            {(byte) 0xFF, (byte) 0xFE, '[', 0},
            {(byte) 0xC3},
            {(byte) 0xC3, '('},
            {(byte) 0xC0, (byte) 0x80},
            {(byte) 0xE0, (byte) 0x80, (byte) 0x80},
            {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
            {(byte) 0xF8, (byte) 0x88, (byte) 0x80, (byte) 0x80, (byte) 0x80},
            "[1]".getBytes(StandardCharsets.UTF_16),
            "[1]".getBytes(StandardCharsets.UTF_16LE),
            "ü".getBytes(StandardCharsets.ISO_8859_1)
        }) {
            assertThat(of(bytes).isText()).as(Arrays.toString(bytes)).isFalse();
        }
    }
}
