package io.synfire.ingest.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Unknown fields that were probably meant to be known ones are counted, others are not. */
final class RecordNotesTest {

    private final JsonEpisodeCodec codec = new JsonEpisodeCodec();

    private long misnamed(String json) throws MalformedRecordException {
        long before = codec.notes().misnamed();
        var unused = codec.decode(json.getBytes(StandardCharsets.UTF_8), Origin.at(7));
        return codec.notes().misnamed() - before;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "contxt",
                "Context",
                "CONTEXT",
                "contexts",
                "cotnext",
                "contect",
                "event_id",
                "event-id",
                "EventID",
                "evendId",
                "rewards",
                "rewad",
                "At",
                "retracts",
                "frget"
            })
    void aFieldWhoseNameIsNearlyKnownIsCounted(String name) throws MalformedRecordException {
        assertThat(misnamed("{\"concepts\":[\"a\"],\"" + name + "\":\"x\"}")).isEqualTo(1);
        assertThat(misnamed("{\"" + name + "\":{\"deep\":[1]},\"concepts\":[\"a\"]}"))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "it",
                "att",
                "ts",
                "id",
                "user",
                "type",
                "event",
                "time",
                "timestamp",
                "text",
                "record",
                "note",
                "ctx",
                "session",
                "quantity",
                "strength"
            })
    void anotherFieldIsNot(String name) throws MalformedRecordException {
        assertThat(misnamed("{\"concepts\":[\"a\"],\"" + name + "\":1}")).isZero();
    }

    @Test
    void aFieldIsNotMeantToBeOneThatIsThere() throws MalformedRecordException {
        assertThat(misnamed("{\"content\":\"x\",\"context\":\"u\",\"concepts\":[\"a\"]}"))
                .isZero();
        assertThat(misnamed("{\"context\":null,\"content\":\"x\",\"concepts\":[\"a\"]}"))
                .isZero();
        assertThat(misnamed("{\"content\":\"x\",\"concepts\":[\"a\"]}")).isEqualTo(1);
    }

    @Test
    void fieldsOfConceptsAndOfWhatIsRetractedAreLookedAtToo() throws MalformedRecordException {
        assertThat(misnamed("{\"concepts\":[{\"id\":\"a\",\"strenght\":2},{\"id\":\"b\",\"Strength\":2}]}"))
                .isEqualTo(2);
        assertThat(misnamed("{\"concepts\":[{\"id\":\"a\",\"context\":\"u\",\"weight\":2}]}"))
                .isZero();
        assertThat(misnamed("{\"retract\":{\"at\":1300000000000,\"concepts\":[\"a\"],\"rewrd\":2}}"))
                .isEqualTo(1);
        assertThat(misnamed("{\"retract\":{\"context\":\"k\",\"episodes\":[{\"at\":1300000000000,\"concepts\":[\"a\"],"
                        + "\"event_id\":\"e\"}]}}"))
                .isEqualTo(1);
    }

    @Test
    void namesWithoutEndCostNoMemoryWithoutEnd() throws MalformedRecordException {
        for (int i = 0; i < 5_000; i++) {
            assertThat(misnamed("{\"concepts\":[\"a\"],\"name-" + i + "\":1}")).isZero();
        }
        assertThat(codec.notes().remembered()).isEqualTo(1_000);
        assertThat(misnamed("{\"concepts\":[\"a\"],\"contxt\":1}")).isEqualTo(1);
    }
}
