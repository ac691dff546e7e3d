package io.synfire.ingest.file;

import java.util.Map;
import java.util.TreeMap;

/**
 * What was learned of a file, as its position's content: whoever reads it again must find the same bytes at its beginning. What is packed
 * counts unpacked.
 *
 * @param bytes how many bytes the learned records take, with the ends of their lines
 * @param isEnded whether the last of these lines had an end; if not, nothing but blanks may follow in it
 * @param sha256 hash of these bytes
 * @param head hash of the first of them
 * @param latestMs the latest time that a record of them said, milliseconds since the epoch; -1 if none did
 * @param isLetters whether the lines are dead letters, which hold the records
 * @param isLost whether it was noticed that the file is no longer where it was
 */
record FileMark(
        long bytes, boolean isEnded, String sha256, String head, long latestMs, boolean isLetters, boolean isLost) {

    static FileMark of(Fingerprint fingerprint, boolean isEnded, long latestMs, boolean isLetters) {
        return new FileMark(
                fingerprint.bytes(), isEnded, fingerprint.sha256(), fingerprint.head(), latestMs, isLetters, false);
    }

    FileMark lost(boolean lost) {
        return new FileMark(bytes, isEnded, sha256, head, latestMs, isLetters, lost);
    }

    /** Whether these bytes are what was learned. */
    boolean isOf(Fingerprint fingerprint) {
        return fingerprint.bytes() == bytes && fingerprint.sha256().equals(sha256);
    }

    String toText() {
        return "bytes=" + bytes + " ended=" + isEnded + " sha256=" + sha256 + " head=" + head + " latest=" + latestMs
                + " letters=" + isLetters + " lost=" + isLost;
    }

    /**
     * Reads what {@link #toText} wrote.
     *
     * @throws IllegalStateException if it is not that
     */
    static FileMark parse(String text) {
        Map<String, String> values = new TreeMap<>();
        for (String word : text.split(" ", -1)) {
            int split = word.indexOf('=');
            values.put(word.substring(0, Math.max(0, split)), word.substring(split + 1));
        }
        try {
            FileMark mark = new FileMark(
                    Long.parseLong(values.getOrDefault("bytes", "")),
                    Boolean.parseBoolean(values.get("ended")),
                    values.getOrDefault("sha256", ""),
                    values.getOrDefault("head", ""),
                    Long.parseLong(values.getOrDefault("latest", "")),
                    Boolean.parseBoolean(values.get("letters")),
                    Boolean.parseBoolean(values.get("lost")));
            if (mark.toText().equals(text)) {
                return mark;
            }
        } catch (NumberFormatException e) {
            throw new IllegalStateException("a file's position is not what a learner has written: content=" + text, e);
        }
        throw new IllegalStateException("a file's position is not what a learner has written: content=" + text);
    }
}
