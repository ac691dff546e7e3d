package io.synfire.ingest.file;

import io.synfire.ingest.replay.Rejects;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Where lines go that cannot be learned: one JSON object each, {@code {"source", "record", "reason", "value"}}, the value in Base64,
 * so that it is kept byte for byte. Made when it is first needed. One thread at a time.
 */
public final class DeadLetterFile implements Rejects, AutoCloseable {

    private final Path path;
    private final JsonFactory factory = new JsonFactory();
    private @Nullable FileChannel channel;

    /**
     * Dead letters in a file.
     *
     * @param path the file, which what is rejected is appended to
     */
    public DeadLetterFile(Path path) {
        this.path = path;
    }

    @Override
    public void add(String source, long record, String reason, byte[] value) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), line)) {
            json.writeStartObject();
            json.writeStringProperty("source", source);
            json.writeNumberProperty("record", record);
            json.writeStringProperty("reason", reason);
            json.writeStringProperty("value", Base64.getEncoder().encodeToString(value));
            json.writeEndObject();
        }
        line.write('\n');
        ByteBuffer bytes = ByteBuffer.wrap(line.toByteArray());
        FileChannel open = open();
        while (bytes.hasRemaining()) {
            open.write(bytes);
        }
    }

    @Override
    public void force() throws IOException {
        if (channel != null) {
            channel.force(false);
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    private FileChannel open() throws IOException {
        if (channel == null) {
            channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
        return channel;
    }
}
