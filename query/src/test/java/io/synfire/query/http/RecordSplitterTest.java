package io.synfire.query.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.query.recall.BadQueryException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RecordSplitterTest {

    private static List<String> json(String body) {
        return texts(RecordSplitter.json(BodyTest.of(body), 1_000));
    }

    private static List<String> lines(String body) {
        return texts(RecordSplitter.lines(BodyTest.of(body), 1_000));
    }

    private static List<String> texts(List<byte[]> records) {
        return records.stream()
                .map(record -> new String(record, StandardCharsets.UTF_8))
                .toList();
    }

    /** Values are made together with what they are split into. */
    @Test
    void anArrayIsSplitWhereItsValuesEnd() {
        long seed = 20_261_126;
        Random random = new Random(seed);
        for (int run = 0; run < 2_000; run++) {
            List<String> values = new ArrayList<>();
            StringBuilder body = new StringBuilder(blanks(random)).append('[');
            for (int i = 1 + random.nextInt(6); i > 0; i--) {
                String value = value(random, 4);
                values.add(value);
                body.append(blanks(random)).append(value).append(blanks(random)).append(i == 1 ? "" : ",");
            }
            body.append(']').append(blanks(random));
            assertThat(json(body.toString()))
                    .as("seed=%s run=%s %s", seed, run, body)
                    .isEqualTo(values);
        }
    }

    private static String blanks(Random random) {
        return " \t\n\r".repeat(2).substring(0, random.nextInt(3));
    }

    private static String value(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> Integer.toString(random.nextInt(100));
            case 1 -> "null";
            case 2 ->
                "\""
                        + List.of("", "ü", "],[", "}{", "\\\"", "\\\\", "\\\\\\\"],")
                                .get(random.nextInt(7)) + "\"";
            case 3 -> "\"" + "x".repeat(random.nextInt(300)) + "\"";
            case 4 -> "[" + members(random, depth, () -> value(random, depth - 1)) + "]";
            default -> "{" + members(random, depth, () -> "\"a]\" : " + value(random, depth - 1)) + "}";
        };
    }

    private static String members(Random random, int depth, Supplier<String> member) {
        List<String> members = new ArrayList<>();
        for (int i = random.nextInt(depth + 1); i > 0; i--) {
            members.add(member.get());
        }
        return String.join(" , ", members);
    }

    @Test
    void whatIsNoArrayIsOneRecordAndALineIsOneUnlessItIsBlank() {
        assertThat(json(" {\"a\":[1,2]}\r\n")).containsExactly("{\"a\":[1,2]}");
        assertThat(json("\uFEFF{}")).containsExactly("{}");
        assertThat(json("\uFEFF[{},2]")).containsExactly("{}", "2");
        // What is no JSON is for the codec.
        assertThat(json("{}{}")).containsExactly("{}{}");
        assertThat(json("[{} {},tru e]")).containsExactly("{} {}", "tru e");
        assertThat(lines("\uFEFF{}\r\n\n \t \r\n[1,\n2]")).containsExactly("{}", "[1,", "2]");
        assertThat(lines("{}\n")).containsExactly("{}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n", "[]", "[ ] "})
    void nothingIsNoRecord(String body) {
        assertThatThrownBy(() -> json(body))
                .isInstanceOf(BadQueryException.class)
                .hasMessageContaining("records=0");
        assertThatThrownBy(() -> lines(body.replaceAll("[\\[\\]]", "")))
                .isInstanceOf(BadQueryException.class)
                .hasMessageContaining("records=0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    [1,2             | an array must end: record=1 byte=4
                    [                | an array must end: record=0 byte=1
                    [1,              | an array must end: record=1 byte=3
                    ["a]             | an array must end: record=0 byte=4
                    ["a\\            | an array must end: record=0 byte=4
                    [{"a":1]         | an array must end: record=0 byte=8
                    [{]}}]           | an array must end: record=0 byte=6
                    [,1]             | an array must hold a value between its commas: record=0 byte=1
                    [1,]             | an array must hold a value between its commas: record=1 byte=3
                    [1,,2]           | an array must hold a value between its commas: record=1 byte=3
                    [1] 2            | the body must be one JSON value: record=1 byte=4
                    [] ]             | the body must be one JSON value: record=0 byte=3
                    """)
    void anArrayThatIsNoneIsRefused(String body, String message) {
        assertThatThrownBy(() -> json(body))
                .isInstanceOf(BadQueryException.class)
                .hasMessage(message);
    }

    @Test
    void recordsAreCountedBeforeTheyAreKept() {
        assertThat(RecordSplitter.json(BodyTest.of("[1,2,3]"), 3)).hasSize(3);
        assertThat(RecordSplitter.lines(BodyTest.of("1\n2\n3\n"), 3)).hasSize(3);
        assertThatThrownBy(() -> RecordSplitter.json(BodyTest.of("[1,2,3,4,"), 3))
                .isInstanceOf(BadBodyException.class)
                .hasMessageContaining("http.episodes-max=3");
        assertThatThrownBy(() -> RecordSplitter.lines(BodyTest.of("1\n2\n3\n4"), 3))
                .isInstanceOf(BadBodyException.class)
                .hasMessageContaining("http.episodes-max=3");
    }
}
