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

        Fields(Origin origin) {
            this(origin.context(), origin.eventId());
            this.atMs = origin.atMs();
            this.isTimed = true;
        }

        Fields(@Nullable String context, @Nullable String eventId) {
            this.context = context;
            this.eventId = eventId;
        }

        Episode episode() throws MalformedRecordException {
            List<Activation> found = concepts;
            if (found == null) {
                throw new MalformedRecordException("a record must have concepts: concepts=missing", null);
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

    NativeRecord(JsonParser parser) {
        this.parser = parser;
    }

    /** Reads the object the parser is about to enter. */
    Entry read(Origin origin) throws MalformedRecordException {
        Json.expectRoot(parser);
        Fields fields = new Fields(origin);
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
                case "forget" -> command(forget());
                case "retract" -> command(retraction(origin));
                default -> field(name, fields);
            }
        }
        Json.requireEndOfObject(parser);
    }

    private void field(String name, Fields fields) throws MalformedRecordException {
        switch (name) {
            case "at" -> {
                fields.atMs = Json.time(parser);
                fields.isTimed = true;
            }
            case "context" -> fields.context = Json.textOrNull(name, parser);
            case "concepts" -> fields.concepts = concepts();
            case "reward" -> fields.reward = Json.number(name, parser);
            case "eventId" -> fields.eventId = Json.textOrNull(name, parser);
            default -> parser.skipChildren();
        }
    }

    private void command(Command found) throws MalformedRecordException {
        if (command != null) {
            throw new MalformedRecordException("a record is an episode or one command: found=both", null);
        }
        command = found;
    }

    private Command forget() throws MalformedRecordException {
        Json.expect(parser, JsonToken.START_OBJECT, "forget must be an object");
        String concept = null;
        Map<String, Integer> partitions = Map.of();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            switch (name) {
                case "concept" -> concept = Json.textOrNull(name, parser);
                case "partitions" -> partitions = partitions();
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
        Fields fields = new Fields(origin.context(), null);
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            switch (name) {
                case "before" -> fields.before = episodes(name);
                case "episodes" -> fields.episodes = episodes(name);
                default -> field(name, fields);
            }
        }
        Json.requireEndOfObject(parser);
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
            Fields fields = new Fields(null, null);
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                if (name.equals("clock")) {
                    fields.clockMs = Json.whole(name, parser, Episode.AT_MS_MAX);
                } else {
                    field(name, fields);
                }
            }
            Json.requireEndOfObject(parser);
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
                throw new MalformedRecordException("a concept must be a string or an object: found=" + token, null);
            }
        }
        return concepts;
    }

    private Activation activation() throws MalformedRecordException {
        String id = null;
        double strength = 1;
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            switch (name) {
                case "id" -> id = Json.textOrNull(name, parser);
                case "strength" -> strength = Json.number(name, parser);
                default -> parser.skipChildren();
            }
        }
        if (id == null) {
            throw new MalformedRecordException("a concept must have an id: id=missing", null);
        }
        return new Activation(id, strength);
    }
}
