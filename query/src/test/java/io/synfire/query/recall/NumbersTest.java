package io.synfire.query.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NumbersTest {

    @Test
    void whatJsonWritesIsRead() {
        assertThat(Numbers.number("x", "0.5")).isEqualTo(0.5);
        assertThat(Numbers.number("x", "-1e-3")).isEqualTo(-0.001);
        assertThat(Numbers.number("x", "12E+2")).isEqualTo(1_200);
        assertThat(Numbers.number("x", "1e-999")).isZero();
        assertThat(Numbers.number("x", "0e2")).isZero();
        assertThat(Numbers.whole("x", "0")).isZero();
        assertThat(Numbers.whole("x", "10")).isEqualTo(10);
        assertThat(Numbers.whole("x", "-2147483648")).isEqualTo(Integer.MIN_VALUE);
        assertThat(Numbers.whole("x", "2147483647")).isEqualTo(Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " 1",
                "1 ",
                "0x1p3",
                "0x10",
                "1d",
                "1f",
                "1D",
                "NaN",
                "Infinity",
                "-Infinity",
                "1e309",
                "1e999999999",
                "+1",
                "05",
                "-05",
                "00",
                "00.5",
                ".5",
                "1.",
                "1_000",
                "1,5",
                "١٢",
                "--1",
                "1e",
                "e1"
            })
    void nothingElseIsANumber(String text) {
        assertThatThrownBy(() -> Numbers.number("min-support", text))
                .isInstanceOf(BadQueryException.class)
                .hasMessage("min-support must be a number such as 0.5 or 1e-3: min-support=" + text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.0",
                "1e3",
                "2147483648",
                "-2147483649",
                "99999999999999999999",
                "0x1",
                "١",
                "+1",
                "05",
                "-05",
                "00",
                "ten"
            })
    void nothingElseIsAWholeNumber(String text) {
        assertThatThrownBy(() -> Numbers.whole("k", text))
                .isInstanceOf(BadQueryException.class)
                .hasMessage("k must be a whole number: k=" + text);
    }
}
