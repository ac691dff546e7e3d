package io.synfire.engine.memory;

/**
 * Takes tables out of memory whose rows are in the store, a piece at a time, so that learning goes on in between. A clock: a table that was
 * changed since the hand last passed stays until it passes again. It gives up after two rounds: what is in memory then is not in the store.
 * Only while no checkpoint is under way.
 */
final class Eviction {

    /** So much is looked at in a piece: 20,000 tables, or more places without one. A millisecond or two. */
    static final int LOOKS = 320_000;

    /** A look at a table is a miss of the cache; a look at a place without one is not. */
    private static final int LOOKS_OF_TABLE = 16;

    private final CueTables tables;
    private int hand;

    /** How often the hand has still to come to the end. */
    private int rounds;

    private long looks;

    Eviction(CueTables tables) {
        this.tables = tables;
    }

    /** There may be something to take out since a checkpoint has ended. */
    void begin() {
        // The first is not a whole one.
        rounds = 3;
    }

    /** There is nothing that has to leave, or nothing that can. */
    void end() {
        rounds = 0;
    }

    /** Whether there may be more that can leave. */
    boolean isUnderWay() {
        return rounds > 0;
    }

    /** Takes out the next tables until so many bytes are gone, or a piece is done; returns how many are. */
    long piece(long bytes) {
        long gone = 0;
        for (int left = LOOKS; left > 0 && gone < bytes && rounds > 0; looks++) {
            if (hand >= tables.capacity()) {
                hand = 0;
                rounds--;
            } else {
                AdjacencyTable table = tables.getPlain(hand);
                left -= table == null ? 1 : LOOKS_OF_TABLE;
                if (table != null && table.isComplete() && isClean(table) && !table.wasTouched()) {
                    gone += table.bytes();
                    tables.set(hand, null);
                }
                hand++;
            }
        }
        return gone;
    }

    /** How many places it has looked at since it was made. */
    long looks() {
        return looks;
    }

    private static boolean isClean(AdjacencyTable table) {
        synchronized (table) {
            return table.epoch() == 0;
        }
    }
}
