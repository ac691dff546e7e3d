package io.synfire.engine.memory;

import io.synfire.engine.learn.Salt;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** Salts made of seeds. */
final class Salts {

    private Salts() {}

    /** The one of a seed. */
    static Salt of(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return Salt.of(ByteBuffer.allocate(Salt.BYTES)
                .putLong(random.nextLong())
                .putLong(random.nextLong())
                .array());
    }
}
