package io.synfire.query.app;

import io.synfire.engine.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where a serving process answers, in a file of its data directory, so that commands can ask it for what only the holder of the store can do. The
 * file may be left by a process that was killed, or be copied with its directory, and another memory may answer there by then. So it also says
 * which process that is, and counts only while that one holds the store.
 */
final class Serving {

    private static final String NAME = "serving";

    private Serving() {}

    /** This process answers at a URL, and has opened the store to write. */
    static void write(Path data, Path store, String url) throws IOException {
        String holder = Engine.holder(store)
                .orElseThrow(() -> new IllegalStateException("who serves must hold the store: store=" + store));
        Files.writeString(data.resolve(NAME), url + "\n" + holder + "\n");
    }

    static void remove(Path data) throws IOException {
        Files.deleteIfExists(data.resolve(NAME));
    }

    /** Where the process answers that holds the store now; empty if none does, or one that does not serve. */
    static Optional<String> url(Path data, Path store) throws IOException {
        Path file = data.resolve(NAME);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        List<String> lines = Files.readString(file).lines().toList();
        boolean isHeld = lines.size() == 2 && Engine.holder(store).equals(Optional.of(lines.get(1)));
        return isHeld ? Optional.of(lines.get(0)) : Optional.empty();
    }
}
