package io.synfire.ingest.codec;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads a record in Synfire's own form, in one pass. Used for one record. */
final class NativeRecord {

    /** A command, before its id is known: that may come after it. */
    private interface Command {
        Entry withId(@Nullable String eventId);
    }

    private final JsonParser parser;
    private final RecordNotes notes;
    private @Nullable Command command;

    /** The fields of an episode as they are met, before all of them are known. */
    private static final class Fields {
        long atMs;

        /** False for what is taken back, until its time is met. */
        boolean isTimed;

        @Nullable
        String context;

        @Nullable
        List<Activation> concepts;

        @Nullable
        List<Learned> before;

        @Nullable
        List<Learned> episodes;

        long clockMs = Learned.CLOCK_UNKNOWN;

        double reward = 1;

        @Nullable
        String eventId;

        final Misnamed misnamed;

        Fields(RecordNotes notes, Origin origin) {
            this(notes, origin.context(), origin.eventId());
            this.atMs = origin.atMs();
            this.isTimed = true;
        }

        Fields(RecordNotes notes, @Nullable String context, @Nullable String eventId) {
            this.misnamed = new Misnamed(notes, RecordField.OF_EPISODE);
            this.context = context;
            this.eventId = eventId;
        }

        Episode episode() throws MalformedRecordException {
            List<Activation> found = concepts;
            if (found == null) {
                throw new MalformedRecordException(
                        "a record must have concepts: concepts=missing" + misnamed.probably(RecordField.CONCEPTS),
                        null);
            }
            if (!isTimed) {
                throw new MalformedRecordException("what is retracted must say when it was: at=missing", null);
            }
            return new Episode(Json.requireTime(atMs), context, found, reward, eventId);
        }

        Learned learned() throws MalformedRecordException {
            return new Learned(episode(), clockMs);
        }
    }

    NativeRecord(JsonParser parser, RecordNotes notes) {
        this.parser = parser;
        this.notes = notes;
    }

    /** Reads the object the parser is about to enter. */
    Entry read(Origin origin) throws MalformedRecordException {
        Json.expectRoot(parser);
        Fields fields = new Fields(notes, origin);
        readFields(fields, origin);
        Command found = command;
        if (found == null) {
            return fields.episode();
        }
        if (fields.concepts != null) {
            throw new MalformedRecordException("a record is an episode or one command: found=both", null);
        }
        return found.withId(fields.eventId);
    }

