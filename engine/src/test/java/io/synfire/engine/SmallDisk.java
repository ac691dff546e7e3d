package io.synfire.engine;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A real file system of a few megabytes, in memory; only where mounting is permitted. */
public final class SmallDisk implements AutoCloseable {

    private static final int BLOCK_BYTES = 64 << 10;

    private final Path root;

    private SmallDisk(Path root) {
        this.root = root;
    }

    /** Mounts one at a directory, or skips the test. */
    public static SmallDisk at(Path root, int megabytes) throws IOException {
        Files.createDirectories(root);
        boolean mounted =
                isDone("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "synfire-test", root.toString());
        Assumptions.assumeTrue(mounted, "a small disk cannot be mounted here: it takes root and CAP_SYS_ADMIN");
        return new SmallDisk(root);
    }

    public Path root() {
        return root;
    }

    public long freeBytes() {
        return root.toFile().getUsableSpace();
    }

    /** Fills it up but for so many bytes. */
    public void fill(long leaveBytes) throws IOException {
        try (RandomAccessFile filler =
                new RandomAccessFile(root.resolve("filler").toFile(), "rw")) {
            filler.seek(filler.length());
            byte[] block = new byte[BLOCK_BYTES];
            while (freeBytes() > leaveBytes + BLOCK_BYTES) {
                filler.write(block);
            }
        }
    }

    /** Gives back what {@link #fill} took. */
    public void free() throws IOException {
        Files.deleteIfExists(root.resolve("filler"));
    }

    @Override
    public void close() throws IOException {
        if (!isDone("umount", "-l", root.toString())) {
            throw new IOException("the small disk cannot be taken away: root=" + root);
        }
    }

    private static boolean isDone(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            // There is no such command.
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
