package io.synfire.ingest.file;

import io.synfire.ingest.replay.Rejects;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where lines go that cannot be learned: one JSON object each, {@code {"source", "sourceId", "record", "time", "reason", "value"}}, the value
 * in Base64, so that it is kept byte for byte. {@code sourceId} is the file's identity, whatever its name; {@code time} is the time of the
 * record in case it says none. Made when it is first needed. One thread at a time.
 */
public final class DeadLetterFile implements Rejects, AutoCloseable {

    private final Path path;
    private @Nullable FileChannel channel;

    /** Whether something was added that is not safe yet. */
    private boolean isUnsafe;

    /**
     * Dead letters in a file.
     *
     * @param path the file, which what is rejected is appended to
     */
    public DeadLetterFile(Path path) {
        this.path = path;
    }

    @Override
    public void add(Place place, String reason, byte[] value) throws IOException {
        byte[] letter = DeadLetter.line(place, reason, value);
        try {
            FileChannel open = open();
            long before = open.size();
            try {
                write(open, ByteBuffer.wrap(letter), ByteBuffer.wrap(new byte[] {'\n'}));
                isUnsafe = true;
            } catch (IOException e) {
                // Half a letter would spoil the next.
                truncate(open, before, e);
                throw e;
            }
        } catch (IOException e) {
            throw new DeadLetterException(path, e);
        }
    }

    @Override
    public void force() throws IOException {
        if (channel != null && isUnsafe) {
            try {
                channel.force(false);
                isUnsafe = false;
            } catch (IOException e) {
                throw new DeadLetterException(path, e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    private FileChannel open() throws IOException {
        if (channel == null) {
            boolean isTorn = isTorn(path);
            channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            if (isTorn) {
                write(channel, ByteBuffer.wrap(new byte[] {'\n'}));
            }
        }
        return channel;
    }

    /** Whether a file's last line has no end, since who wrote it was killed: what is appended needs a line of its own. */
    static boolean isTorn(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (FileChannel read = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return read.size() > 0 && read.read(last, read.size() - 1) == 1 && last.get(0) != '\n';
        }
    }

    static void write(FileChannel channel, ByteBuffer... parts) throws IOException {
        while (Arrays.stream(parts).anyMatch(ByteBuffer::hasRemaining)) {
            channel.write(parts);
        }
    }

    private static void truncate(FileChannel channel, long size, IOException failure) {
        try {
            channel.truncate(size);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
