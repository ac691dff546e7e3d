package io.synfire.query.app;

import io.synfire.query.answer.BackupAnswer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Copies of files that are on the disk when they are said to be, with their checksums. */
final class FileCopies {

    private static final int BLOCK_BYTES = 1 << 20;

    private FileCopies() {}

    /** Copies the files of a directory into a new one; returns them by name. */
    static List<BackupAnswer.File> copy(Path from, Path to, List<String> names) throws IOException {
        Files.createDirectories(to);
        List<BackupAnswer.File> copied = new ArrayList<>();
        for (String name : names) {
            copied.add(copyFile(from.resolve(name), to.resolve(name)));
        }
        force(to);
        return copied;
    }

    /** A file as it is, with its checksum. */
    static BackupAnswer.File sum(Path file) throws IOException {
        CRC32C sum = new CRC32C();
        long bytes = 0;
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            while (in.read(block) >= 0) {
                block.flip();
                bytes += block.remaining();
                sum.update(block);
                block.clear();
            }
        }
        return file(file, bytes, sum);
    }

    /** The files of a directory by name. */
    static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    /** All that a directory holds, by name. */
    static List<String> all(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    /** To the disk: what a file holds, or which files a directory has. */
    static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Deletes a file or a directory with all that is in it; where a link leads is left as it is. */
    static void delete(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Whether there is something in a directory. */
    static boolean isEmpty(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return true;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.findFirst().isEmpty();
        }
    }

    private static BackupAnswer.File copyFile(Path from, Path to) throws IOException {
        CRC32C sum = new CRC32C();
        long bytes = 0;
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel out = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (in.read(block) >= 0) {
                block.flip();
                bytes += block.remaining();
                sum.update(block.duplicate());
                while (block.hasRemaining()) {
                    out.write(block);
                }
                block.clear();
            }
            out.force(true);
        }
        return file(from, bytes, sum);
    }

    private static BackupAnswer.File file(Path file, long bytes, CRC32C sum) {
        return new BackupAnswer.File(
                String.valueOf(file.getFileName()), bytes, String.format(Locale.ROOT, "%08x", sum.getValue()));
    }
}
