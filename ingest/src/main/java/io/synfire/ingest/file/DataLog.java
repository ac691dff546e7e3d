package io.synfire.ingest.file;

import io.synfire.engine.event.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of the log that lies in the data directory of a memory, such as the commands that forget what was learned from files. It goes
 * with the data directory, so it is looked for there, wherever it lay when it was learned: by its name, and by what was learned of it.
 * Immutable and thread-safe.
 */
public final class DataLog {

    private final List<Path> files;

    /**
     * Files of data directories, whether they are there or not.
     *
     * @param files where they lie now; of those with one name the first counts that holds what was learned
     */
    public DataLog(List<Path> files) {
        this.files = List.copyOf(files);
    }

    /**
     * Says where files of a memory are now.
     *
     * @param positions how far each source was learned
     * @return the same, in the same order: a file that has the name of one of these, and is found in it as far as it was learned, is there.
     *     Reads each of these once per such position, unless it is where it was
     * @throws IOException if one of these cannot be read
     */
    public List<Position> found(List<Position> positions) throws IOException {
        List<Position> found = new ArrayList<>();
        for (Position position : positions) {
            List<Known> known = Known.of(List.of(position));
            found.add(known.isEmpty() ? position : found(known.get(0)).position());
        }
        return found;
    }

    /**
     * Says how much of a file a position speaks of.
     *
     * @param position how far a file was learned
     * @return how many bytes the learned records take; 0 if the position does not say so
     */
    public static long bytes(Position position) {
        return Known.of(List.of(position)).stream()
                .mapToLong(known -> known.mark().bytes())
                .sum();
    }

    private Known found(Known known) throws IOException {
        for (Path file : files) {
            if (known.records() == 0
                    || !file.getFileName().equals(known.path().getFileName())
                    || !Files.isRegularFile(file)) {
                continue;
            }
            String source = Known.source(file);
            if (source.equals(known.source())) {
                return known;
            }
            Known here = known.at(source);
            if (Beginnings.holds(here)) {
                return here;
            }
        }
        return known;
    }
}