    private void readFields(Fields fields, Origin origin) throws MalformedRecordException {
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            switch (name) {
                case "forget" -> command(isNull() ? null : forget());
                case "retract" -> command(isNull() ? null : retraction(origin));
                default -> field(name, fields);
            }
        }
        Json.requireEndOfObject(parser);
        fields.misnamed.note();
    }

    /** A field that is null is one that is not there, but for a context: then there is none, whatever the record's key. */
    private void field(String name, Fields fields) throws MalformedRecordException {
        RecordField field = RecordField.of(name);
        if (field == null) {
            fields.misnamed.metUnknown(name);
            parser.skipChildren();
            return;
        }
        fields.misnamed.met(field);
        if (isNull()) {
            if (field == RecordField.CONTEXT) {
                fields.context = null;
            }
            return;
        }
        switch (field) {
            case AT -> {
                fields.atMs = TimeFormat.PLAIN.ms(parser);
                fields.isTimed = true;
            }
            case CONTEXT -> fields.context = Json.text(name, parser);
            case CONCEPTS -> fields.concepts = concepts();
            case REWARD -> fields.reward = Json.number(name, parser);
            case EVENT_ID -> fields.eventId = Json.text(name, parser);
            default -> parser.skipChildren();
        }
    }

    private boolean isNull() {
        return parser.currentToken() == JsonToken.VALUE_NULL;
    }

    private void command(@Nullable Command found) throws MalformedRecordException {
        if (found != null && command != null) {
            throw new MalformedRecordException("a record is an episode or one command: found=both", null);
        }
        command = found == null ? command : found;
    }

    private Command forget() throws MalformedRecordException {
        Json.expect(parser, JsonToken.START_OBJECT, "forget must be an object");
        String concept = null;
        Map<String, Integer> partitions = Map.of();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            switch (name) {
                case "concept" -> concept = isNull() ? null : Json.text(name, parser);
                case "partitions" -> partitions = isNull() ? Map.of() : partitions();
                // Not ignored: what was meant to be forgotten would stay.
                default -> throw new MalformedRecordException("only a concept can be forgotten: field=" + name, null);
            }
        }
        Json.requireEndOfObject(parser);
        if (concept == null) {
            throw new MalformedRecordException("forget must name a concept: concept=missing", null);
        }
        String named = concept;
        Map<String, Integer> copies = partitions;
        return eventId -> new Forget(named, copies, eventId);
    }

    private Map<String, Integer> partitions() throws MalformedRecordException {
        Json.expect(parser, JsonToken.START_OBJECT, "partitions must be an object");
        Map<String, Integer> partitions = new HashMap<>();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            partitions.put(name, (int) Json.whole("a topic's partitions", parser, Forget.PARTITIONS_MAX));
        }
        Json.requireEndOfObject(parser);
        return partitions;
    }

    private Command retraction(Origin origin) throws MalformedRecordException {
        Json.expect(parser, JsonToken.START_OBJECT, "retract must be an object");
        Fields fields = new Fields(notes, origin.context(), null);
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            switch (name) {
                case "before" -> fields.before = isNull() ? null : episodes(name);
                case "episodes" -> fields.episodes = isNull() ? null : episodes(name);
                default -> field(name, fields);
            }
        }
        Json.requireEndOfObject(parser);
        fields.misnamed.note();
        List<Learned> episodes = fields.episodes;
        List<Learned> before = fields.before;
        if (episodes == null) {
            if (before != null) {
                throw new MalformedRecordException("before comes with episodes: episodes=missing", null);
            }
            List<Learned> alone = List.of(Learned.of(fields.episode()));
            return eventId -> new Retraction(null, List.of(), alone, eventId);
        }
        if (fields.concepts != null) {
            throw new MalformedRecordException("retract takes concepts or episodes: found=both", null);
        }
        String context = fields.context;
        if (context == null) {
            throw new MalformedRecordException("episodes are retracted with their context: context=missing", null);
        }
        return eventId -> new Retraction(context, before == null ? List.of() : before, episodes, eventId);
    }

    private List<Learned> episodes(String what) throws MalformedRecordException {
        Json.expect(parser, JsonToken.START_ARRAY, what + " must be an array");
        List<Learned> episodes = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            Json.expect(parser, JsonToken.START_OBJECT, "an episode must be an object");
            Fields fields = new Fields(notes, null, null);
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                if (!name.equals("clock")) {
                    field(name, fields);
                } else if (!isNull()) {
                    fields.clockMs = Json.whole(name, parser, Episode.AT_MS_MAX);
                }
            }
            Json.requireEndOfObject(parser);
            fields.misnamed.note();
            episodes.add(fields.learned());
        }
        return episodes;
    }

    private List<Activation> concepts() throws MalformedRecordException {
        Json.expect(parser, JsonToken.START_ARRAY, "concepts must be an array");
        List<Activation> concepts = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == JsonToken.VALUE_STRING) {
                concepts.add(Activation.of(parser.getString()));
            } else if (token == JsonToken.START_OBJECT) {
                concepts.add(activation());
            } else {
                throw new MalformedRecordException(
                        "a concept must be a string or an object: found=" + JsonWords.found(token), null);
            }
        }
        return concepts;
    }

    private Activation activation() throws MalformedRecordException {
        String id = null;
        double strength = 1;
        Misnamed misnamed = new Misnamed(notes, RecordField.OF_CONCEPT);
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            RecordField field = RecordField.of(name);
            if (field == RecordField.ID) {
                misnamed.met(field);
                id = isNull() ? null : Json.text(name, parser);
            } else if (field == RecordField.STRENGTH) {
                misnamed.met(field);
                strength = isNull() ? 1 : Json.number(name, parser);
            } else {
                misnamed.metUnknown(name);
                parser.skipChildren();
            }
        }
        misnamed.note();
        if (id == null) {
            throw new MalformedRecordException(
                    "a concept must have an id: id=missing" + misnamed.probably(RecordField.ID), null);
        }
        return new Activation(id, strength);
    }
}
