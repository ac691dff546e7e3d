package io.synfire.ingest.file;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is to be learned of files, by what is promised, with texts in the place of fingerprints: a file goes on behind the longest beginning
 * of it that was learned; not if the file that was learned is still there and the two go on otherwise, or if this one has more and none of
 * the learned records said its time; one that is no longer where it was is found where a given file begins with it; a given file that begins with
 * nothing learned is new, or refused if something else was learned under its name.
 */
final class NaiveFiles {

    static final long AHEAD_MS = 600_000;

    /** A file as it lies there. */
    record Content(String text, boolean isPacked, long modifiedMs) {}

    /** A learned file. */
    static final class Source {
        final String id;
        String path;
        String learned = "";
        boolean isEnded = true;
        boolean isLost;
        long latestMs = -1;

        Source(String id, String path) {
            this.id = id;
            this.path = path;
        }

        boolean begins(@Nullable Content content) {
            if (content == null || !content.text().startsWith(learned)) {
                return false;
            }
            String rest = content.text().substring(learned.length());
            int end = rest.indexOf('\n');
            return isEnded || (end < 0 ? rest : rest.substring(0, end)).isBlank();
        }

        /** Whether a content that begins with this source is that of another file all the same. */
        boolean isAnother(String path, Content content, Map<String, Content> files) {
            Content there = files.get(this.path);
            if (path.equals(this.path) || there == null || !there.text().startsWith(learned)) {
                return false;
            }
            if (there.text().startsWith(content.text())) {
                return false;
            }
            if (!content.text().startsWith(there.text())) {
                return true;
            }
            String more = content.text().substring(there.text().length());
            return latestMs < 0 && !more.isBlank();
        }

        long records() {
            return learned.chars().filter(c -> c == '\n').count() + (isEnded ? 0 : 1);
        }
    }

    /** A record of a file that was rejected, as the dead letters have it. */
    record Letter(String id, long record, String line, long orElseMs) {}

    final Map<String, Content> files = new HashMap<>();
    final List<Source> sources = new ArrayList<>();
    final List<String> learned = new ArrayList<>();
    final List<Letter> letters = new ArrayList<>();
    private final Set<String> rejected = new HashSet<>();
    private final Set<String> takenUp = new HashSet<>();
    private int lettersId;
    private int lettersRead;
    long nowMs;
    int bytesMax;

    /** Whether what was learned can all be read again. */
    boolean isComplete() {
        return sources.stream().allMatch(source -> source.begins(files.get(source.path)));
    }

    /** Looks at given files; false, and nothing changes, where one is refused. */
    boolean begin(Set<String> given, boolean asNew) {
        if (asNew && given.stream().anyMatch(this::isUnfinished)) {
            return false;
        }
        Map<Source, String> moved = new HashMap<>();
        Set<Source> lost = new HashSet<>();
        if (!asNew) {
            for (Source source : sources) {
                boolean holds = source.begins(files.get(source.path));
                given.stream()
                        .filter(path -> !path.equals(source.path) && source.begins(files.get(path)))
                        .findFirst()
                        .filter(path -> !holds)
                        .ifPresent(path -> moved.put(source, path));
            }
        }
        for (String path : given) {
            Content content = Objects.requireNonNull(files.get(path));
            boolean isKnown = sources.stream()
                    .anyMatch(source -> source.begins(content) && !source.isAnother(path, content, files));
            for (Source source : sources) {
                boolean isHere = moved.getOrDefault(source, source.path).equals(path);
                if (isHere && !source.begins(files.get(path)) && !source.isLost) {
                    if (!isKnown && !asNew) {
                        return false;
                    }
                    lost.add(source);
                }
            }
        }
        moved.forEach((source, path) -> source.path = path);
        sources.forEach(source -> {
            boolean isFound = moved.containsKey(source)
                    || (!asNew && given.contains(source.path) && source.begins(files.get(source.path)));
            source.isLost = !isFound && (source.isLost || lost.contains(source));
        });
        return true;
    }

    /** Whether a beginning of a file, and not all, was learned under its name. */
    private boolean isUnfinished(String path) {
        Content content = Objects.requireNonNull(files.get(path));
        return sources.stream()
                .filter(source -> source.path.equals(path) && source.begins(content))
                .mapToInt(source -> source.learned.length())
                .max()
                .stream()
                .anyMatch(length -> !content.text().substring(length).isBlank());
    }

