package io.synfire.engine.memory;

import io.synfire.engine.learn.Salt;
import io.synfire.engine.view.ConceptHash;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** Salts made of seeds. */
final class Salts {

    /** Where ints lie under one of them, for tests to which it makes no difference. */
    static final ConceptHash HASH = ConceptHash.of(of(0));

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
