package io.synfire.ingest.codec;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;

/** Makes episodes of foreign JSON. Immutable and thread-safe. */
final class MappedRecord {

    private final FieldMapping mapping;

    MappedRecord(FieldMapping mapping) {
        this.mapping = mapping;
    }

    Episode read(JsonValue root, Origin origin) throws MalformedRecordException {
        JsonValue at = root.at(mapping.at());
        String context = text("context", root.at(mapping.context()));
        String eventId = text("eventId", root.at(mapping.eventId()));
        return new Episode(
                Json.requireTime(at == null ? origin.atMs() : time(at)),
                context == null ? origin.context() : context,
                concepts(root),
                reward(root),
                eventId == null ? origin.eventId() : eventId);
    }

    private List<Activation> concepts(JsonValue root) throws MalformedRecordException {
        JsonValue found = root.at(mapping.concepts());
        if (found == null) {
            throw new MalformedRecordException("a record must have concepts: " + mapping.concepts() + "=missing", null);
        }
        List<Activation> concepts = new ArrayList<>();
        if (found instanceof JsonValue.Elements array) {
            for (JsonValue element : array.elements()) {
                concepts.add(concept(element));
            }
        } else {
            concepts.add(concept(found));
        }
        return concepts;
    }

    private Activation concept(JsonValue value) throws MalformedRecordException {
        if (!(value instanceof JsonValue.Members)) {
            return Activation.of(required("a concept", value));
        }
        JsonPointer strengthPointer = mapping.strength();
        JsonValue strength = value.at(strengthPointer);
        return new Activation(
                required("a concept's " + mapping.id(), value.at(mapping.id())),
                strength == null ? 1 : number("strength", strength));
    }

    private double reward(JsonValue root) throws MalformedRecordException {
        FieldMapping.Reward reward = mapping.reward();
        if (reward == null) {
            return 1;
        }
        JsonValue found = root.at(reward.pointer());
        if (found != null && reward.values().isEmpty()) {
            return number("reward", found);
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

    private static long time(JsonValue value) throws MalformedRecordException {
        if (value instanceof JsonValue.Text text) {
            return Json.time(text.text());
        }
        if (value instanceof JsonValue.Numeral number) {
            try {
                return Long.parseLong(number.digits());
            } catch (NumberFormatException e) {
                throw new MalformedRecordException(
                        MalformedRecordException.Reason.TIME,
                        "at must be whole milliseconds since the epoch: at=" + number.digits(),
                        e);
            }
        }
        throw new MalformedRecordException(
                MalformedRecordException.Reason.TIME,
                "at must be ISO-8601 or milliseconds: found=" + kind(value),
                null);
    }

    private static double number(String name, JsonValue value) throws MalformedRecordException {
        if (value instanceof JsonValue.Numeral number) {
            return Json.finite(name, Double.parseDouble(number.digits()));
        }
        throw new MalformedRecordException(name + " must be a number: found=" + kind(value), null);
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
        throw new MalformedRecordException(name + " must be a string or a number: found=" + kind(value), null);
    }

    private static String kind(JsonValue value) {
        if (value instanceof JsonValue.Members) {
            return "an object";
        }
        return value instanceof JsonValue.Elements ? "an array" : value.toString();
    }
}
