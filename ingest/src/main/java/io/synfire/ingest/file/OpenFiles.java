package io.synfire.ingest.file;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Learned files that are read in turns, a stretch at a time: those of late are kept open where they were left. One that is opened again must
 * begin with what was read of it. One thread at a time.
 */
final class OpenFiles implements Closeable {

    private static final int OPEN_MAX = 64;

    private final Map<String, LearnedLines> open = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, Known> read = new HashMap<>();
    private final boolean isVerified;

    /** Files of which nothing was read; whoever reads them asks at the end whether they {@link #holds hold}. */
    OpenFiles() {
        this.isVerified = false;
    }

    /**
     * Files that are verified before anything of them is handed out, since it is learned at once.
     *
     * @param read what was read of some of them before, which they must begin with
     */
    OpenFiles(List<Known> read) {
        read.forEach(each -> this.read.put(each.id(), each));
        this.isVerified = true;
    }

    /**
     * A file's lines, at the record where they were left or at the first.
     *
     * @throws ReplacedFileException if it is gone, or is known to be another
     */
    LearnedLines of(Known file) throws IOException {
        LearnedLines lines = open.get(file.id());
        if (lines == null) {
            if (open.size() >= OPEN_MAX) {
                String eldest = open.keySet().iterator().next();
                LearnedLines left = open.remove(eldest);
                if (left != null) {
                    read.put(eldest, left.read());
                    left.close();
                }
            }
            lines = LearnedLines.of(file, begins(file));
            open.put(file.id(), lines);
        }
        return lines;
    }

    private List<Known> begins(Known file) {
        List<Known> begins = new ArrayList<>();
        if (isVerified) {
            begins.add(file);
        }
        Known before = read.get(file.id());
        if (before != null) {
            begins.add(before.at(file.source()));
        }
        return begins;
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
