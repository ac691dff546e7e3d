package io.synfire.query.answer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of files that were learned.
 *
 * @param files each of them, in the order in which they were learned
 * @param deadLetters the file that rejected records are in
 * @param failure why learning ended before the last of the files did, or null
 */
public record LearnAnswer(List<Learned> files, String deadLetters, @Nullable String failure) {

    /**
     * What became of one file, or of a stream.
     *
     * @param file as it was named
     * @param source {@code file:PATH}, or the name of a stream
     * @param sourceId the file's identity, whatever its name; null for a stream, and where there was nothing to learn of a file
     * @param records lines read now
     * @param episodes of these, how many were learned as episodes
     * @param commands of these, how many were learned as commands
     * @param duplicates of these, how many were passed over since their event id was known
     * @param rejected of these, how many went to the dead letters
     * @param passedOver of these, how many dead letters were passed over since their records are learned elsewhere
     * @param learnedBefore records passed over, since they were learned before
     * @param knownAs the path that it was learned under before, if that was another; else null
     * @param waiting whether its last line has no end yet and is left for the next time
     * @param hasLog whether what was learned can be read again, to forget or rebuild
     * @param seconds how long it took
     * @param notes what else is to be known, as sentences
     * @param rejections the first of those that were rejected
     */
    public record Learned(
            String file,
            String source,
            @Nullable String sourceId,
            long records,
            long episodes,
            long commands,
            long duplicates,
            long rejected,
            long passedOver,
            long learnedBefore,
            @Nullable String knownAs,
            boolean waiting,
            boolean hasLog,
            double seconds,
            List<String> notes,
            List<Rejection> rejections) {

        /** Takes unmodifiable copies. */
        public Learned {
            notes = List.copyOf(notes);
            rejections = List.copyOf(rejections);
        }

        private boolean isOfUse() {
            return episodes > 0 || commands > 0 || duplicates > 0;
        }
    }

    /**
     * A record that was rejected.
     *
     * @param record its number, from 0
     * @param reason the rule it breaks, then the value
     */
    public record Rejection(long record, String reason) {}

    /** Takes an unmodifiable copy. */
    public LearnAnswer {
        files = List.copyOf(files);
    }

    /**
     * How many records were rejected.
     *
     * @return of all files
     */
    public long rejected() {
        return files.stream().mapToLong(Learned::rejected).sum();
    }

    /**
     * Whether all went well: it did not end too early, and not all that was read was rejected. Where nothing new was to be read, it did.
     *
     * @return false if a command that gives this answer has failed
     */
    public boolean isWell() {
        return failure == null && (rejected() == 0 || files.stream().anyMatch(Learned::isOfUse));
    }
}
