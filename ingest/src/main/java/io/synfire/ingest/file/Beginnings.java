package io.synfire.ingest.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/** Which learned files the content of a file begins with. Each file is read once, as far as that needs. */
final class Beginnings {

    private Beginnings() {}

    /**
     * A learned file that a content begins with.
     *
     * @param known the file
     * @param fingerprint of what was learned of it
     */
    record Beginning(Known known, Fingerprint fingerprint) {}

    /** Those that the content of a file begins with, the shortest first. */
    static List<Beginning> of(Path file, List<Known> candidates) throws IOException {
        if (candidates.isEmpty()) {
            return List.of();
        }
        try (Unpacked content = Unpacked.open(file)) {
            return of(content.stream(), candidates);
        }
    }

    /** Those that an open file begins with, the shortest first. */
    static List<Beginning> of(OpenedFile file, List<Known> candidates) throws IOException {
        try (Unpacked head = file.content()) {
            List<Known> possible = possible(head, candidates);
            if (possible.isEmpty()) {
                return List.of();
            }
            try (Unpacked content = file.content()) {
                return of(content.stream(), possible);
            }
        }
    }

    /** Whether what was learned of a file is still where it was. */
    static boolean holds(Known known) throws IOException {
        return Files.isRegularFile(known.path())
                && !of(known.path(), List.of(known)).isEmpty();
    }

    /** Those that the first bytes of a file do not rule out. */
    static List<Known> possible(Path file, List<Known> candidates) throws IOException {
        if (candidates.isEmpty()) {
            return List.of();
        }
        try (Unpacked content = Unpacked.open(file)) {
            return possible(content, candidates);
        }
    }

    private static List<Known> possible(Unpacked content, List<Known> candidates) throws IOException {
        byte[] first = new byte[Fingerprint.HEAD_BYTES];
        int length = 0;
        int read = read(content.stream(), first, 0, first.length);
        while (read > 0) {
            length += read;
            read = length < first.length ? read(content.stream(), first, length, first.length - length) : -1;
        }
        byte[] head = Arrays.copyOf(first, length);
        return candidates.stream()
                .filter(known -> Fingerprint.head(head, known.mark().bytes())
                        .equals(known.mark().head()))
                .toList();
    }

    /** Where packed data is damaged, what it holds ends. */
    private static int read(InputStream content, byte[] buffer, int offset, int length) throws IOException {
        try {
            return content.read(buffer, offset, length);
        } catch (BadPackingException e) {
            return -1;
        }
    }

    private static List<Beginning> of(InputStream content, List<Known> candidates) throws IOException {
        List<Known> sorted = candidates.stream()
                .sorted(Comparator.comparingLong(known -> known.mark().bytes()))
                .toList();
        List<Beginning> found = new ArrayList<>();
        // Those whose last line had no end: it may have got one since, and must not have gone on otherwise.
        List<Beginning> open = new ArrayList<>();
        Fingerprint fingerprint = Fingerprint.empty();
        byte[] buffer = new byte[1 << 16];
        int next = 0;
        while (next < sorted.size() || !open.isEmpty()) {
            long left = next < sorted.size() ? sorted.get(next).mark().bytes() - fingerprint.bytes() : buffer.length;
            if (left == 0) {
                Known known = sorted.get(next++);
                if (known.mark().isOf(fingerprint)) {
                    (known.mark().isEnded() ? found : open).add(new Beginning(known, fingerprint.copy()));
                }
                continue;
            }
            int read = read(content, buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                break;
            }
            goOn(open, found, buffer, read);
            fingerprint.update(buffer, 0, read);
        }
        found.addAll(open);
        found.sort(
                Comparator.comparingLong(beginning -> beginning.known().mark().bytes()));
        return found;
    }

    /** What follows in the line: its end makes them what they should be, and anything but blanks does not. */
    private static void goOn(List<Beginning> open, List<Beginning> found, byte[] buffer, int length) {
        for (Iterator<Beginning> each = open.iterator(); each.hasNext(); ) {
            Beginning beginning = each.next();
            for (int i = 0; i < length; i++) {
                if (buffer[i] == '\n') {
                    found.add(beginning);
                    each.remove();
                    break;
                }
                if (buffer[i] != ' ' && buffer[i] != '\t' && buffer[i] != '\r') {
                    each.remove();
                    break;
                }
            }
        }
    }
}
