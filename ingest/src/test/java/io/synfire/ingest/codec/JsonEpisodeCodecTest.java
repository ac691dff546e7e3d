package io.synfire.ingest.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is an episode, and what each other record is told. */
final class JsonEpisodeCodecTest {

    private final JsonEpisodeCodec codec = new JsonEpisodeCodec();

    private Episode decode(String json) throws MalformedRecordException {
        return (Episode) codec.decode(json.getBytes(StandardCharsets.UTF_8), Origin.at(7));
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
        assertThat(decode("{\"at\":1294135200012,\"concepts\":[\"a\"],\"context\":null}"))
                .isEqualTo(Episode.of(1_294_135_200_012L, "a"));
        byte[] bare = "{\"concepts\":[\"a\"]}".getBytes(StandardCharsets.UTF_8);
        assertThat(codec.decode(bare, new Origin(0, "key", "header")))
                .isEqualTo(new Episode(0, "key", List.of(Activation.of("a")), 1, "header"));
    }

    @Test
    void aFieldThatIsNullIsOneThatIsNotThere() throws MalformedRecordException {
        String nulls = "{\"at\":null,\"concepts\":[{\"id\":\"a\",\"strength\":null},\"b\"],\"reward\":null,"
                + "\"eventId\":null,\"forget\":null,\"retract\":null,\"other\":null}";
        assertThat(decode(nulls)).isEqualTo(Episode.of(7, "a", "b"));
        // The header's id stays; but a context that is null is none, whatever the record's key.
        Origin origin = new Origin(7, "key", "header");
        assertThat(codec.decode(nulls.getBytes(StandardCharsets.UTF_8), origin))
                .isEqualTo(new Episode(7, "key", List.of(Activation.of("a"), Activation.of("b")), 1, "header"));
        byte[] none = "{\"concepts\":[\"a\"],\"context\":null}".getBytes(StandardCharsets.UTF_8);
        assertThat(codec.decode(none, origin))
                .isEqualTo(new Episode(7, null, List.of(Activation.of("a")), 1, "header"));
        byte[] unlearned = ("{\"retract\":{\"at\":1294135200000,\"context\":null,\"concepts\":[\"a\"],\"reward\":null,"
                        + "\"episodes\":null,\"before\":null}}")
                .getBytes(StandardCharsets.UTF_8);
        assertThat(codec.decode(unlearned, new Origin(7, "key", null)))
                .isEqualTo(new Retraction(null, List.of(Episode.of(1_294_135_200_000L, "a"))));
        byte[] clock = ("{\"retract\":{\"context\":\"k\",\"before\":null,\"episodes\":[{\"at\":1294135200000,"
                        + "\"clock\":null,\"concepts\":[\"a\"]}]}}")
                .getBytes(StandardCharsets.UTF_8);
        assertThat(codec.decode(clock, Origin.at(7)))
                .isEqualTo(new Retraction("k", List.of(Episode.of(1_294_135_200_000L, "a"))));
        byte[] copies = "{\"forget\":{\"concept\":\"a\",\"partitions\":null}}".getBytes(StandardCharsets.UTF_8);
        assertThat(codec.decode(copies, Origin.at(7))).isEqualTo(new Forget("a"));
    }

    @Test
    void whatIsNullInForeignJsonIsNotThereEither() throws MalformedRecordException {
        JsonEpisodeCodec mapped = new JsonEpisodeCodec(new FieldMapping(
                FieldMapping.pointer("concepts", "/items"),
                FieldMapping.pointer("id", "/sku"),
                new FieldMapping.Strength(FieldMapping.pointer("strength", "/qty"), StrengthScale.NONE),
                new FieldMapping.Time(FieldMapping.pointer("at", "/ts"), TimeFormat.PLAIN),
                FieldMapping.pointer("context", "/user"),
                FieldMapping.pointer("event-id", "/uuid"),
                new FieldMapping.Reward(FieldMapping.pointer("reward", "/stars"), Map.of(), null)));
        Origin origin = new Origin(7, "key", "header");
        List<Activation> tea = List.of(Activation.of("tea"));
        byte[] nulls = ("{\"ts\":null,\"uuid\":null,\"stars\":null,\"user\":null,"
                        + "\"items\":[{\"sku\":\"tea\",\"qty\":null}]}")
                .getBytes(StandardCharsets.UTF_8);
        assertThat(mapped.decode(nulls, origin)).isEqualTo(new Episode(7, null, tea, 1, "header"));
        byte[] missing = "{\"items\":[{\"sku\":\"tea\"}]}".getBytes(StandardCharsets.UTF_8);
        assertThat(mapped.decode(missing, origin)).isEqualTo(new Episode(7, "key", tea, 1, "header"));
        byte[] given = "{\"stars\":-2,\"items\":\"tea\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(mapped.decode(given, origin)).isEqualTo(new Episode(7, "key", tea, -2, "header"));
    }

