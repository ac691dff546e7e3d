package io.synfire.query.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a serving process answers, in a file of its data directory, so that commands can ask it for what only the holder of the store can do. The
 * file may be left by a process that was killed.
 */
final class Serving {

    private static final String NAME = "serving";

    private Serving() {}

    static void write(Path data, String url) throws IOException {
        Files.writeString(data.resolve(NAME), url + "\n");
    }

    static void remove(Path data) throws IOException {
        Files.deleteIfExists(data.resolve(NAME));
    }

    static Optional<String> url(Path data) throws IOException {
        Path file = data.resolve(NAME);
        return Files.isRegularFile(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
    }
}
