package io.synfire.engine.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What somebody else has written is quoted on one line, and steers no terminal. */
final class ShownTest {

    private static final String PLAIN = "Käse \ud83e\uddc0 \\ \"x\"";

    @Test
    void whatEndsALineOrSteersATerminalIsEscapedAndTheRestStays() {
        assertThat(Shown.line("a\nb\r\tc\u001b[31m\u0000\u0085\u2028\u202e\u2066"))
                .isEqualTo("a\\nb\\r\\tc\\u001b[31m\\u0000\\u0085\\u2028\\u202e\\u2066");
        assertThat(Shown.line(PLAIN)).isSameAs(PLAIN);
    }

    @Test
    void aTextOfSeveralLinesKeepsThemAndNothingElse() {
        assertThat(Shown.lines("a\n\tb\r\nc\rd\u001b[31m\u009b2J\u2028\r"))
                .isEqualTo("a\n\tb\r\nc\\rd\\u001b[31m\\u009b2J\\u2028\\r");
        assertThat(Shown.lines(PLAIN)).isSameAs(PLAIN);
    }

    @Test
    void aLongNameIsCutBetweenCharacters() {
        assertThat(Shown.name("x".repeat(100))).isEqualTo("x".repeat(100));
        assertThat(Shown.name("x".repeat(101))).isEqualTo("x".repeat(100) + "…");
        assertThat(Shown.name("x".repeat(99) + "\ud83e\uddc0")).isEqualTo("x".repeat(99) + "…");
        assertThat(Shown.cut("\n\n\n", 2)).isEqualTo("\\n\\n…");
    }
}
