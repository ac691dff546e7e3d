package io.synfire.query.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where a serving process answers, in a file of its data directory, so that commands can ask it for what only its holder can do. The
 * file may be left by a process that was killed, or be copied with its directory, and another memory may answer there by then. So it also says
 * which process that is, and counts only while that one holds the data directory.
 */
final class Serving {

    private static final String NAME = "serving";

    private Serving() {}

    /** This process answers at a URL, and holds the data directory. */
    static void write(Path data, String url) throws IOException {
        String holder = DataLock.holder(data)
                .orElseThrow(() -> new IllegalStateException("who serves must hold its data directory: data=" + data));
        Files.writeString(data.resolve(NAME), url + "\n" + holder + "\n");
    }

    static void remove(Path data) throws IOException {
        Files.deleteIfExists(data.resolve(NAME));
    }

    /** Where the process answers that holds the data directory now; empty if none does, or one that does not serve. */
    static Optional<String> url(Path data) throws IOException {
        Path file = data.resolve(NAME);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        List<String> lines = Files.readString(file).lines().toList();
        boolean isHeld = lines.size() == 2 && DataLock.holder(data).equals(Optional.of(lines.get(1)));
        return isHeld ? Optional.of(lines.get(0)) : Optional.empty();
    }
}
