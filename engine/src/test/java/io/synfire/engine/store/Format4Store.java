package io.synfire.engine.store;

import io.synfire.engine.event.Position;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * A store that a version of format 4 wrote: of a file and then a topic, its process killed while its last checkpoint was in the log alone.
 */
public final class Format4Store {

    private Format4Store() {}

    /** Lays it into a directory, as it was found. */
    public static void in(Path directory) throws IOException {
        Files.createDirectories(directory);
        InputStream packed = Objects.requireNonNull(Format4Store.class.getResourceAsStream("/format-4.zip"));
        try (ZipInputStream zip = new ZipInputStream(packed)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Files.write(directory.resolve(entry.getName()), zip.readAllBytes());
            }
        }
    }

    /** The same with other positions, written as format 4 writes them. */
    public static void in(Path directory, List<Position> positions) throws IOException {
        in(directory);
        StoreInspection.change(directory, database -> database.db()
                .put(database.handle(ColumnFamily.DEFAULT), Keys.checkpoint(), record(positions)));
    }

    private static byte[] record(List<Position> positions) {
        ByteSink sink = new ByteSink(256);
        sink.varint(7);
        sink.varint(1_294_221_600_000L);
        for (int h = 0; h < 2; h++) {
            sink.varint(100);
            sink.f8(1.5);
            sink.f8(2.5);
            sink.f8(0);
        }
        sink.i8(6);
        sink.i8(16);
        sink.varint(16);
        sink.varint(1);
        sink.varint(0);
        sink.u1(1);
        sink.i8(-4_711);
        sink.varint(positions.size());
        for (Position position : positions) {
            sink.text(position.source());
            sink.text(position.sourceId());
            sink.varint(position.partition());
            sink.varint(position.nextOffset());
            sink.varint(position.leaderEpoch() + 1L);
        }
        sink.varint(0);
        return sink.toBytes();
    }
}
