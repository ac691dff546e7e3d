package io.synfire.ingest.file;

import io.synfire.engine.event.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/**
 * A file that was learned, as far as it was.
 *
 * @param position where it was found last, and how many records were read
 * @param mark what these are
 */
record Known(Position position, FileMark mark) {

    private static final String FILE = "file:";

    static boolean isFile(Position position) {
        return position.source().startsWith(FILE);
    }

    /** Those of positions that are files with a mark. */
    static List<Known> of(List<Position> positions) {
        return positions.stream()
                .filter(position -> isFile(position) && !position.content().isEmpty())
                .map(position -> new Known(position, FileMark.parse(position.content())))
                .toList();
    }

    static Path path(Position position) {
        String name = position.source().substring(FILE.length());
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new IllegalStateException(
                    "a file that was learned has a name that cannot be written in this locale, so nobody can look for it:"
                            + " run this in a locale of UTF-8, say with LC_ALL=C.UTF-8: encoding="
                            + System.getProperty("sun.jnu.encoding") + " file=" + name,
                    e);
        }
    }

    /** What a file is called whatever way leads to it. */
    static String source(Path file) throws IOException {
        return FILE
                + (Files.exists(file)
                        ? file.toRealPath()
                        : file.toAbsolutePath().normalize());
    }

    /**
     * The identity for the next file: a number, and when the run began. By the number alone dead letters of a run that was killed before its
     * first checkpoint would be those of whichever file comes next.
     */
    static String nextId(List<Position> positions, long startMs) {
        long last = 0;
        for (Known known : of(positions)) {
            last = Math.max(last, known.number());
        }
        return (last + 1) + "-" + Long.toHexString(startMs);
    }

    Path path() {
        return path(position);
    }

    String id() {
        return position.sourceId();
    }

    /** Its place in the order in which files were learned first. */
    long number() {
        return Long.parseLong(id().substring(0, id().indexOf('-')));
    }

    String source() {
        return position.source();
    }

    long records() {
        return position.nextOffset();
    }

    /** The same file, found elsewhere. */
    Known at(String source) {
        return with(source, mark.lost(false));
    }

    /** The same file, no longer where it was. */
    Known lost() {
        return with(source(), mark.lost(true));
    }

    /** The same file, as another memory calls it. */
    Known named(String id) {
        return new Known(
                new Position(source(), id, position.partition(), records(), position.leaderEpoch(), position.content()),
                mark);
    }

    private Known with(String source, FileMark marked) {
        Position moved =
                new Position(source, id(), position.partition(), records(), position.leaderEpoch(), marked.toText());
        return new Known(moved, marked);
    }
}
