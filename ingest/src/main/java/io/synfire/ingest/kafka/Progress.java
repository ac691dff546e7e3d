package io.synfire.ingest.kafka;

import io.micrometer.core.instrument.Counter;

/** How far a learner has come. Written by its thread, read by any. */
final class Progress {

    private final Counter records;

    private volatile boolean caughtUp;

    /** A member that the group has given nothing: there is nothing to catch up with. */
    private volatile boolean idle;

    private volatile int partitions = -1;
    private volatile int held;
    private volatile long lag = -1;

    Progress(Counter records) {
        this.records = records;
    }

    /** So many records more are on their way into the memory. */
    void read(int count) {
        records.increment(count);
    }

    /** It has learned what was in the log when it looked first. */
    void catchUp() {
        caughtUp = true;
    }

    /**
     * What it saw at its last poll.
     *
     * @param readPartitions how many partitions it reads
     * @param givenNothing whether a group has decided that these are none
     * @param recordsBehind records not yet learned; -1 where that is not known
     */
    void look(int readPartitions, boolean givenNothing, long recordsBehind) {
        partitions = readPartitions;
        idle = givenNothing;
        lag = recordsBehind;
    }

    /** How many partitions it holds at their copies of a command to forget. */
    void held(int heldPartitions) {
        held = heldPartitions;
    }

    int held() {
        return held;
    }

    boolean hasCaughtUp() {
        return caughtUp;
    }

    /** Whether others may rely on what was learned, as far as there is anything to learn. */
    boolean isReady() {
        return caughtUp || idle;
    }

    int partitions() {
        return partitions;
    }

    long lag() {
        return lag;
    }
}
