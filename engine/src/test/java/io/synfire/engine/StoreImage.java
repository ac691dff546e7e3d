package io.synfire.engine;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Copies of a store's files, as a crash would leave them, and ways to damage them. */
public final class StoreImage {

    private StoreImage() {}

    /** Copies the files of a directory, in the place of what is there. */
    public static void copy(Path from, Path to) {
        delete(to);
        try (Stream<Path> files = Files.list(from)) {
            Files.createDirectories(to);
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes a directory, if it is there. */
    public static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Files of a directory that end so, oldest number first. */
    public static List<Path> files(Path directory, String suffix) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The table that holds the most: rows, in the middle of which there is nothing else. */
    public static Path largestTable(Path store) {
        return files(store, ".sst").stream()
                .max(Comparator.comparingLong(table -> table.toFile().length()))
                .orElseThrow();
    }

    /** Flips one bit. */
    public static void flip(Path file, long at) {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            int before = bytes.read();
            bytes.seek(at);
            bytes.write(before ^ 0x10);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Cuts a file off. */
    public static void truncate(Path file, long bytes) {
        try (RandomAccessFile all = new RandomAccessFile(file.toFile(), "rw")) {
            all.setLength(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Damages a random file at a random place; says what it did. */
    public static String damage(Path directory, SplittableRandom random) {
        List<Path> files = files(directory, "").stream()
                .filter(file -> !file.endsWith("LOG") && !file.endsWith("LOCK") && !file.endsWith("HOLDER"))
                .toList();
        try {
            Path file = files.get(random.nextInt(files.size()));
            long size = Files.size(file);
            int kind = size == 0 ? 2 : random.nextInt(4);
            if (kind == 2) {
                Files.delete(file);
                return "deleted " + file.getFileName();
            }
            long at = random.nextLong(size);
            if (kind == 3) {
                truncate(file, at);
                return "truncated " + file.getFileName() + " of " + size + " to " + at;
            }
            flip(file, at);
            return "flipped " + file.getFileName() + " of " + size + " at " + at;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
