package io.synfire.engine.store;

import io.synfire.engine.event.Position;
import java.util.ArrayList;
import java.util.List;

/**
 * Positions as bytes: varint n, then n times text source, text source id, varint partition, next offset, leader epoch + 1, text content.
 */
final class PositionBytes {

    private PositionBytes() {}

    static byte[] of(List<Position> positions) {
        ByteSink sink = new ByteSink(64);
        write(positions, sink);
        return sink.toBytes();
    }

    /** {@code what} names them where they are damaged. */
    static List<Position> read(String what, byte[] bytes) {
        ByteSource source = new ByteSource(what, bytes);
        try {
            List<Position> positions = read(source);
            source.end();
            return positions;
        } catch (IllegalArgumentException e) {
            throw source.damaged(String.valueOf(e.getMessage()));
        }
    }

    static void write(List<Position> positions, ByteSink sink) {
        sink.varint(positions.size());
        for (Position position : positions) {
            sink.text(position.source());
            sink.text(position.sourceId());
            sink.varint(position.partition());
            sink.varint(position.nextOffset());
            sink.varint(position.leaderEpoch() + 1L);
            sink.text(position.content());
        }
    }

    static List<Position> read(ByteSource source) {
        int size = source.count(6);
        List<Position> positions = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            positions.add(new Position(
                    source.text(),
                    source.text(),
                    source.varintInt(),
                    source.varint(),
                    source.varintInt() - 1,
                    source.text()));
        }
        return positions;
    }
}
