package io.synfire.ingest.codec;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import io.synfire.ingest.codec.MalformedRecordException.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/**
 * Records as JSON objects, in UTF-8. Episodes:
 *
 * <pre>
 * {"at": "2011-01-04T10:00:00Z", "context": "user-17", "concepts": ["bread", {"id": "butter", "strength": 0.5}],
 *  "reward": 1.0, "eventId": "e-1"}
 * </pre>
 *
 * <p>{@code concepts} alone is required; {@code at} is ISO-8601 or RFC 1123 with an offset, a bare date, or milliseconds since the epoch. A
 * field that is null is one that is not there; but where {@code context} is null there is no context, whatever the record's key. Unknown
 * fields are ignored; {@link RecordNotes} counts those that were probably meant to be others. A field that is given twice is refused: it
 * is not clear which is meant. Commands:
 *
 * <pre>
 * {"forget": {"concept": "bread"}}
 * {"forget": {"concept": "bread", "partitions": {"synfire.episodes": 3}}, "eventId": "f-1"}
 * {"retract": {"at": "2011-01-04T10:00:00Z", "concepts": ["bread", "butter"]}}
 * {"retract": {"context": "user-17", "episodes": [{"at": …, "concepts": […]}, …]}}
 * {"retract": {"context": "user-17", "before": [{"at": …, "clock": …, "concepts": […]}, …], "episodes": […]}, "eventId": "r-1"}
 * </pre>
 *
 * <p>A command's {@code eventId} stands beside it. {@code clock}, in milliseconds since the epoch, is that of the partition right after the
 * episode was learned; see {@link Retraction}. {@code partitions} says that the same command is in so many partitions of a topic, those
 * from 0 on; see {@link Forget}.
 *
 * <p>With a {@link FieldMapping}, episodes are read out of foreign JSON; a record that has {@code forget} or {@code retract} as an object at
 * its root is a command all the same. Immutable and thread-safe; a record costs about a microsecond, a mapped one about three.
 */
public final class JsonEpisodeCodec {

    private static final int NUMBER_MAX = 100;
    private static final int NAME_MAX = 1_000;
    private static final int TEXT_MAX = 1 << 20;

    /** What a usual size is. */
    private static final String TOO_LARGE = "a record must be JSON of a usual size, nested at most "
            + RecordLimits.DEPTH_MAX + " deep, of at most " + RecordLimits.VALUES_MAX
            + " values, with texts of at most "
            + TEXT_MAX + " characters, names of " + NAME_MAX + " and numbers of " + NUMBER_MAX + ": ";

    private static final byte[] RETRACT = "retract".getBytes(StandardCharsets.US_ASCII);

    /** With which an escaped Latin letter begins; it goes on with its row of the table, 6 or 7. */
    private static final byte[] ESCAPE = "\\u00".getBytes(StandardCharsets.US_ASCII);

