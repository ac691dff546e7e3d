package io.synfire.ingest.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.ingest.codec.MalformedRecordException.Reason;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is quoted of a record is on one line, and steers no terminal. */
final class QuotedRecordTest {

    @Test
    void aFieldThatIsGivenTwiceIsNamedOnOneLine() {
        assertRefused(
                "{'x\\ny\\u001b[31m':1,'x\\ny\\u001b[31m':2}",
                "a record must be JSON whose fields are given once: field=x\\ny\\u001b[31m");
        String name = "n".repeat(900);
        assertRefused(
                "{'" + name + "':1,'" + name + "':2}",
                "a record must be JSON whose fields are given once: field=" + "n".repeat(100) + "…");
    }

    @Test
    void soIsWhateverElseIsQuotedOfARecord() {
        assertRefused("{'concepts':['a'],'at':'x\\ny'}", null);
        assertRefused("{'concept\\n':['a']}", null);
        assertRefused("{'forget':{'concept':'a','partitions':{'t\\nu':0}},'eventId':'f'}", null);
        assertThat(new MalformedRecordException(Reason.VALUE, "a\nb", null)).hasMessage("a\\nb");
    }

    private static void assertRefused(String record, @Nullable String message) {
        byte[] json = record.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> new JsonEpisodeCodec().decode(json, Origin.at(5)))
                .isInstanceOf(MalformedRecordException.class)
                .satisfies(refused -> {
                    assertThat(refused.getMessage()).doesNotContain("\n").doesNotContain("\u001b");
                    if (message != null) {
                        assertThat(refused).hasMessage(message);
                    }
                });
    }
}
