package io.synfire.engine.store;

import io.synfire.engine.event.LearnedAnew;

/** How far the log was learned anew, as bytes: positions, and varint 1 if something was left out, else 0. */
final class LearnedAnewBytes {

    static final byte[] KEY = Keys.utf8("learned-anew");

    private LearnedAnewBytes() {}

    static byte[] of(LearnedAnew anew) {
        ByteSink sink = new ByteSink(64);
        PositionBytes.write(anew.upTo(), sink);
        sink.varint(anew.hasLeftOut() ? 1 : 0);
        return sink.toBytes();
    }

    static LearnedAnew read(byte[] bytes) {
        ByteSource source = new ByteSource("how far the log was learned anew", bytes);
        try {
            LearnedAnew anew = new LearnedAnew(PositionBytes.read(source), source.varint() != 0);
            source.end();
            return anew;
        } catch (IllegalArgumentException e) {
            throw source.damaged(String.valueOf(e.getMessage()));
        }
    }
}
