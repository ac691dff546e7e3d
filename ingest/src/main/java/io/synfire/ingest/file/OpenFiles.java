package io.synfire.ingest.file;

import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Learned files that are read in turns, a stretch at a time: those of late are kept open where they were left. One thread at a time. */
final class OpenFiles implements Closeable {

    private static final int OPEN_MAX = 64;

    private final Map<String, LearnedLines> open = new LinkedHashMap<>(16, 0.75f, true);

    /** A file's lines, at the record where they were left or at the first. */
    LearnedLines of(Known file) throws IOException {
        LearnedLines lines = open.get(file.id());
        if (lines == null) {
            if (open.size() >= OPEN_MAX) {
                String eldest = open.keySet().iterator().next();
                LearnedLines left = open.remove(eldest);
                if (left != null) {
                    left.close();
                }
            }
            lines = new LearnedLines(file);
            open.put(file.id(), lines);
        }
        return lines;
    }

    /** Whether a file is the one that was learned. Reads it to the end of what was. */
    boolean holds(Known file) throws IOException {
        try {
            of(file).requireHolds();
            return true;
        } catch (ReplacedFileException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (LearnedLines lines : open.values()) {
            try {
                lines.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
