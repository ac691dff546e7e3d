package io.synfire.ingest.file;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Tells a JSON object that is complete from the beginning of one: of a complete one nothing is missing, whatever is written next. */
final class WholeObject {

    private static final JsonFactory FACTORY = new JsonFactory();

    private WholeObject() {}

    /** What a line holds that begins with a JSON object. */
    enum Rest {
        /** Nothing more: it is one record. */
        NOTHING,
        /** Another object. */
        OBJECT,
        /** Something else. */
        OTHER,
        /** It begins with no complete object. */
        NO_OBJECT
    }

    /** What follows the object that a line begins with. */
    static Rest rest(byte[] line) {
        boolean isComplete = false;
        try (JsonParser json = FACTORY.createParser(ObjectReadContext.empty(), LineDecoder.withoutMark(line))) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                json.skipChildren();
                isComplete = json.currentToken() == JsonToken.END_OBJECT;
            }
            if (!isComplete) {
                return Rest.NO_OBJECT;
            }
            JsonToken next = json.nextToken();
            return next == null ? Rest.NOTHING : next == JsonToken.START_OBJECT ? Rest.OBJECT : Rest.OTHER;
        } catch (JacksonException e) {
            return isComplete ? Rest.OTHER : Rest.NO_OBJECT;
        }
    }

    /** Whether a line is one JSON object and nothing else. */
    static boolean is(byte[] line) {
        return rest(line) == Rest.NOTHING;
    }
}
