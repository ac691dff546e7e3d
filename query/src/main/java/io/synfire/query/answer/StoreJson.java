package io.synfire.query.answer;

import io.synfire.engine.event.Position;
import io.synfire.engine.view.Digest;
import io.synfire.engine.view.Verification;
import java.time.Instant;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** Backups and what was found in a store, as JSON. Thread-safe. */
public final class StoreJson {

    private final JsonDocument document = new JsonDocument();

    /**
     * A backup.
     *
     * @param answer what it holds
     * @return one document
     */
    public byte[] of(BackupAnswer answer) {
        return document.of(json -> backup(json, answer));
    }

    /**
     * What was restored.
     *
     * @param answer the answer
     * @return one document
     */
    public byte[] of(RestoreAnswer answer) {
        return document.of(json -> {
            json.writeStringProperty("store", answer.store());
            JsonFields.text(json, "movedTo", answer.movedTo());
            digest(json, "digest", answer.after());
            json.writeName("backup");
            json.writeStartObject();
            backup(json, answer.backup());
            json.writeEndObject();
        });
    }

    /**
     * What was found in a store.
     *
     * @param answer the answer
     * @return one document
     */
    public byte[] of(Verification answer) {
        return document.of(json -> {
            json.writeBooleanProperty("sound", answer.isSound());
            json.writeNumberProperty("tables", answer.tables());
            json.writeNumberProperty("tableBytes", answer.tableBytes());
            json.writeNumberProperty("concepts", answer.concepts());
            json.writeNumberProperty("rows", answer.rows());
            json.writeNumberProperty("associations", answer.associations());
            json.writeNumberProperty("checkpoint", answer.checkpoint());
            Digest digest = answer.digest();
            if (digest == null) {
                json.writeNullProperty("digest");
            } else {
                digest(json, "digest", digest);
            }
            json.writeName("findings");
            json.writeStartArray();
            for (Verification.Finding finding : answer.findings()) {
                json.writeStartObject();
                json.writeStringProperty("where", finding.where());
                json.writeStringProperty("what", finding.what());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private static void backup(JsonGenerator json, BackupAnswer answer) {
        json.writeStringProperty("directory", answer.directory());
        json.writeStringProperty("version", answer.version());
        json.writeStringProperty("at", Instant.ofEpochMilli(answer.atMs()).toString());
        json.writeNumberProperty("bytes", answer.bytes());
        digest(json, "digest", answer.digest());
        json.writeName("positions");
        json.writeStartArray();
        for (Position position : answer.positions()) {
            json.writeStartObject();
            json.writeStringProperty("source", position.source());
            json.writeStringProperty("sourceId", position.sourceId());
            json.writeNumberProperty("partition", position.partition());
            json.writeNumberProperty("nextOffset", position.nextOffset());
            json.writeNumberProperty("leaderEpoch", position.leaderEpoch());
            json.writeEndObject();
        }
        json.writeEndArray();
        files(json, "files", answer.files());
        files(json, "log", answer.log());
    }

    private static void files(JsonGenerator json, String name, List<BackupAnswer.File> files) {
        json.writeName(name);
        json.writeStartArray();
        for (BackupAnswer.File file : files) {
            json.writeStartObject();
            json.writeStringProperty("name", file.name());
            json.writeNumberProperty("bytes", file.bytes());
            json.writeStringProperty("crc32c", file.crc32c());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void digest(JsonGenerator json, String name, Digest digest) {
        json.writeName(name);
        json.writeStartObject();
        JsonFields.digest(json, digest);
        json.writeEndObject();
    }
}
