package io.synfire.engine.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * How far the store had come, in a small file beside those of RocksDB: the number of the last checkpoint, and how long the manifest was. It
 * is written after each checkpoint and not forced to the disk, so it may lag behind and is never ahead. What the store holds when it is
 * opened is compared with it: a log that lost its end, or a manifest that did, is one that RocksDB takes for whole.
 *
 * @param number the last checkpoint that was committed
 * @param manifest name of the manifest then
 * @param manifestBytes its length then
 */
record CheckpointMark(long number, String manifest, long manifestBytes) {

    private static final String NAME = "CHECKPOINT";
    /** One length for all of them: on a full disk it is rewritten in its place. */
    private static final int BYTES = 96;

    /** That of the store as it lies there now. */
    static CheckpointMark of(Path directory, long number) throws IOException {
        String manifest = currentManifest(directory);
        return new CheckpointMark(number, manifest, Files.size(directory.resolve(manifest)));
    }

    /** Reads it; empty if there is none, or none that is whole. */
    static Optional<CheckpointMark> read(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        String[] words = Keys.text(Files.readAllBytes(file)).trim().split(" ", -1);
        if (words.length != 4 || !words[3].equals(checksum(words[0] + ' ' + words[1] + ' ' + words[2]))) {
            return Optional.empty();
        }
        return Optional.of(new CheckpointMark(Long.parseLong(words[0]), words[1], Long.parseLong(words[2])));
    }

    /** Whether there was a store once. */
    static boolean exists(Path directory) {
        return Files.exists(directory.resolve(NAME));
    }

    void write(Path directory) throws IOException {
        String line = number + " " + manifest + ' ' + manifestBytes;
        StringBuilder padded = new StringBuilder(line).append(' ').append(checksum(line));
        while (padded.length() < BYTES - 1) {
            padded.append(' ');
        }
        ByteBuffer bytes = ByteBuffer.wrap(Keys.utf8(padded.append('\n').toString()));
        try (FileChannel channel =
                FileChannel.open(directory.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes, bytes.position());
            }
        }
    }

    static String currentManifest(Path directory) throws IOException {
        return Files.readString(directory.resolve("CURRENT")).trim();
    }

    private static String checksum(String line) {
        CRC32C sum = new CRC32C();
        sum.update(Keys.utf8(line));
        return Long.toHexString(sum.getValue());
    }
}
