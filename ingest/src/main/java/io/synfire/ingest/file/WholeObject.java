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

    /** Whether a line is one JSON object and nothing else. */
    static boolean is(byte[] line) {
        try (JsonParser json = FACTORY.createParser(ObjectReadContext.empty(), LineDecoder.withoutMark(line))) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            json.skipChildren();
            return json.currentToken() == JsonToken.END_OBJECT && json.nextToken() == null;
        } catch (JacksonException e) {
            return false;
        }
    }
}
