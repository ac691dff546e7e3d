package io.synfire.ingest.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.ingest.codec.MalformedRecordException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a quantity is as a strength. */
final class StrengthScaleTest {

    private static JsonEpisodeCodec codec(StrengthScale scale) {
        return new JsonEpisodeCodec(new FieldMapping(
                FieldMapping.pointer("concepts", "/items"),
                FieldMapping.pointer("id", "/sku"),
                new FieldMapping.Strength(FieldMapping.pointer("strength", "/quantity"), scale),
                null,
                null,
                null,
                null));
    }

    private static List<Activation> activations(JsonEpisodeCodec codec, String... quantities)
            throws MalformedRecordException {
        StringBuilder items = new StringBuilder();
        for (int i = 0; i < quantities.length; i++) {
            items.append(i == 0 ? "" : ",").append("{\"sku\":\"s").append(i).append('"');
            if (!quantities[i].isEmpty()) {
                items.append(",\"quantity\":").append(quantities[i]);
            }
            items.append('}');
        }
        byte[] json = ("{\"items\":[" + items + "]}").getBytes(StandardCharsets.UTF_8);
        return ((Episode) codec.decode(json, Origin.at(7))).activations();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    log1p        | 1       | 0.6931471805599453
                    log1p        | 10      | 2.3978952727983707
                    log1p        | 5000000 | 15.424948670
                    sqrt         | 1       | 1
                    sqrt         | 2       | 1.4142135623730951
                    sqrt         | 0.25    | 0.5
                    min(x, 1)    | 10      | 1
                    min(x, 1)    | 0.5     | 0.5
                    min(x,20)    | 19      | 19
                    min(x,20)    | 20.5    | 20
                    min( x , 2.5 ) | 1e9   | 2.5
                    """)
    void aNumberIsScaled(String scale, String quantity, double strength) throws MalformedRecordException {
        assertThat(activations(codec(StrengthScale.parse("scale", scale)), quantity))
                .singleElement()
                .satisfies(activation -> assertThat(activation.strength()).isCloseTo(strength, within(1e-9)));
    }

    /** As exports of shops write quantities and prices. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "3"      | 3
                    "0.5"    | 0.5
                    "19.90"  | 19.9
                    "007"    | 7
                    "+2"     | 2
                    "1e3"    | 1000
                    "2.5E-1" | 0.25
                    """)
    void digitsInAStringAreANumber(String quantity, double strength) throws MalformedRecordException {
        assertThat(activations(codec(StrengthScale.NONE), quantity)).containsExactly(new Activation("s0", strength));
        assertThat(activations(codec(StrengthScale.parse("scale", "sqrt")), quantity))
                .containsExactly(new Activation("s0", Math.sqrt(strength)));
    }

