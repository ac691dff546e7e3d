package io.synfire.ingest.file;

import io.synfire.ingest.file.Beginnings.Beginning;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which files that are to be learned are known already, whatever their names: a file is what it begins with.
 *
 * <ul>
 *   <li>A file goes on behind the longest beginning of it that was learned, under whichever name, unless it is a file of its own all the
 *       same: {@link Likeness} tells.
 *   <li>A learned file that is no longer where it was, and that a given file begins with, was renamed: its position moves there. So a log
 *       that was rotated goes on under its new name, and its old name is free.
 *   <li>A file that is no more than the beginning of a learned one that is still there is passed over.
 *   <li>A file that begins with nothing that was learned is new, unless something else was learned under its name: then it is refused,
 *       since it was replaced or cut short.
 * </ul>
 *
 * <p>All files of one command are looked at before any is learned, and each once more for what the others brought. One thread at a time.
 */
final class Recognition {

    private final boolean asNew;
    private final boolean isLetters;
    private final boolean isOurs;
    private final Map<String, Path> given = new LinkedHashMap<>();
    private final Map<String, Map<String, Beginning>> begun = new HashMap<>();
    private final Map<String, Set<String>> examined = new HashMap<>();
    private final Map<String, Boolean> others = new HashMap<>();

    /**
     * What is known of a file.
     *
     * @param source its name
     * @param start what it begins with that was learned, or null if nothing
     * @param own the position that it goes on at, or null if it has none
     * @param partOf the learned file that it is no more than the beginning of, or null
     * @param alike the longest learned file that it begins with, but is another than; null if it is nothing new, or there is none
     */
    record Recognized(
            String source,
            @Nullable Beginning start,
            @Nullable Known own,
            @Nullable Known partOf,
            @Nullable Known alike) {

        /** Whether nothing of it was learned. */
        boolean isNew() {
            return start == null && partOf == null;
        }
    }

    /**
     * Looks at files.
     *
     * @param files by their names
     * @param asNew takes each for one that was never learned
     * @param isLetters whether they hold dead letters: those of two memories may be the same, and are two files all the same
     * @param isOurs whether nobody but us writes them, at their ends: one that has more than a copy of it has grown
     */
    Recognition(Map<String, Path> files, boolean asNew, boolean isLetters, boolean isOurs) {
        this.given.putAll(files);
        this.asNew = asNew;
        this.isLetters = isLetters;
        this.isOurs = isOurs;
    }

    /**
     * The learned files that are found elsewhere now, or no longer where they were.
     *
     * @throws ReplacedFileException if one that is to be learned was replaced or cut short
     */
    List<Known> moved(List<Known> known) throws IOException {
        Map<String, Known> now = new LinkedHashMap<>();
        known.forEach(each -> now.put(each.id(), each));
        for (String source : given.keySet()) {
            examine(source, known);
        }
        if (asNew && !isLetters) {
            requireNoneUnfinished();
        }
        if (!asNew) {
            for (Known each : known) {
                String elsewhere = elsewhere(each);
                if (elsewhere != null) {
                    now.put(each.id(), each.at(elsewhere));
                } else if (each.mark().isLost() && begins(each.source(), each)) {
                    now.put(each.id(), each.at(each.source()));
                }
            }
        }
        requireNoneReplaced(now);
        return now.values().stream().filter(each -> !known.contains(each)).toList();
    }

    /** What is known of one of the files now. */
    Recognized recognize(String source, List<Known> now) throws IOException {
        if (asNew) {
            return new Recognized(source, null, null, null, null);
        }
        examine(source, now);
        Beginning longest = null;
        Known own = null;
        Known alike = null;
        for (Known each : now) {
            Beginning begins = beginnings(source).get(key(each));
            boolean isOwn = each.source().equals(source);
            if (begins == null || (isLetters && !isOwn)) {
                continue;
            }
            long bytes = each.mark().bytes();
            if (isAnother(source, each)) {
                alike = alike == null || bytes > alike.mark().bytes() ? each : alike;
                continue;
            }
            if (isLetters) {
                // All are of this file; it goes on where it was taken up last.
                if (own == null || each.number() > own.number()) {
                    longest = new Beginning(each, begins.fingerprint());
                    own = each;
                }
                continue;
            }
            long longestBytes = longest == null ? -1 : longest.known().mark().bytes();
            if (bytes > longestBytes || (bytes == longestBytes && isOwn)) {
                longest = new Beginning(each, begins.fingerprint());
            }
            if (isOwn && (own == null || bytes >= own.mark().bytes())) {
                own = each;
            }
        }
        if (longest != null) {
            return new Recognized(source, longest, own, null, null);
        }
        Known whole = isLetters ? null : partOf(path(source), now);
        return new Recognized(source, null, null, whole, whole == null ? alike : null);
    }

    /**
     * Whether an open file begins with anything that a file of this name did not begin with when it was looked at: then it is another, and
     * what was found does not hold for it.
     */
    boolean beginsOtherwise(String source, OpenedFile file, List<Known> now) throws IOException {
        List<Known> others = now.stream()
                .filter(each -> !begins(source, each))
                .filter(each -> each.source().equals(source) || !(asNew || isLetters))
                .toList();
        return !others.isEmpty() && !Beginnings.of(file, others).isEmpty();
    }

