package io.synfire.query.answer;

import io.synfire.engine.event.Position;
import io.synfire.engine.view.Digest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of a rebuild.
 *
 * @param into the data directory of the new memory
 * @param untilMs the last event time that counts, or null for no end
 * @param settings what the new memory learned by
 * @param positions how far it read
 * @param missing what of the log is gone and was passed over
 * @param before the memory that was live when the rebuild began, or null if there was none
 * @param after the new one
 * @param comparison whether both learned the same
 * @param records how many records were read now
 * @param seconds how long that took
 */
public record RebuildAnswer(
        String into,
        @Nullable Long untilMs,
        Map<String, String> settings,
        List<Position> positions,
        List<Missing> missing,
        @Nullable Side before,
        Side after,
        Comparison comparison,
        long records,
        double seconds) {

    /** Whether both memories learned the same. */
    public enum Comparison {
        /** They did: the same checksum, episodes, watermark and, unless concepts may fade, as many concepts. */
        EQUAL,
        /** They were to, and did not. */
        DIFFERENT,
        /** They were not to: other settings, another moment, a part of the log that is gone, or nothing to compare with. */
        NOT_COMPARABLE
    }

    /**
     * One memory.
     *
     * @param learned what was learned, 16 hex digits
     * @param state the values as stored, 16 hex digits
     * @param episodes episodes learned
     * @param associations directed edges
     * @param concepts known concepts
     * @param deadLetters records rejected
     * @param watermarkMs latest event time learned, milliseconds since the epoch
     */
    public record Side(
            String learned,
            String state,
            long episodes,
            long associations,
            long concepts,
            long deadLetters,
            long watermarkMs) {

        /**
         * One memory.
         *
         * @param digest its checksums
         * @param deadLetters records rejected
         * @param watermarkMs latest event time learned
         * @return the same
         */
        public static Side of(Digest digest, long deadLetters, long watermarkMs) {
            return new Side(
                    digest.learnedHex(),
                    digest.stateHex(),
                    digest.episodes(),
                    digest.associations(),
                    digest.concepts(),
                    deadLetters,
                    watermarkMs);
        }
    }

    /**
     * A part of the log that is gone.
     *
     * @param source {@code kafka:TOPIC} or {@code file:PATH}
     * @param partition its partition, 0 for a file
     * @param fromOffset the first offset or record number
     * @param toOffset the one after the last
     */
    public record Missing(String source, int partition, long fromOffset, long toOffset) {

        /**
         * Whether all of it is commands that forget: then what they took back or forgot was learned again.
         *
         * @return true for the file of these in a data directory
         */
        public boolean isCommands() {
            return source.startsWith("file:") && source.endsWith("/forgotten.jsonl");
        }
    }
}
