package io.synfire.ingest.file;

import io.synfire.engine.event.Stretch;
import io.synfire.ingest.replay.Rejects;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which dead letters may be learned now: those of files whose records the memory has not learned, from the file or from another letter, and
 * those of streams, such as the standard input and pipes, which are not read again. Others are of another memory, of a topic, or were written twice. One thread at a time.
 */
final class OpenLetters {

    /** What names a log that is read again; a stream has just a name. */
    private static final List<String> LOGS = List.of("file:", "kafka:");

    private final Map<String, Set<Long>> unlearned = new HashMap<>();
    private final Set<Letter> learned;

    /** A record of a file. */
    record Letter(String sourceId, long record) {}

    private OpenLetters(Set<Letter> learned) {
        this.learned = learned;
    }

    /** Those of a memory. */
    static OpenLetters of(List<Known> known, List<Stretch> stretches) throws IOException {
        OpenLetters open = new OpenLetters(learned(known, stretches));
        for (Stretch stretch : stretches) {
            open.unlearned
                    .computeIfAbsent(stretch.sourceId(), id -> new HashSet<>())
                    .addAll(stretch.unlearned());
        }
        return open;
    }

    /**
     * Which records of files were learned from dead letters, so that they are not learned from the files.
     *
     * @throws ReplacedFileException if the dead letters are not there any more
     */
    static Set<Letter> learned(List<Known> known, List<Stretch> stretches) throws IOException {
        Set<Letter> learned = new HashSet<>();
        for (Known each : known) {
            if (each.mark().isLetters()) {
                learned.addAll(learned(each, stretches));
            }
        }
        return learned;
    }

    private static Set<Letter> learned(Known known, List<Stretch> stretches) throws IOException {
        Set<Letter> learned = new HashSet<>();
        try (LearnedLines lines = LearnedLines.of(known)) {
            for (Stretch stretch : stretches) {
                if (!stretch.sourceId().equals(known.id())) {
                    continue;
                }
                Set<Long> passed = new HashSet<>(stretch.unlearned());
                lines.skipTo(stretch.from());
                for (long record = stretch.from(); record < stretch.to(); record++) {
                    DeadLetter letter = DeadLetter.parse(lines.next());
                    if (letter != null
                            && !passed.contains(record)
                            && !letter.place().sourceId().isEmpty()) {
                        learned.add(new Letter(
                                letter.place().sourceId(), letter.place().record()));
                    }
                }
            }
            lines.requireHolds();
        }
        return learned;
    }

    /** Whether a letter's record may be learned now. */
    boolean mayTake(Rejects.Place place) {
        if (place.sourceId().isEmpty()) {
            return LOGS.stream().noneMatch(place.source()::startsWith);
        }
        return unlearned.getOrDefault(place.sourceId(), Set.of()).contains(place.record())
                && !learned.contains(new Letter(place.sourceId(), place.record()));
    }

    /** It was learned. */
    void learned(Rejects.Place place) {
        if (!place.sourceId().isEmpty()) {
            learned.add(new Letter(place.sourceId(), place.record()));
        }
    }
}
