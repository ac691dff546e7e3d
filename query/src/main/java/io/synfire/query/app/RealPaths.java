package io.synfire.query.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where paths lead, links followed. */
final class RealPaths {

    private RealPaths() {}

    /** The same place without links; of what is not there yet, as far as it is there. */
    static Path of(Path path) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        if (Files.exists(absolute)) {
            return absolute.toRealPath();
        }
        Path parent = absolute.getParent();
        Path name = absolute.getFileName();
        return parent == null || name == null ? absolute : of(parent).resolve(name);
    }

    /** Whether a place is a directory or in it, whatever links lead there. */
    static boolean isWithin(Path path, Path directory) throws IOException {
        return of(path).startsWith(of(directory));
    }
}
