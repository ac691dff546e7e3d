package io.synfire.ingest.file;

import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.ingest.replay.Rejects;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where the dead letters lie that a memory has learned. They lie in its data directory, and that may have been moved, copied or restored: so
 * they are known by what they are, as all files are, and not by their path.
 */
public final class LearnedLetters {

    private LearnedLetters() {}

    /** A letter, however often it was rejected and why. */
    private record Letter(String source, String sourceId, long record, ByteBuffer value) {

        static Letter of(DeadLetter letter) {
            Rejects.Place place = letter.place();
            return new Letter(place.source(), place.sourceId(), place.record(), ByteBuffer.wrap(letter.value()));
        }
    }

    /**
     * Whether a file holds letters that were learned.
     *
     * @param file a file of dead letters; there may be none
     * @param positions how far the sources were learned
     * @return true if it begins with all that was learned of one of them
     * @throws IOException if it cannot be read
     */
    public static boolean areIn(Path file, List<Position> positions) throws IOException {
        return Files.isRegularFile(file)
                && !Beginnings.of(file, letters(Known.of(positions))).isEmpty();
    }

    /**
     * The positions of a memory, with its letters where they are now: in its data directory, if they lie there and no longer where they were.
     *
     * @param file where the data directory has its dead letters; there may be none
     * @param positions how far the sources were learned
     * @return as many, in the same order
     * @throws IOException if the file cannot be read
     */
    public static List<Position> found(Path file, List<Position> positions) throws IOException {
        Map<String, Position> moved = new HashMap<>();
        for (Known each : moved(file, Known.of(positions))) {
            if (!Beginnings.holds(before(each, positions))) {
                moved.put(each.id(), each.position());
            }
        }
        return positions.stream()
                .map(position ->
                        position.content().isEmpty() ? position : moved.getOrDefault(position.sourceId(), position))
                .toList();
    }

    private static Known before(Known moved, List<Position> positions) {
        return Known.of(positions).stream()
                .filter(known -> known.id().equals(moved.id()))
                .findFirst()
                .orElseThrow();
    }

    /** Those that were learned under another path, and that a file begins with: as found there. */
    static List<Known> moved(Path file, List<Known> known) throws IOException {
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        String source = Known.source(file);
        List<Known> elsewhere = letters(known).stream()
                .filter(each -> !each.source().equals(source))
                .toList();
        return Beginnings.of(file, Beginnings.possible(file, elsewhere)).stream()
                .map(beginning -> beginning.known().at(source))
                .toList();
    }

    private static List<Known> letters(List<Known> known) {
        return known.stream().filter(each -> each.mark().isLetters()).toList();
    }

    /**
     * Whether a file that begins with learned letters is the one that they were learned from, gone on. In that one each letter that was
     * rejected again was appended again. A memory that was rebuilt has letters of its own, which may begin alike and are open all the same.
     *
     * @param open which letters may be learned now
     */
    static boolean goesOn(Path file, Known learned, List<Stretch> stretches, OpenLetters open) throws IOException {
        Set<Long> unlearned = new HashSet<>();
        for (Stretch stretch : stretches) {
            if (stretch.sourceId().equals(learned.id())) {
                unlearned.addAll(stretch.unlearned());
            }
        }
        Set<Letter> awaited = new HashSet<>();
        try (InputStream input = Files.newInputStream(file)) {
            LineReader lines = new LineReader(input, LineDecoder.LETTER_BYTES_MAX);
            long record = 0;
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                DeadLetter letter = DeadLetter.parse(line);
                if (letter != null) {
                    boolean comesAgain = unlearned.contains(record) && open.mayTake(letter.place());
                    if (comesAgain) {
                        awaited.add(Letter.of(letter));
                    } else {
                        awaited.remove(Letter.of(letter));
                    }
                }
                record++;
            }
        }
        return awaited.isEmpty();
    }
}
