package io.synfire.engine.simulation;

import io.synfire.engine.store.FaultyDisk;
import java.util.EnumMap;
import java.util.Map;

/** How often what happened. */
final class Tally {

    private final Map<Fault, Long> counts = new EnumMap<>(Fault.class);
    private final HitTable hits = new HitTable();

    /** In which phase what happened. */
    HitTable hits() {
        return hits;
    }

    void add(Fault fault) {
        add(fault, 1);
    }

    void add(Fault fault, long count) {
        counts.merge(fault, count, Long::sum);
    }

    void add(Tally other) {
        other.counts.forEach(this::add);
    }

    /** How often a disk failed. */
    void add(FaultyDisk disk) {
        add(Fault.COMMIT_REFUSED, disk.refusedWrites());
        add(Fault.COMMIT_BROKEN, disk.brokenWrites());
        add(Fault.COMMIT_BROKEN_BEHIND_THE_LOG, disk.brokenWritesBehindTheLog());
        add(Fault.OPENING_ANEW_REFUSED, disk.refusedOpenings());
        add(Fault.GATHERING_REFUSED, disk.refusedGathers());
        add(Fault.READ_FAILED, disk.refusedReads());
    }

    long count(Fault fault) {
        return counts.getOrDefault(fault, 0L);
    }

    @Override
    public String toString() {
        StringBuilder table = new StringBuilder();
        for (Fault fault : Fault.values()) {
            table.append(String.format("%,10d  %s%n", count(fault), fault.text()));
        }
        return table.toString();
    }
}