    /** Learns a given file, up to a record; returns how many records were read. */
    long learn(String path, boolean asNew, long stopAt) {
        Content content = Objects.requireNonNull(files.get(path));
        Source start = null;
        Source own = null;
        if (!asNew) {
            for (Source source : sources) {
                if (!source.begins(content) || source.isAnother(path, content, files)) {
                    continue;
                }
                boolean isOwn = source.path.equals(path);
                int length = source.learned.length();
                if (start == null || length > start.learned.length() || (length == start.learned.length() && isOwn)) {
                    start = source;
                }
                if (isOwn && (own == null || length >= own.learned.length())) {
                    own = source;
                }
            }
            if (start == null && isPart(content)) {
                return 0;
            }
        }
        Source goesOn = own == null ? new Source(nextId() + "-" + Long.toHexString(nowMs), path) : own;
        Source after = new Source(goesOn.id, path);
        if (start != null) {
            after.learned = start.learned;
            after.isEnded = start.isEnded;
            after.latestMs = start.latestMs;
        }
        long before = after.records();
        read(after, content, stopAt);
        if (after.records() > before) {
            goesOn.learned = after.learned;
            goesOn.isEnded = after.isEnded;
            goesOn.latestMs = after.latestMs;
            if (own == null) {
                sources.add(goesOn);
            }
        }
        return after.records() - before;
    }

    /** Ids are given one after the other, to the dead letters, too. */
    private int nextId() {
        int last = lettersId;
        for (Source source : sources) {
            last = Math.max(last, number(source.id));
        }
        return last + 1;
    }

    private static int number(String id) {
        return Integer.parseInt(id.substring(0, id.indexOf('-')));
    }

    private boolean isPart(Content content) {
        return !content.text().isEmpty()
                && sources.stream()
                        .anyMatch(source ->
                                source.learned.startsWith(content.text()) && source.begins(files.get(source.path)));
    }

    private void read(Source source, Content content, long stopAt) {
        String text = content.text();
        if (!source.isEnded) {
            int end = text.indexOf('\n', source.learned.length());
            if (end < 0) {
                return;
            }
            source.learned = text.substring(0, end + 1);
            source.isEnded = true;
        }
        for (long record = source.records(); record < stopAt && source.learned.length() < text.length(); record++) {
            int from = source.learned.length();
            int end = text.indexOf('\n', from);
            String line = text.substring(from, end < 0 ? text.length() : end);
            if (end < 0 && !content.isPacked() && !isObject(line)) {
                return;
            }
            take(source, record, line, content.modifiedMs());
            source.learned = text.substring(0, end < 0 ? text.length() : end + 1);
            source.isEnded = end >= 0;
        }
    }

    private void take(Source source, long record, String line, long modifiedMs) {
        if (line.isBlank()) {
            return;
        }
        long orElseMs = source.latestMs < 0 ? modifiedMs : source.latestMs;
        String timed = timed(line, orElseMs);
        if (timed == null) {
            letters.add(new Letter(source.id, record, line, orElseMs));
            rejected.add(source.id + "@" + record);
        } else {
            learned.add(timed);
            if (line.contains("\"at\"")) {
                source.latestMs = Math.max(source.latestMs, atMs(line));
            }
        }
    }

    /** Learns the dead letters that were not read yet. */
    void learnAgain() {
        int end = letters.size();
        if (lettersId == 0 && lettersRead < end) {
            lettersId = nextId();
        }
        for (; lettersRead < end; lettersRead++) {
            Letter letter = letters.get(lettersRead);
            String key = letter.id() + "@" + letter.record();
            String timed = timed(letter.line(), letter.orElseMs());
            if (!rejected.contains(key) || takenUp.contains(key)) {
                continue;
            }
            if (timed == null) {
                letters.add(letter);
            } else {
                learned.add(timed);
                takenUp.add(key);
            }
        }
    }

    /** What was rejected and is not committed is not known of. */
    NaiveFiles.Kept keep() {
        return new Kept(
                new LinkedHashSet<>(rejected),
                List.copyOf(learned),
                sources.stream().map(NaiveFiles::copy).toList());
    }

    void restore(Kept kept) {
        rejected.clear();
        rejected.addAll(kept.rejected());
        learned.clear();
        learned.addAll(kept.learned());
        sources.clear();
        kept.sources().forEach(source -> sources.add(copy(source)));
    }

    /** What a crash comes back to; dead letters stay. */
    record Kept(Set<String> rejected, List<String> learned, List<Source> sources) {}

    private static Source copy(Source source) {
        Source copy = new Source(source.id, source.path);
        copy.learned = source.learned;
        copy.isEnded = source.isEnded;
        copy.isLost = source.isLost;
        copy.latestMs = source.latestMs;
        return copy;
    }

    /** The record with its time, or null if it is not learned. */
    private @Nullable String timed(String line, long orElseMs) {
        if (!line.contains("\"concepts\"") || line.length() > bytesMax || !isObject(line)) {
            return null;
        }
        String timed = line.contains("\"at\"") ? line : "{\"at\":" + orElseMs + "," + line.substring(1);
        return atMs(timed) <= nowMs + AHEAD_MS ? timed : null;
    }

    /** Lines that were cut or run into each other are none; of those that are written each is of one pair of braces. */
    private static boolean isObject(String line) {
        String object = line.strip();
        return object.startsWith("{") && object.indexOf('{', 1) < 0 && object.indexOf('}') == object.length() - 1;
    }

    private static long atMs(String line) {
        return Long.parseLong(line.replaceAll("(?s).*\"at\":(\\d+).*", "$1"));
    }
}