    @Test
    void aTimeThatIsNotReadAsANumberIsWrittenAsText() throws MalformedRecordException {
        for (long atMs : new long[] {
            0, 1, 99_999_999_999L, 100_000_000_000L, 99_999_999_999_999L, 100_000_000_000_000L, Episode.AT_MS_MAX
        }) {
            JsonEpisodeCodec unbounded =
                    new JsonEpisodeCodec(null, new RecordLimits(RecordLimits.BYTES_MAX, Episode.AT_MS_MAX));
            Episode episode = Episode.of(atMs, "a");
            assertThat(unbounded.decode(unbounded.encode(episode), Origin.at(7)))
                    .isEqualTo(episode);
            Retraction retraction = new Retraction(null, List.of(episode));
            assertThat(unbounded.decode(unbounded.encode(retraction), Origin.at(7)))
                    .isEqualTo(retraction);
        }
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
                    ``                                      | must be a JSON object: found=nothing
                    not json                                | must be JSON
                    {"concepts":["a"]                       | must be JSON: it ends too early
                    {"concepts":["a"]} {}                   | must be one JSON object: follows=object
                    {"concepts":["a"]} null                 | must be one JSON object: follows=null
                    []                                      | must be a JSON object: found=array
                    null                                    | must be a JSON object: found=null
                    7                                       | must be a JSON object: found=number
                    {"concepts":[b]}                        | must be JSON: byte=13
                    {"concepts":["a"],"at":0x1}             | must be JSON: byte=24
                    {"concepts":["a"],"at":01}              | must be JSON: byte=24
                    {"concepts":["a"],"at":+1}              | must be JSON: byte=24
                    {"concepts":["a"],}                     | must be JSON: byte=18
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
                    {"concepts":["a"],"reward":"1"}         | reward must be a number: found=string
                    {"concepts":["a"],"at":-1}              | at must be within 1970-01-01 and 9999-12-31, a negative number is before
                    {"concepts":["a"],"at":true}            | milliseconds since 1970: found=boolean
                    {"concepts":["a"],"at":[1]}             | at must be ISO-8601
                    {"concepts":["a"],"at":1.5}             | at looks like seconds
                    {"concepts":["a"],"at":99999999999999999999} | at looks like nanoseconds
                    {"concepts":["a"],"at":"yesterday"}     | at must be ISO-8601
                    {"concepts":["a"],"concepts":["b"]}     | fields are given once: field=concepts
                    {"at":null,"at":1000000000001,"concepts":["b"]} | fields are given once: field=at
                    {"concepts":[{"id":"a","id":"b"}]}      | fields are given once: field=id
                    {"concepts":["a"],"other":{"x":1,"x":2}} | fields are given once: field=x
                    {"forget":{"concept":"a","concept":"b"}} | fields are given once: field=concept
                    {"retract":{"context":"k","episodes":[{"at":1000000000001,"at":1000000000002,"concepts":["b"]}]}} | fields are given once: field=at
                    {"concepts":null}                       | must have concepts
                    {"concepts":[null]}                     | a concept must be a string or an object: found=null
                    {"concepts":[{"id":null}]}              | must have an id
                    {"concept":["a"]}                       | must have concepts: concepts=missing found=concept
                    {"concepts":[{"Id":"a"}]}               | must have an id: id=missing found=Id
                    {"forget":null,"retract":null}          | must have concepts
                    {"forget":{"concept":null}}             | forget must name a concept
                    {"retract":{"at":null,"concepts":["b"]}} | must say when it was
                    {"retract":{"context":null,"episodes":[{"at":1000000000001,"concepts":["b"]}]}} | with their context
                    {"retract":{"at":5,"concepts":["b"]}}   | at looks like seconds
                    {"retract":{"context":"k","episodes":[{"at":1706788800,"concepts":["b"]}]}} | at looks like seconds
                    {"concepts":["a"],"context":5}          | context must be a string
                    {"forget":{}}                           | forget must name a concept
                    {"forget":"a"}                          | forget must be an object
                    {"forget":{"context":"a"}}              | only a concept can be forgotten
                    {"forget":{"concept":"a"},"concepts":["b"]} | an episode or one command
                    {"retract":{"concepts":["b"]}}          | must say when it was
                    {"retract":{"at":1000000000001}}                    | must have concepts
                    {"retract":{"at":1000000000001,"context":"k","concepts":["b"]}} | with its whole context
                    {"retract":{"context":"k","episodes":[]}} | at least one episode
                    {"retract":{"episodes":[{"at":1000000000001,"concepts":["b"]}]}} | with their context
                    {"retract":{"context":"k","episodes":[{"concepts":["b"]}]}} | must say when it was
                    {"retract":{"context":"k","episodes":[{"at":1000000000001,"context":"l","concepts":["b"]}]}} | of the retracted context
                    {"forget":{"concept":"a","partitions":{"t":1}}} | must have an eventId
                    {"forget":{"concept":"a","partitions":{"t":0}},"eventId":"f"} | must be 1 to 1000000
                    {"forget":{"concept":"a","partitions":{"t":1000001}},"eventId":"f"} | must be 0 to 1000000
                    {"forget":{"concept":"a","partitions":{"t":18446744073709551617}},"eventId":"f"} | must be 0 to 1000000
                    {"forget":{"concept":"a","partitions":{"":1}},"eventId":"f"} | topic must not be empty
                    {"forget":{"concept":"a","partitions":[1]},"eventId":"f"} | partitions must be an object
                    {"forget":{"concept":"a"},"eventId":""} | eventId must not be empty
                    {"retract":{"at":1000000000001,"concepts":["b"],"before":[]}} | before comes with episodes
                    {"retract":{"context":"k","before":{},"episodes":[{"at":1000000000001,"concepts":["b"]}]}} | before must be an array
                    {"retract":{"context":"k","before":[{"at":1000000000001,"context":"l","concepts":["b"]}],"episodes":[{"at":1000000000001,"concepts":["b"]}]}} | of the retracted context
                    {"retract":{"context":"k","episodes":[{"at":1000000000009,"clock":1000000000008,"concepts":["b"]}]}} | clock must be within at
                    {"retract":{"context":"k","episodes":[{"at":1000000000009,"clock":-1,"concepts":["b"]}]}} | clock must be 0 to
                    {"retract":{"context":"k","episodes":[{"at":1000000000009,"clock":"9","concepts":["b"]}]}} | clock must be a whole number: found=string
                    {"retract":{"context":"k","before":[{"at":1000000000009,"clock":1000000000030,"concepts":["b"]}],"episodes":[{"at":1000000000009,"clock":1000000000020,"concepts":["b"]}]}} | clocks must not fall
                    """)
    void aMalformedRecordIsToldTheRuleItBreaks(String json, String rule) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageContaining(rule);
    }

    @Test
    void commandsAreReadAndWhatIsWrittenReadsBackAsTheSame() throws MalformedRecordException {
        Episode episode = new Episode(5, null, List.of(Activation.of("a"), new Activation("b", 0.25)), -2, "e");
        Episode inContext = new Episode(6, "k", List.of(Activation.of("ü\"")), 1, null);
        List<Entry> entries = List.of(
                episode,
                inContext,
                new Forget("a b"),
                new Retraction(null, List.of(episode)),
                new Retraction("k", List.of(inContext, new Episode(7, "k", List.of(Activation.of("c")), 3, null))),
                new Forget("a", Map.of("t-1", 3, "t-2", 1), "f-1"),
                new Forget("a", Map.of(), "f-2"),
                new Retraction(null, List.of(), List.of(Learned.of(episode)), "e"),
                new Retraction(
                        "k",
                        List.of(new Learned(inContext, 60), Learned.of(inContext)),
                        List.of(new Learned(new Episode(7, "k", List.of(Activation.of("c")), 3, "own"), 70)),
                        "r-1"));
        for (Entry entry : entries) {
            assertThat(codec.decode(codec.encode(entry), Origin.at(99))).isEqualTo(entry);
        }
        assertThat(read("{\"retract\":{\"at\":\"1970-01-01T00:00:00.005Z\",\"concepts\":[\"a\"],\"reward\":2}}"))
                .isEqualTo(new Retraction(null, List.of(new Episode(5, null, List.of(Activation.of("a")), 2, null))));
    }

    @Test
    void aCommandsIdStandsBesideItOrComesWithTheRecord() throws MalformedRecordException {
        String after =
                "{\"retract\":{\"at\":\"1970-01-01T00:00:00.005Z\",\"concepts\":[\"a\"],\"eventId\":\"e\"},\"eventId\":\"r\"}";
        String ahead =
                "{\"eventId\":\"r\",\"retract\":{\"at\":\"1970-01-01T00:00:00.005Z\",\"concepts\":[\"a\"],\"eventId\":\"e\"}}";
        Episode named = new Episode(5, null, List.of(Activation.of("a")), 1, "e");
        Retraction expected = new Retraction(null, List.of(), List.of(Learned.of(named)), "r");
        assertThat(read(after)).isEqualTo(expected);
        assertThat(read(ahead)).isEqualTo(expected);
        byte[] bare = "{\"forget\":{\"concept\":\"a\"}}".getBytes(StandardCharsets.UTF_8);
        assertThat(codec.decode(bare, new Origin(7, null, "header"))).isEqualTo(new Forget("a", Map.of(), "header"));
    }

    @Test
    void foreignJsonIsMappedByPointersAndARewardPerTypeOfEvent() throws MalformedRecordException {
        JsonEpisodeCodec mapped = new JsonEpisodeCodec(new FieldMapping(
                FieldMapping.pointer("concepts", "/payload/items"),
                FieldMapping.pointer("id", "/sku"),
                new FieldMapping.Strength(FieldMapping.pointer("strength", "/qty"), StrengthScale.NONE),
                new FieldMapping.Time(FieldMapping.pointer("at", "/ts"), TimeFormat.PLAIN),
                FieldMapping.pointer("context", "/user/id"),
                FieldMapping.pointer("event-id", "/meta/0"),
                new FieldMapping.Reward(
                        FieldMapping.pointer("reward", "/type"),
                        Map.of("view", 1.0, "save", 10.0, "dislike", -10.0),
                        null)));
        String json = "{\"type\":\"dislike\",\"ts\":1294135201234,\"user\":{\"id\":17},\"meta\":[\"x-1\"],"
                + "\"payload\":{\"items\":[{\"sku\":\"tea\",\"qty\":2},\"cup\",4711]}}";
        assertThat(mapped.decode(json.getBytes(StandardCharsets.UTF_8), Origin.at(7)))
                .isEqualTo(new Episode(
                        1_294_135_201_234L,
                        "17",
                        List.of(new Activation("tea", 2), Activation.of("cup"), Activation.of("4711")),
                        -10,
                        "x-1"));
        byte[] bare = "{\"type\":\"view\",\"payload\":{\"items\":\"tea\"}}".getBytes(StandardCharsets.UTF_8);
        assertThat(mapped.decode(bare, Origin.at(7))).isEqualTo(Episode.of(7, "tea"));
        assertThatThrownBy(() -> mapped.decode(
                        "{\"type\":\"share\",\"payload\":{\"items\":[\"a\"]}}".getBytes(StandardCharsets.UTF_8),
                        Origin.at(7)))
                .hasMessageContaining("no reward")
                .hasMessageContaining("/type=share");
        assertThatThrownBy(() -> mapped.decode("{\"type\":\"view\"}".getBytes(StandardCharsets.UTF_8), Origin.at(7)))
                .hasMessageContaining("/payload/items=missing");
        assertThat(mapped.decode("{\"forget\":{\"concept\":\"tea\"}}".getBytes(StandardCharsets.UTF_8), Origin.at(7)))
                .isEqualTo(new Forget("tea"));
    }

    private Entry read(String json) throws MalformedRecordException {
        return codec.decode(json.getBytes(StandardCharsets.UTF_8), Origin.at(7));
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
                codec.decode(mutated, Origin.at(0));
                episodes++;
            } catch (MalformedRecordException e) {
                assertThat(e.getMessage()).as("seed %d, input %d", seed, i).isNotBlank();
            }
        }
        assertThat(episodes).isBetween(1, 19_999);
    }
}