    /** Whether a file is another than a learned one that it begins with. Looks once. */
    private boolean isAnother(String source, Known known) throws IOException {
        if (isOurs || isLetters || known.source().equals(source)) {
            return false;
        }
        String pair = key(known) + " " + source;
        Boolean looked = others.get(pair);
        if (looked == null) {
            looked = Likeness.isAnother(path(source), known);
            others.put(pair, looked);
        }
        return looked;
    }

    private Path path(String source) {
        Path path = given.get(source);
        if (path == null) {
            throw new IllegalArgumentException("the file is not among those that were given: file=" + source);
        }
        return path;
    }

    /** Reads a file once for all that were not looked for in it yet. */
    private void examine(String source, List<Known> known) throws IOException {
        Path file = path(source);
        Set<String> done = examined.computeIfAbsent(source, each -> new HashSet<>());
        List<Known> own = new ArrayList<>();
        List<Known> others = new ArrayList<>();
        for (Known each : known) {
            if (done.add(key(each))) {
                if (each.source().equals(source)) {
                    own.add(each);
                } else if (!asNew) {
                    others.add(each);
                }
            }
        }
        own.addAll(Beginnings.possible(file, others));
        for (Beginning begins : Beginnings.of(file, own)) {
            beginnings(source).put(key(begins.known()), begins);
        }
    }

    private Map<String, Beginning> beginnings(String source) {
        return begun.computeIfAbsent(source, each -> new HashMap<>());
    }

    private boolean begins(String source, Known known) {
        return beginnings(source).containsKey(key(known));
    }

    /** As far as it was learned. */
    private static String key(Known known) {
        return known.id() + "@" + known.records() + "@" + known.mark().bytes();
    }

    /** The file that begins with what was learned of another, where that one is no longer; or null. */
    private @Nullable String elsewhere(Known known) throws IOException {
        boolean isGiven = given.containsKey(known.source());
        if (isGiven && begins(known.source(), known)) {
            return null;
        }
        for (String source : given.keySet()) {
            if (!source.equals(known.source()) && begins(source, known)) {
                return isGiven || !Beginnings.holds(known) ? source : null;
            }
        }
        return null;
    }

    /** A file of which a beginning was learned under its own name goes on; as a new one that beginning would count twice. */
    private void requireNoneUnfinished() throws IOException {
        for (Map.Entry<String, Path> file : given.entrySet()) {
            Known longest = null;
            for (Beginning begins : beginnings(file.getKey()).values()) {
                Known each = begins.known();
                longest =
                        longest == null || each.mark().bytes() > longest.mark().bytes() ? each : longest;
            }
            if (longest != null
                    && Likeness.hasMore(file.getValue(), longest.mark().bytes())) {
                throw ReplacedFileException.unfinished(longest);
            }
        }
    }

    private void requireNoneReplaced(Map<String, Known> now) throws IOException {
        List<Known> replaced = new ArrayList<>();
        for (String source : given.keySet()) {
            boolean isKnown = isKnown(source);
            for (Known each : List.copyOf(now.values())) {
                boolean isGone = each.source().equals(source) && !begins(source, each);
                if (isGone && !each.mark().isLost()) {
                    if (isKnown || asNew) {
                        now.put(each.id(), each.lost());
                    } else {
                        replaced.add(each);
                    }
                }
            }
        }
        if (!replaced.isEmpty()) {
            throw ReplacedFileException.toLearn(replaced);
        }
    }

    /** Whether a file is a learned one, as that was found before. */
    private boolean isKnown(String source) throws IOException {
        for (Beginning begins : beginnings(source).values()) {
            if (!isAnother(source, begins.known())) {
                return true;
            }
        }
        return false;
    }

    /** The learned file that is still there and that a file is no more than the beginning of. */
    private static @Nullable Known partOf(Path file, List<Known> now) throws IOException {
        if (Files.size(file) == 0) {
            return null;
        }
        for (Known each : now) {
            if (Files.isRegularFile(each.path()) && isBeginning(file, each) && Beginnings.holds(each)) {
                return each;
            }
        }
        return null;
    }

    private static boolean isBeginning(Path file, Known whole) throws IOException {
        try (Unpacked part = Unpacked.open(file);
                Unpacked all = Unpacked.open(whole.path())) {
            long left = whole.mark().bytes();
            while (true) {
                byte[] here = part.stream().readNBytes(Fingerprint.HEAD_BYTES);
                if (here.length == 0) {
                    return true;
                }
                byte[] there = readUpTo(all.stream(), Math.min(left, here.length));
                if (!Arrays.equals(here, there)) {
                    return false;
                }
                left -= here.length;
            }
        } catch (BadPackingException e) {
            return false;
        }
    }

    private static byte[] readUpTo(InputStream stream, long bytes) throws IOException {
        return stream.readNBytes((int) bytes);
    }
}
