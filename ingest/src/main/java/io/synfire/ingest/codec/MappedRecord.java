package io.synfire.ingest.codec;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Shown;
import io.synfire.ingest.codec.MalformedRecordException.Reason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes episodes of foreign JSON. Immutable and thread-safe. */
final class MappedRecord {

    /** So many characters of a text that is no number are told. */
    private static final int TEXT_SHOWN = 60;

    private final FieldMapping mapping;
    private final RecordNotes notes;

    MappedRecord(FieldMapping mapping, RecordNotes notes) {
        this.mapping = mapping;
        this.notes = notes;
    }

    Episode read(JsonValue root, Origin origin) throws MalformedRecordException {
        String eventId = text("eventId", root.at(mapping.eventId()));
        return new Episode(
                Json.requireTime(atMs(root, origin)),
                context(root, origin),
                concepts(root),
                reward(root),
                eventId == null ? origin.eventId() : eventId);
    }

    private long atMs(JsonValue root, Origin origin) throws MalformedRecordException {
        FieldMapping.Time time = mapping.at();
        JsonValue found = time == null ? null : root.at(time.pointer());
        return time == null || found == null ? origin.atMs() : time.format().ms(found);
    }

    /** JSON's null says that there is none, whatever the record's key. */
    private @Nullable String context(JsonValue root, Origin origin) throws MalformedRecordException {
        JsonValue found = root.find(mapping.context());
        if (found == null) {
            return origin.context();
        }
        return found instanceof JsonValue.Nothing ? null : text("context", found);
    }

    private List<Activation> concepts(JsonValue root) throws MalformedRecordException {
        JsonValue found = root.at(mapping.concepts());
        if (found == null) {
            throw new MalformedRecordException("a record must have concepts: " + mapping.concepts() + "=missing", null);
        }
        List<Activation> concepts = new ArrayList<>();
        List<JsonValue> items = found instanceof JsonValue.Elements array ? array.elements() : List.of(found);
        for (JsonValue item : items) {
            double strength = strength(item);
            if (strength > 0) {
                concepts.add(new Activation(id(item), strength));
            }
        }
        int skipped = items.size() - concepts.size();
        if (skipped > 0) {
            notes.skipped(skipped);
            if (concepts.isEmpty()) {
                throw new MalformedRecordException(
                        Reason.CONCEPTS,
                        "at least one concept must have a strength above 0: " + mapping.concepts() + "=" + skipped
                                + " of strength 0",
                        null);
            }
        }
        return concepts;
    }

    private String id(JsonValue item) throws MalformedRecordException {
        return item instanceof JsonValue.Members
                ? required("a concept's " + mapping.id(), item.at(mapping.id()))
                : required("a concept", item);
    }

    private double strength(JsonValue item) throws MalformedRecordException {
        FieldMapping.Strength strength = mapping.strength();
        JsonValue found = strength != null && item instanceof JsonValue.Members ? item.at(strength.pointer()) : null;
        if (strength == null || found == null) {
            return 1;
        }
        double number = number("strength", found);
        if (number < 0) {
            throw new MalformedRecordException("strength must not be negative: strength=" + number, null);
        }
        return strength.scale().of(number);
    }

    private double reward(JsonValue root) throws MalformedRecordException {
        FieldMapping.Reward reward = mapping.reward();
        if (reward == null) {
            return 1;
        }
        JsonValue found = root.at(reward.pointer());
        if (reward.values().isEmpty()) {
            Double otherwise = reward.otherwise();
            return found != null ? number("reward", found) : otherwise != null ? otherwise : 1;
        }
        String type = text("reward", found);
        Double value = type == null ? null : reward.values().get(type);
        if (value == null) {
            value = reward.otherwise();
        }
        if (value == null) {
            throw new MalformedRecordException(
                    "this type of event has no reward in the settings: " + reward.pointer() + "=" + type, null);
        }
        return value;
    }

    /** A number, or its digits in a string: so exports write quantities and prices. */
    private static double number(String name, JsonValue value) throws MalformedRecordException {
        if (value instanceof JsonValue.Numeral number) {
            return Json.finite(name, Double.parseDouble(number.digits()));
        }
        String rule = name + " must be a number, or digits in a string: ";
        if (!(value instanceof JsonValue.Text text)) {
            throw new MalformedRecordException(rule + "found=" + value.kind(), null);
        }
        if (!DecimalText.isNumber(text.text())) {
            throw new MalformedRecordException(rule + name + "=\"" + Shown.cut(text.text(), TEXT_SHOWN) + '"', null);
        }
        return Json.finite(name, Double.parseDouble(text.text()));
    }

    private static String required(String name, @Nullable JsonValue value) throws MalformedRecordException {
        String text = text(name, value);
        if (text == null) {
            throw new MalformedRecordException(name + " must be a string or a number: found=nothing", null);
        }
        return text;
    }

    /** A string, or a number as it was written: ids are often numbers. */
    private static @Nullable String text(String name, @Nullable JsonValue value) throws MalformedRecordException {
        if (value == null) {
            return null;
        }
        if (value instanceof JsonValue.Text text) {
            return text.text();
        }
        if (value instanceof JsonValue.Numeral number) {
            return number.digits();
        }
        throw new MalformedRecordException(name + " must be a string or a number: found=" + value.kind(), null);
    }
}
