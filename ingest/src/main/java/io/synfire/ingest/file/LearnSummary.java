package io.synfire.ingest.file;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a file, or of a stream.
 *
 * @param source {@code file:PATH} with the path that leads to it directly, or the name of a stream
 * @param sourceId the file's identity, whatever its name; null for a stream, and where there was nothing to learn of a file
 * @param records lines read now
 * @param episodes of these, how many were learned as episodes
 * @param commands of these, how many were learned as commands
 * @param duplicates of these, how many were passed over since their event id was known
 * @param rejected of these, how many went to the dead letters
 * @param passedOver of these, how many dead letters were passed over since their records are learned elsewhere
 * @param learnedBefore records passed over, since they were learned before
 * @param knownAs the path that it was learned under before, if that was another; else null
 * @param waits whether its last line has no end yet and is left for the next time
 * @param hasLog whether what was learned can be read again, to forget or rebuild; a stream leaves nothing to read
 * @param notes what else is to be known, as sentences
 * @param rejections the first of those that were rejected
 */
public record LearnSummary(
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
        boolean waits,
        boolean hasLog,
        List<String> notes,
        List<Rejection> rejections) {

    /** So many rejections are named. */
    public static final int REJECTIONS_MAX = 3;

    /**
     * A record that was rejected.
     *
     * @param record its number, from 0
     * @param reason the rule it breaks, then the value
     */
    public record Rejection(long record, String reason) {}

    /** Takes unmodifiable copies. */
    public LearnSummary {
        notes = List.copyOf(notes);
        rejections = List.copyOf(rejections);
    }

    /**
     * Whether records were read and none of them was of any use.
     *
     * @return true if some were rejected, and all others of them said nothing
     */
    public boolean isAllRejected() {
        return rejected > 0 && episodes == 0 && commands == 0 && duplicates == 0;
    }
}
