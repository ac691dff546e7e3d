package io.synfire.query.app;

import io.synfire.engine.event.Position;
import io.synfire.engine.view.Digest;
import io.synfire.query.answer.BackupAnswer;
import io.synfire.query.answer.StoreJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** What a backup says of itself, in a file of JSON beside its store. */
final class BackupManifest {

    static final String NAME = "backup.json";

    private BackupManifest() {}

    static void write(BackupAnswer backup, Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        Files.write(file, new StoreJson().of(backup));
        FileCopies.force(file);
    }

    /** Reads it; throws IllegalArgumentException if there is none, or it is none. */
    static BackupAnswer read(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        Fields fields = new Fields();
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), Files.readAllBytes(file))) {
            require(parser.nextToken() == JsonToken.START_OBJECT, file);
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                JsonToken token = parser.nextToken();
                switch (name) {
                    case "version" -> fields.version = parser.getString();
                    case "at" -> fields.atMs = Instant.parse(parser.getString()).toEpochMilli();
                    case "digest" -> digest(parser, fields);
                    case "positions" -> positions(parser, fields.positions, file);
                    case "files" -> files(parser, fields.files, file);
                    case "log" -> files(parser, fields.log, file);
                    default -> {
                        require(token.isScalarValue(), file);
                    }
                }
            }
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("there is no backup here, its file is missing: file=" + file, e);
        } catch (JacksonException | DateTimeParseException | IllegalStateException e) {
            throw new IllegalArgumentException("the backup's file is damaged: file=" + file + ": " + e.getMessage(), e);
        }
        require(fields.isComplete(), file);
        Digest digest = new Digest(fields.learned, fields.state, fields.episodes, fields.associations, fields.concepts);
        return new BackupAnswer(
                directory.toString(), fields.version, fields.atMs, digest, fields.positions, fields.files, fields.log);
    }

    /** As they are read. */
    private static final class Fields {
        String version = "";
        long atMs;
        boolean hasLearned;
        boolean hasState;
        long learned;
        long state;
        long episodes;
        long associations;
        long concepts;
        final List<Position> positions = new ArrayList<>();
        final List<BackupAnswer.File> files = new ArrayList<>();
        final List<BackupAnswer.File> log = new ArrayList<>();

        boolean isComplete() {
            return hasLearned && hasState && !files.isEmpty() && !version.isEmpty();
        }
    }

    private static void digest(JsonParser parser, Fields fields) {
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            switch (name) {
                case "learned" -> {
                    fields.learned = Long.parseUnsignedLong(parser.getString(), 16);
                    fields.hasLearned = true;
                }
                case "state" -> {
                    fields.state = Long.parseUnsignedLong(parser.getString(), 16);
                    fields.hasState = true;
                }
                case "episodes" -> fields.episodes = parser.getLongValue();
                case "associations" -> fields.associations = parser.getLongValue();
                case "concepts" -> fields.concepts = parser.getLongValue();
                default -> throw new IllegalStateException("unknown field: field=" + name);
            }
        }
    }

    private static void positions(JsonParser parser, List<Position> positions, Path file) {
        require(parser.currentToken() == JsonToken.START_ARRAY, file);
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            String source = "";
            String sourceId = "";
            int partition = 0;
            long nextOffset = 0;
            int leaderEpoch = -1;
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                switch (name) {
                    case "source" -> source = parser.getString();
                    case "sourceId" -> sourceId = parser.getString();
                    case "partition" -> partition = parser.getIntValue();
                    case "nextOffset" -> nextOffset = parser.getLongValue();
                    case "leaderEpoch" -> leaderEpoch = parser.getIntValue();
                    default -> throw new IllegalStateException("unknown field: field=" + name);
                }
            }
            positions.add(new Position(source, sourceId, partition, nextOffset, leaderEpoch));
        }
    }

    private static void files(JsonParser parser, List<BackupAnswer.File> files, Path file) {
        require(parser.currentToken() == JsonToken.START_ARRAY, file);
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            String own = "";
            long bytes = 0;
            String crc32c = "";
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                switch (name) {
                    case "name" -> own = parser.getString();
                    case "bytes" -> bytes = parser.getLongValue();
                    case "crc32c" -> crc32c = parser.getString();
                    default -> throw new IllegalStateException("unknown field: field=" + name);
                }
            }
            // A name, never a path.
            require(own.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*"), file);
            files.add(new BackupAnswer.File(own, bytes, crc32c));
        }
    }

    private static void require(boolean holds, Path file) {
        if (!holds) {
            throw new IllegalArgumentException("the backup's file is damaged: file=" + file);
        }
    }
}
