package io.synfire.ingest.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is an episode, and what each other record is told. */
final class JsonEpisodeCodecTest {

    private final JsonEpisodeCodec codec = new JsonEpisodeCodec();

    private Episode decode(String json) throws MalformedRecordException {
        return codec.decode(json.getBytes(StandardCharsets.UTF_8), 7, null);
    }

    @Test
    void everyFieldIsRead() throws MalformedRecordException {
        Episode episode = decode("{\"at\":\"2011-01-04T12:00:00+02:00\",\"context\":\"user-17\",\"x\":{\"deep\":[1]},"
                + "\"concepts\":[\"bread\",{\"id\":\"butter\",\"strength\":0.5}],\"reward\":-2,\"eventId\":\"e-1\"}");
        assertThat(episode)
                .isEqualTo(new Episode(
                        1_294_135_200_000L,
                        "user-17",
                        List.of(Activation.of("bread"), new Activation("butter", 0.5)),
                        -2,
                        "e-1"));
    }

    @Test
    void conceptsAloneAreEnough() throws MalformedRecordException {
        assertThat(decode("{\"concepts\":[\"a\",\"b\"]}")).isEqualTo(Episode.of(7, "a", "b"));
        assertThat(decode("{\"at\":12,\"concepts\":[\"a\"],\"context\":null}")).isEqualTo(Episode.of(12, "a"));
        assertThat(codec.decode("{\"concepts\":[\"a\"]}".getBytes(StandardCharsets.UTF_8), 0, "key")
                        .context())
                .isEqualTo("key");
    }

    @Test
    void aConceptListedTwiceFiresOnceAtItsLargestStrength() throws MalformedRecordException {
        assertThat(decode("{\"concepts\":[\"a\",{\"id\":\"a\",\"strength\":3},\"b\"]}")
                        .activations())
                .containsExactly(new Activation("a", 3), Activation.of("b"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    ``                                      | must be a JSON object
                    not json                                | must be JSON
                    {"concepts":["a"]                       | must be JSON
                    {"concepts":["a"]} {}                   | must be one JSON object
                    []                                      | must be a JSON object
                    {}                                      | must have concepts
                    {"concepts":[]}                         | concepts must hold at least one
                    {"concepts":"a"}                        | concepts must be an array
                    {"concepts":[1]}                        | a concept must be a string or an object
                    {"concepts":[""]}                       | must not be empty
                    {"concepts":["a\\u0007"]}               | control characters
                    {"concepts":["\\ud800"]}                | unpaired surrogate
                    {"concepts":[{"strength":1}]}           | must have an id
                    {"concepts":[{"id":"a","strength":0}]}  | strength must be in
                    {"concepts":[{"id":"a","strength":-1}]} | strength must be in
                    {"concepts":["a"],"reward":1e999}       | finite
                    {"concepts":["a"],"reward":NaN}         | must be JSON
                    {"concepts":["a"],"reward":"1"}         | reward must be a number
                    {"concepts":["a"],"at":-1}              | at must be within
                    {"concepts":["a"],"at":1.5}             | at must be ISO-8601 or whole
                    {"concepts":["a"],"at":99999999999999999999} | must be JSON
                    {"concepts":["a"],"at":"yesterday"}     | at must be ISO-8601
                    {"concepts":["a"],"at":"2011-01-04"}    | at must be ISO-8601
                    {"concepts":["a"],"concepts":["b"]}     | must be JSON
                    {"concepts":["a"],"context":5}          | context must be a string
                    {"forget":{"concept":"a"}}              | does not apply commands
                    """)
    void aMalformedRecordIsToldTheRuleItBreaks(String json, String rule) {
        assertThatThrownBy(() -> decode(json))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining(rule);
    }

    @Test
    void idsAreMeasuredInBytes() throws MalformedRecordException {
        assertThat(decode("{\"concepts\":[\"" + "é".repeat(256) + "\"]}").activations())
                .hasSize(1);
        assertThatThrownBy(() -> decode("{\"concepts\":[\"" + "é".repeat(257) + "\"]}"))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining("512 bytes");
    }

    @Test
    void deepJsonIsRefused() {
        assertThatThrownBy(() -> decode("{\"x\":" + "[".repeat(5000) + "]".repeat(5000) + ",\"concepts\":[\"a\"]}"))
                .isInstanceOf(MalformedRecordException.class);
    }

    @Test
    void whateverTheBytesTheAnswerIsAnEpisodeOrARule() {
        long seed = 20_111_209;
        SplittableRandom random = new SplittableRandom(seed);
        byte[] good =
                "{\"at\":\"2011-01-04T10:00:00Z\",\"concepts\":[\"bread\",{\"id\":\"b\",\"strength\":0.5}],\"reward\":1.0}"
                        .getBytes(StandardCharsets.UTF_8);
        int episodes = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] mutated = good.clone();
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            try {
                codec.decode(mutated, 0, null);
                episodes++;
            } catch (MalformedRecordException e) {
                assertThat(e.getMessage()).as("seed %d, input %d", seed, i).isNotBlank();
            }
        }
        assertThat(episodes).isBetween(1, 19_999);
    }
}
