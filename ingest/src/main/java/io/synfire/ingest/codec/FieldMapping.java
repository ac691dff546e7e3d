package io.synfire.ingest.codec;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;

/**
 * Where foreign JSON keeps what an episode is made of: JSON pointers (RFC 6901) from the root of a record. A pointer that finds
 * nothing, or null, leaves its part as if it had not been given; concepts must be found.
 *
 * @param concepts an array of concepts, or one concept; a concept is a string, a number, or an object
 * @param id within a concept that is an object, its id
 * @param strength within a concept that is an object, its strength; null for 1
 * @param at event time: ISO-8601 with an offset, or milliseconds since the epoch; null for the record's own
 * @param context the context; null for none
 * @param eventId the event's id; null for none
 * @param reward what decides the reward; null for 1
 */
public record FieldMapping(
        JsonPointer concepts,
        JsonPointer id,
        @Nullable JsonPointer strength,
        @Nullable JsonPointer at,
        @Nullable JsonPointer context,
        @Nullable JsonPointer eventId,
        @Nullable Reward reward) {

    /**
     * A reward per type of event, such as a view 1, a save 10, a dislike −10.
     *
     * @param pointer where the type is; without values it is the reward itself, a number
     * @param values the reward of each type
     * @param otherwise the reward of every other type and where there is none; null refuses such records
     */
    public record Reward(JsonPointer pointer, Map<String, Double> values, @Nullable Double otherwise) {

        /** Takes an unmodifiable copy. */
        public Reward {
            values = Map.copyOf(values);
        }
    }

    /**
     * Reads a pointer.
     *
     * @param name the setting's name, for the message
     * @param text such as {@code /payload/items}
     * @return the pointer
     * @throws IllegalArgumentException if it is none
     */
    public static JsonPointer pointer(String name, String text) {
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException(name + " must be a JSON pointer such as /a/b: " + name + "=" + text);
        }
        return JsonPointer.compile(text);
    }
}
