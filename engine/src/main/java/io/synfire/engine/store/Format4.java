package io.synfire.engine.store;

import io.synfire.engine.event.Position;
import java.util.ArrayList;
import java.util.List;

/**
 * What is still read of format 4. Its settings are kept as in later formats; its checkpoint record is read here, up to its positions. This
 * class follows that format alone: it does not change when the present record does.
 */
final class Format4 {

    static final byte FORMAT = 4;

    private Format4() {}

    /** How far the sources were read, out of a checkpoint record. */
    static List<Position> positions(byte[] record, int horizons) {
        ByteSource source = new ByteSource("checkpoint record of format 4", record);
        source.varint(); // number
        source.varint(); // watermark
        for (int h = 0; h < horizons; h++) {
            source.varint(); // landmark
            source.f8(); // episodes
            source.f8(); // activations
            source.f8(); // repeats
        }
        source.i8(); // episodes
        source.i8(); // pairs
        source.varint(); // associations
        source.varint(); // dead letters
        source.varint(); // duplicates
        source.u1(); // contextual
        source.i8(); // learned
        int size = source.count(5);
        List<Position> positions = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            positions.add(new Position(
                    source.text(), source.text(), source.varintInt(), source.varint(), source.varintInt() - 1));
        }
        return positions;
    }
}
