package io.synfire.ingest.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.event.Episode;
import io.synfire.ingest.codec.MalformedRecordException.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A record is UTF-8, byte for byte. */
final class Utf8Test {

    private static final long SEED = Long.getLong("synfire.seed", 20_240_201);

    private final JsonEpisodeCodec codec = new JsonEpisodeCodec();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80", // goes on, and nothing began
                "C3", // ends in the middle
                "C328", // does not go on
                "C0AF", // a slash in two bytes
                "E080AF", // in three
                "F08080AF", // in four
                "C080", // NUL in two
                "EDA080", // half a pair of surrogates
                "EDA0BDEDB880", // a pair of them, each by itself
                "F4908080", // beyond U+10FFFF
                "F5808080",
                "F888808080", // five bytes
                "FF",
                "E282", // ends in the middle
                "E28228"
            })
    void whatIsNoUtf8IsNoRecordWhereverItIs(String hex) {
        assertRefused("{\"concepts\":[\"a", hex, "\"]}");
        assertRefused("{\"concepts\":[\"a\"],\"context\":\"", hex, "\"}");
        assertRefused("{\"concepts\":[\"a\"],\"other\":\"", hex, "\"}");
        assertRefused("{\"concepts\":[\"a\"],\"", hex, "\":1}");
        assertRefused("{\"concepts\":[\"" + "x".repeat(40), hex, "\"]}");
        assertRefused("{\"concepts\":[\"a\"]}", hex, "");
    }

    @Test
    void otherEncodingsOfUnicodeAreNone() {
        String json = "{\"concepts\":[\"a\"]}";
        for (String name : new String[] {"UTF-16BE", "UTF-16LE", "UTF-16", "UTF-32BE", "UTF-32LE"}) {
            assertThatThrownBy(() -> codec.decode(json.getBytes(Charset.forName(name)), Origin.at(7)))
                    .as(name)
                    .isInstanceOf(MalformedRecordException.class)
                    .hasMessageContaining("a record must be UTF-8")
                    .extracting(e -> ((MalformedRecordException) e).reason())
                    .isEqualTo(Reason.JSON);
        }
    }

    @Test
    void everyCharacterThatThereIsIsReadAsItIs() throws MalformedRecordException {
        String text = "e\u00e9\u0800\uffff\ud800\udc00\udbff\udfff\u65e5\u672c\ud83d\ude00";
        byte[] json = ("\ufeff{\"concepts\":[\"" + text + "\"]}").getBytes(StandardCharsets.UTF_8);
        assertThat(codec.decode(json, Origin.at(7))).isEqualTo(Episode.of(7, text));
    }

    @Test
    void itAgreesWithTheDecoderOfTheJdkOnAnyBytes() {
        System.out.println("seed=" + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        byte[] good = "plain text, then \u00e9\u0800\ud83d\ude00 and plain text again".getBytes(StandardCharsets.UTF_8);
        int wellFormed = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = good.clone();
            for (int changes = random.nextInt(3); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            int from = random.nextInt(4);
            int to = from + random.nextInt(bytes.length - from + 1);
            boolean expected = isDecodable(Arrays.copyOfRange(bytes, from, to));
            assertThat(Utf8.isWellFormed(bytes, from, to))
                    .as("seed %d, %s from %d to %d", SEED, HexFormat.of().formatHex(bytes), from, to)
                    .isEqualTo(expected);
            wellFormed += expected ? 1 : 0;
        }
        assertThat(wellFormed).isBetween(10_000, 90_000);
    }

    private void assertRefused(String before, String hex, String behind) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(before.getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(HexFormat.of().parseHex(hex));
        bytes.writeBytes(behind.getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> codec.decode(bytes.toByteArray(), Origin.at(7)))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("a record must be UTF-8")
                .extracting(e -> ((MalformedRecordException) e).reason())
                .isEqualTo(Reason.JSON);
    }

    private static boolean isDecodable(byte[] bytes) {
        try {
            var unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