    /** Buffers of the thread's own: the pool that threads share costs a twelfth of the reading of a record. */
    private final JsonFactory factory = JsonFactory.builder()
            .recyclerPool(JsonRecyclerPools.threadLocalPool())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(RecordLimits.DEPTH_MAX)
                    .maxTokenCount(RecordLimits.VALUES_MAX)
                    .maxNumberLength(NUMBER_MAX)
                    .maxNameLength(NAME_MAX)
                    .maxStringLength(TEXT_MAX)
                    .build())
            .build();

    private final RecordNotes notes;
    private final @Nullable MappedRecord mapped;
    private final RecordLimits limits;
    private final HeldRetractions held;

    /** A codec of Synfire's own form. */
    public JsonEpisodeCodec() {
        this(null);
    }

    /**
     * A codec of foreign JSON.
     *
     * @param mapping where things are, or null for Synfire's own form
     */
    public JsonEpisodeCodec(@Nullable FieldMapping mapping) {
        this(mapping, RecordLimits.DEFAULTS);
    }

    /**
     * A codec with limits of its own.
     *
     * @param mapping where things are, or null for Synfire's own form
     * @param limits what a record may be at most
     */
    public JsonEpisodeCodec(@Nullable FieldMapping mapping, RecordLimits limits) {
        this(mapping, limits, new RecordNotes());
    }

    /**
     * A codec that notes what others note, too.
     *
     * @param mapping where things are, or null for Synfire's own form
     * @param limits what a record may be at most
     * @param notes takes what is worth a word about records
     */
    public JsonEpisodeCodec(@Nullable FieldMapping mapping, RecordLimits limits, RecordNotes notes) {
        this(mapping, limits, notes, HeldRetractions.ALL);
    }

    /**
     * A codec for a log that another memory has learned: it refuses some retractions neither for what they name, nor for their size up to
     * {@value RecordLimits#BYTES_MAX} bytes. That other memory may have had wider limits, and what was forgotten there is to be forgotten here.
     *
     * @param mapping where things are, or null for Synfire's own form
     * @param limits what any other record may be at most
     * @param notes takes what is worth a word about records
     * @param held which retractions are held to the limits all the same
     */
    public JsonEpisodeCodec(
            @Nullable FieldMapping mapping, RecordLimits limits, RecordNotes notes, HeldRetractions held) {
        this.notes = notes;
        this.mapped = mapping == null ? null : new MappedRecord(mapping, notes);
        this.limits = limits;
        this.held = held;
    }

    /**
     * What was noted of the records that were read.
     *
     * @return goes on counting
     */
    public RecordNotes notes() {
        return notes;
    }

    /**
     * Reads one record.
     *
     * @param json its value
     * @param origin what is known of it besides
     * @return the episode or command
     * @throws MalformedRecordException if it is none
     */
    public Entry decode(byte[] json, Origin origin) throws MalformedRecordException {
        return decode(ByteBuffer.wrap(json), origin);
    }

    /**
     * Reads one record where it lies, without a copy of it.
     *
     * @param json its value, from the buffer's position to its limit, which stay where they are
     * @param origin what is known of it besides
     * @return the episode or command
     * @throws MalformedRecordException if it is none
     */
    public Entry decode(ByteBuffer json, Origin origin) throws MalformedRecordException {
        int bytesMax = limits.bytesMax();
        requireSize(json, held == HeldRetractions.ALL ? bytesMax : Math.max(bytesMax, RecordLimits.BYTES_MAX));
        try {
            Entry entry = read(json, origin);
            if (!held.holds(entry)) {
                return entry;
            }
            requireSize(json, bytesMax);
            return bounded(entry);
        } catch (StreamConstraintsException e) {
            throw new MalformedRecordException(Reason.SIZE, TOO_LARGE + JsonWords.place(e), e);
        } catch (JacksonException e) {
            throw new MalformedRecordException(Reason.JSON, JsonWords.whyNoRecord(e), e);
        } catch (IllegalArgumentException e) {
            throw new MalformedRecordException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void requireSize(ByteBuffer json, int bytesMax) throws MalformedRecordException {
        if (json.remaining() > bytesMax) {
            throw new MalformedRecordException(
                    Reason.SIZE,
                    "a record must be at most max-record=" + bytesMax + " bytes: bytes=" + json.remaining(),
                    null);
        }
    }

    /**
     * Whether a record may be a retraction: a cheap look, to be answered by {@link #decode}.
     *
     * @param json its value, from the buffer's position to its limit, which stay where they are
     * @return false if it is none; costs a look at each byte
     */
    public static boolean mayRetract(ByteBuffer json) {
        int last = json.limit() - RETRACT.length;
        for (int at = json.position(); at <= last; at++) {
            byte first = json.get(at);
            // A name may be written with escapes of its letters.
            if ((first == 'r' && isAt(json, at, RETRACT)) || (first == '\\' && isEscapedLetter(json, at))) {
                return true;
            }
        }
        return false;
    }

    /** Behind the name there are more bytes than an escape has. */
    private static boolean isEscapedLetter(ByteBuffer json, int from) {
        byte row = json.get(from + ESCAPE.length);
        return isAt(json, from, ESCAPE) && (row == '6' || row == '7');
    }

    private static boolean isAt(ByteBuffer json, int from, byte[] expected) {
        for (int i = 0; i < expected.length; i++) {
            if (json.get(from + i) != expected[i]) {
                return false;
            }
        }
        return true;
    }

    private Entry read(ByteBuffer json, Origin origin) throws MalformedRecordException {
        if (mapped != null) {
            JsonValue root = tree(json);
            if (!isCommand(root)) {
                return mapped.read(root, origin);
            }
        }
        try (JsonParser parser = parser(json)) {
            parser.nextToken();
            Entry entry = new NativeRecord(parser, notes).read(origin);
            requireEnd(parser);
            return entry;
        }
    }

    /** Also of what is retracted: what is too late was never learned. */
    private Entry bounded(Entry entry) throws MalformedRecordException {
        if (entry instanceof Episode episode) {
            requireInTime(episode);
        } else if (entry instanceof Retraction retraction) {
            for (Learned learned : retraction.before()) {
                requireInTime(learned.episode());
            }
            for (Learned learned : retraction.takenBack()) {
                requireInTime(learned.episode());
            }
        }
        return entry;
    }

    private void requireInTime(Episode episode) throws MalformedRecordException {
        if (episode.atMs() > limits.atMsMax()) {
            throw new MalformedRecordException(
                    Reason.TIME,
                    "at must not be after max-at=" + Instant.ofEpochMilli(limits.atMsMax()) + ": at="
                            + Instant.ofEpochMilli(episode.atMs()),
                    null);
        }
    }

    private JsonParser parser(ByteBuffer json) throws MalformedRecordException {
        if (json.hasArray()) {
            return parser(json.array(), json.arrayOffset() + json.position(), json.remaining());
        }
        byte[] copy = new byte[json.remaining()];
        json.duplicate().get(copy);
        return parser(copy, 0, copy.length);
    }

    private JsonParser parser(byte[] bytes, int from, int length) throws MalformedRecordException {
        // The parser would read UTF-16 and UTF-32, too, which it knows by these zeros.
        boolean isWide = length >= 2 && (bytes[from] == 0 || bytes[from + 1] == 0);
        if (isWide || !Utf8.isWellFormed(bytes, from, from + length)) {
            throw new MalformedRecordException(Reason.JSON, "a record must be UTF-8: bytes=" + length, null);
        }
        return factory.createParser(ObjectReadContext.empty(), bytes, from, length);
    }

    /**
     * Writes an entry in Synfire's own form, which reads back as the same.
     *
     * @param entry an episode or command
     * @return one JSON object
     */
    public byte[] encode(Entry entry) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            if (entry instanceof Episode episode) {
                writeFields(json, episode, true);
            } else if (entry instanceof Forget forget) {
                json.writeName("forget");
                json.writeStartObject();
                json.writeStringProperty("concept", forget.concept());
                writePartitions(json, forget);
                json.writeEndObject();
                writeEventId(json, forget.eventId());
            } else if (entry instanceof Retraction retraction) {
                write(json, retraction);
                writeEventId(json, retraction.eventId());
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    /**
     * What an episode takes of a retraction that names it.
     *
     * @param bytes in UTF-8
     * @param values JSON tokens
     */
    public record Size(int bytes, int values) {}

    /**
     * Measures what an episode takes of a retraction that names it, by writing it and reading it once.
     *
     * @param learned the episode
     * @return its size; what separates it from others not counted
     */
    public Size sizeIn(Learned learned) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), bytes)) {
            write(json, learned);
        }
        int values = 0;
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), bytes.toByteArray())) {
            while (parser.nextToken() != null) {
                values++;
            }
        }
        return new Size(bytes.size(), values);
    }

    private static void write(JsonGenerator json, Retraction retraction) {
        json.writeName("retract");
        json.writeStartObject();
        String context = retraction.context();
        if (context == null) {
            writeFields(json, retraction.takenBack().get(0).episode(), true);
        } else {
            json.writeStringProperty("context", context);
            if (!retraction.before().isEmpty()) {
                write(json, "before", retraction.before());
            }
            write(json, "episodes", retraction.takenBack());
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String name, List<Learned> episodes) {
        json.writeName(name);
        json.writeStartArray();
        for (Learned learned : episodes) {
            write(json, learned);
        }
        json.writeEndArray();
    }

    private static void write(JsonGenerator json, Learned learned) {
        json.writeStartObject();
        writeFields(json, learned.episode(), false);
        if (learned.clockMs() != Learned.CLOCK_UNKNOWN) {
            json.writeNumberProperty("clock", learned.clockMs());
        }
        json.writeEndObject();
    }

    private static void writePartitions(JsonGenerator json, Forget forget) {
        if (!forget.partitions().isEmpty()) {
            json.writeName("partitions");
            json.writeStartObject();
            forget.partitions().forEach(json::writeNumberProperty);
            json.writeEndObject();
        }
    }

    private static void writeEventId(JsonGenerator json, @Nullable String eventId) {
        if (eventId != null) {
            json.writeStringProperty("eventId", eventId);
        }
    }

    /** As a number, where it is read as one. */
    private static void writeTime(JsonGenerator json, long atMs) {
        if (EpochNumber.isPlain(atMs)) {
            json.writeNumberProperty("at", atMs);
        } else {
            json.writeStringProperty("at", Instant.ofEpochMilli(atMs).toString());
        }
    }

    private static void writeFields(JsonGenerator json, Episode episode, boolean withContext) {
        writeTime(json, episode.atMs());
        String context = episode.context();
        if (withContext && context != null) {
            json.writeStringProperty("context", context);
        }
        json.writeName("concepts");
        json.writeStartArray();
        for (Activation activation : episode.activations()) {
            if (activation.strength() == 1) {
                json.writeString(activation.concept());
            } else {
                json.writeStartObject();
                json.writeStringProperty("id", activation.concept());
                json.writeNumberProperty("strength", activation.strength());
                json.writeEndObject();
            }
        }
        json.writeEndArray();
        if (episode.reward() != 1) {
            json.writeNumberProperty("reward", episode.reward());
        }
        writeEventId(json, episode.eventId());
    }

    private JsonValue tree(ByteBuffer json) throws MalformedRecordException {
        try (JsonParser parser = parser(json)) {
            parser.nextToken();
            Json.expectRoot(parser);
            JsonValue root = JsonValue.read(parser);
            requireEnd(parser);
            return root;
        }
    }

    private static boolean isCommand(JsonValue root) {
        return root instanceof JsonValue.Members object
                && (object.members().get("forget") instanceof JsonValue.Members
                        || object.members().get("retract") instanceof JsonValue.Members);
    }

    private static void requireEnd(JsonParser parser) throws MalformedRecordException {
        if (parser.nextToken() != null) {
            throw new MalformedRecordException(
                    Reason.JSON,
                    "a record must be one JSON object: follows=" + JsonWords.found(parser.currentToken()),
                    null);
        }
    }
}
