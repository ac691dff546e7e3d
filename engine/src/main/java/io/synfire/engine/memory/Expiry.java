package io.synfire.engine.memory;

/**
 * Periods of the partitions' clocks, and which of them have been taken out of the store. What is kept for at most one period's
 * length is in the present period or the one before. Writer only.
 */
final class Expiry {

    private final PartitionClocks clocks;
    private final long periodMs;
    private long[] expired = new long[0];
    private long[] staged = new long[0];

    /** Takes everything of a partition out that was written from one period on and before another. */
    interface Remover {
        void remove(int partition, long from, long before);
    }

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

    /** Takes out what has expired since the last checkpoint. */
    void stage(Remover remover) {
        staged = new long[clocks.count()];
        for (int partition = 0; partition < staged.length; partition++) {
            long before = partition < expired.length ? expired[partition] : 0;
            staged[partition] = Math.max(before, period(partition) - 1);
            if (staged[partition] > before) {
                remover.remove(partition, before, staged[partition]);
            }
        }
    }

    void committed() {
        expired = staged;
    }
}
