package io.synfire.engine.memory;

import java.util.ArrayList;
import java.util.List;

/**
 * Periods of the partitions' clocks, and which of them have been taken out of the store. What is kept for at most one period's
 * length is in the present period or the one before. Writer only.
 */
final class Expiry {

    private final PartitionClocks clocks;
    private final long periodMs;
    private long[] expired = new long[0];

    /** Everything of a partition that was written from one period on and before another. */
    record Expired(int partition, long from, long before) {}

    Expiry(PartitionClocks clocks, long keptMs) {
        this.clocks = clocks;
        this.periodMs = Math.max(1, keptMs);
    }

    long periodOf(long clockMs) {
        return clockMs / periodMs;
    }

    /** The present period of a partition. */
    long period(int partition) {
        return periodOf(clocks.clockMs(partition));
    }

    /** What has expired since the last checkpoint, to be taken out by the next. */
    List<Expired> freeze() {
        List<Expired> gone = new ArrayList<>();
        long[] now = new long[clocks.count()];
        for (int partition = 0; partition < now.length; partition++) {
            long before = partition < expired.length ? expired[partition] : 0;
            now[partition] = Math.max(before, period(partition) - 1);
            if (now[partition] > before) {
                gone.add(new Expired(partition, before, now[partition]));
            }
        }
        expired = now;
        return gone;
    }
}
