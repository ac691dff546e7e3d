package io.synfire.ingest.file;

import io.synfire.engine.event.Stretch;
import io.synfire.ingest.replay.Rejects;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where the dead letters lie that a memory has learned, and whether they go on there. They lie in its data directory, and that may have been
 * moved, copied or restored: so they are known by what they are, as all files are, and not by their path.
 */
final class LearnedLetters {

    private LearnedLetters() {}

    /** A letter, however often it was rejected and why. */
    private record Letter(String source, String sourceId, long record, ByteBuffer value) {

        static Letter of(DeadLetter letter) {
            Rejects.Place place = letter.place();
            return new Letter(place.source(), place.sourceId(), place.record(), ByteBuffer.wrap(letter.value()));
        }
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
