package io.synfire.ingest.codec;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;

/**
 * Where foreign JSON keeps what an episode is made of: JSON pointers (RFC 6901) from the root of a record. A pointer that finds
 * nothing, or null, leaves its part as if it had not been given; concepts must be found.
 *
 * @param concepts an array of concepts, or one concept; a concept is a string, a number, or an object
 * @param id within a concept that is an object, its id
 * @param strength within a concept that is an object, its strength; null for 1
 * @param at event time; null for the record's own
 * @param context the context; null for none. JSON's null there is no context, whatever the record's key
 * @param eventId the event's id; null for none
 * @param reward what decides the reward; null for 1
 */
public record FieldMapping(
        JsonPointer concepts,
        JsonPointer id,
        @Nullable Strength strength,
        @Nullable Time at,
        @Nullable JsonPointer context,
        @Nullable JsonPointer eventId,
        @Nullable Reward reward) {

    /** As lists are written in settings. */
    private static final Pattern SEVERAL = Pattern.compile("^\\s*\\[|,\\s*/");

    /**
     * How strongly a concept fired. One whose strength is 0 is left out.
     *
     * @param pointer where a number is that is not negative, as it is or as digits in a string
     * @param scale what it is as a strength
     */
    public record Strength(JsonPointer pointer, StrengthScale scale) {}

    /**
     * When an event happened.
     *
     * @param pointer where its time is
     * @param format how it is read
     */
    public record Time(JsonPointer pointer, TimeFormat format) {}

    /**
     * A reward per type of event, such as a view 1, a save 10, a dislike −10.
     *
     * @param pointer where the type is; without values it is the reward itself, a number, as it is or as digits in a
     *     string
     * @param values the reward of each type
     * @param otherwise the reward of every other type and where there is none. Null refuses other types, and such records where there are
     *     values; where there are none, such records have the usual reward, 1
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
     * @throws IllegalArgumentException if it is none, or more than one
     */
    public static JsonPointer pointer(String name, String text) {
        if (SEVERAL.matcher(text).find()) {
            throw new IllegalArgumentException(
                    name + " takes one JSON pointer, several are not supported: " + name + "=" + text);
        }
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException(name + " must be a JSON pointer such as /a/b: " + name + "=" + text);
        }
        return JsonPointer.compile(text);
    }
}
