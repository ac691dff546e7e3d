package io.synfire.ingest.file;

import io.synfire.ingest.forget.HeldId;
import io.synfire.ingest.replay.Rejects;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The dead letters of a file that name a context or a concept. Immutable. */
public final class FileDeadLetters {

    private final List<Long> lines;
    private final Map<Place, String> reasons;

    /** What was rejected: a file by its identity, since another may have had its name. */
    private record Place(String sourceId, long record) {}

    private FileDeadLetters(List<Long> lines, Map<Place, String> reasons) {
        this.lines = List.copyOf(lines);
        this.reasons = Map.copyOf(reasons);
    }

    /**
     * Looks through a file.
     *
     * @param file the dead letters; there may be none
     * @param id what they must name
     * @return those that do
     * @throws IOException if the file cannot be read
     */
    public static FileDeadLetters in(Path file, HeldId id) throws IOException {
        List<Long> found = new ArrayList<>();
        Map<Place, String> reasons = new HashMap<>();
        if (Files.exists(file)) {
            try (InputStream input = Files.newInputStream(file)) {
                LineReader lines = new LineReader(input, LineDecoder.LETTER_BYTES_MAX);
                long number = 0;
                for (byte[] line = lines.next(); line != null; line = lines.next()) {
                    DeadLetter letter = DeadLetter.parse(line);
                    if (id.isIn(null, letter == null ? line : letter.value())) {
                        found.add(number);
                        if (letter != null) {
                            Rejects.Place place = letter.place();
                            reasons.put(new Place(place.sourceId(), place.record()), letter.reason());
                        }
                    }
                    number++;
                }
            }
        }
        return new FileDeadLetters(found, reasons);
    }

    /**
     * Which lines of the file name it.
     *
     * @return their numbers from 0, rising
     */
    public List<Long> lines() {
        return lines;
    }

    /**
     * Why a record became a dead letter, if it did and names it.
     *
     * @param sourceId the identity of its file
     * @param record its record number
     * @return the reason, or empty
     */
    public Optional<String> reason(String sourceId, long record) {
        return Optional.ofNullable(reasons.get(new Place(sourceId, record)));
    }
}