    @Test
    void anItemOfWhichThereAreNoneInAStringIsLeftOut() throws MalformedRecordException {
        assertThat(activations(codec(StrengthScale.NONE), "\"0\"", "\"1\"", "\"-0.00\""))
                .containsExactly(new Activation("s1", 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                " 3",
                "3 ",
                "3 pcs",
                "three",
                "0x3",
                "0x1p3",
                "3d",
                "3f",
                "NaN",
                "Infinity",
                "-Infinity",
                "1,5",
                "1.299,00",
                "1,299.00",
                "1_000",
                ".5",
                "5.",
                "--1",
                "1e",
                "\u0663",
                "true"
            })
    void anyOtherStringIsRefusedAsItWasWritten(String quantity) {
        assertThatThrownBy(() -> activations(codec(StrengthScale.NONE), '"' + quantity + '"'))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage("strength must be a number, or digits in a string: strength=\"" + quantity + '"');
    }

    @Test
    void aNumberInAStringKeepsToTheBoundsOfNumbers() {
        assertThatThrownBy(() -> activations(codec(StrengthScale.NONE), "\"-0.5\""))
                .hasMessage("strength must not be negative: strength=-0.5");
        assertThatThrownBy(() -> activations(codec(StrengthScale.NONE), "\"1000001\""))
                .hasMessageContaining("strength must be in (0, 1e6]");
        assertThatThrownBy(() -> activations(codec(StrengthScale.parse("scale", "log1p")), "\"1e999\""))
                .hasMessageContaining("strength must be a finite number");
        assertThatThrownBy(() -> activations(codec(StrengthScale.NONE), "[3]"))
                .hasMessage("strength must be a number, or digits in a string: found=an array");
    }

    /** Without values the reward itself is there; with values a text is a type, whatever it looks like. */
    @Test
    void aRewardMayBeDigitsInAStringToo() throws MalformedRecordException {
        FieldMapping.Reward plain = new FieldMapping.Reward(FieldMapping.pointer("reward", "/r"), Map.of(), null);
        assertThat(reward(plain, "\"-2.5\"")).isEqualTo(-2.5);
        assertThat(reward(plain, "\"0\"")).isZero();
        assertThatThrownBy(() -> reward(plain, "\"good\""))
                .hasMessage("reward must be a number, or digits in a string: reward=\"good\"");
        FieldMapping.Reward byType =
                new FieldMapping.Reward(FieldMapping.pointer("reward", "/r"), Map.of("5", 1.5), null);
        assertThat(reward(byType, "\"5\"")).isEqualTo(1.5);
        assertThatThrownBy(() -> reward(byType, "\"4\"")).hasMessageContaining("no reward in the settings: /r=4");
    }

    private static double reward(FieldMapping.Reward reward, String value) throws MalformedRecordException {
        JsonEpisodeCodec codec = new JsonEpisodeCodec(new FieldMapping(
                FieldMapping.pointer("concepts", "/items"),
                FieldMapping.pointer("id", "/sku"),
                null,
                null,
                null,
                null,
                reward));
        byte[] json = ("{\"items\":[\"a\"],\"r\":" + value + "}").getBytes(StandardCharsets.UTF_8);
        return ((Episode) codec.decode(json, Origin.at(7))).reward();
    }

    @Test
    void whatHasNoNumberFiresOnce() throws MalformedRecordException {
        for (String scale : List.of("log1p", "sqrt", "min(x, 0.5)")) {
            assertThat(activations(codec(StrengthScale.parse("scale", scale)), "", "null"))
                    .containsExactly(Activation.of("s0"), Activation.of("s1"));
        }
    }

    @Test
    void anItemOfWhichThereAreNoneIsLeftOutAndCounted() throws MalformedRecordException {
        for (StrengthScale scale : List.of(
                StrengthScale.NONE,
                StrengthScale.parse("scale", "log1p"),
                StrengthScale.parse("scale", "sqrt"),
                StrengthScale.parse("scale", "min(x, 3)"))) {
            JsonEpisodeCodec codec = codec(scale);
            assertThat(activations(codec, "0", "1", "-0.0", "0e7").stream()
                            .map(Activation::concept)
                            .toList())
                    .containsExactly("s1");
            assertThat(codec.notes().skipped()).isEqualTo(3);
        }
    }

    @Test
    void whereNothingIsLeftTheRecordIsRefusedForItsConcepts() {
        JsonEpisodeCodec codec = codec(StrengthScale.NONE);
        assertThatThrownBy(() -> activations(codec, "0", "0"))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage("at least one concept must have a strength above 0: /items=2 of strength 0")
                .extracting(e -> ((MalformedRecordException) e).reason())
                .isEqualTo(Reason.CONCEPTS);
        assertThat(codec.notes().skipped()).isEqualTo(2);
    }

    @Test
    void whatIsNegativeOrTooLargeIsRefused() {
        for (String scale : List.of("log1p", "sqrt", "min(x, 3)")) {
            assertThatThrownBy(() -> activations(codec(StrengthScale.parse("scale", scale)), "-0.5"))
                    .hasMessage("strength must not be negative: strength=-0.5");
        }
        assertThatThrownBy(() -> activations(codec(StrengthScale.NONE), "1000001"))
                .hasMessageContaining("strength must be in (0, 1e6]");
        assertThatThrownBy(() -> activations(codec(StrengthScale.parse("scale", "sqrt")), "1e13"))
                .hasMessageContaining("strength must be in (0, 1e6]");
        assertThatThrownBy(() -> activations(codec(StrengthScale.parse("scale", "log1p")), "1e999"))
                .hasMessageContaining("strength must be a finite number");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "log",
                "log1p(x)",
                "LOG1P",
                "sqrt(x)",
                "min",
                "min(x)",
                "min(x, 0)",
                "min(x, -1)",
                "min(x, NaN)",
                "min(x, 1e7)",
                "min(x, Infinity)",
                "min(y, 1)",
                "max(x, 1)",
                "min(x",
                "min(x, one)"
            })
    void anythingElseIsNoScale(String text) {
        assertThatThrownBy(() -> StrengthScale.parse("fields.strength.scale", text))
                .hasMessage("fields.strength.scale must be log1p, sqrt or min(x, CAP), with a CAP in (0, 1e6]:"
                        + " fields.strength.scale=" + text);
    }

    @Test
    void whatASettingsFileMaySayReadsBackAsTheSame() {
        for (String scale : List.of("log1p", "sqrt", "min(x, 2.5)")) {
            assertThat(StrengthScale.parse("s", scale).toString()).isEqualTo(scale);
        }
    }
}
