package io.synfire.engine.memory;

import io.synfire.engine.store.CheckpointRecord.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far event time has come in each partition of the log: what contexts and event ids expire by. Not the watermark, which is that
 * of all partitions together: it would make what expires depend on which partition was read first. Writer only.
 */
final class PartitionClocks {

    /** A clock, its index, and their places in maps and lists, without the text of the name; and in what expires by them. */
    private static final int CLOCK_BYTES = 130;

    private final Map<String, Integer> indices = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<Long> clocks = new ArrayList<>();
    private long bytes;

    PartitionClocks(List<Clock> stored) {
        for (Clock clock : stored) {
            advance(indexOf(clock.partition()), clock.clockMs());
        }
    }

    /** The index of a partition, which stays the same. */
    int indexOf(String partition) {
        return indices.computeIfAbsent(partition, name -> {
            names.add(name);
            clocks.add(0L);
            bytes += CLOCK_BYTES + HeapBytes.of(name);
            return names.size() - 1;
        });
    }

    /** The index of a partition, or -1 if nothing of it was ever applied. */
    int find(String partition) {
        return indices.getOrDefault(partition, -1);
    }

    long bytes() {
        return bytes;
    }

    int count() {
        return names.size();
    }

    long clockMs(int partition) {
        return clocks.get(partition);
    }

    /** A partition's clock once an episode of this time is learned: it never goes back. */
    long advance(int partition, long atMs) {
        long clockMs = Math.max(clocks.get(partition), atMs);
        clocks.set(partition, clockMs);
        return clockMs;
    }

    List<Clock> toRecord() {
        List<Clock> record = new ArrayList<>(names.size());
        for (int i = 0; i < names.size(); i++) {
            record.add(new Clock(names.get(i), clocks.get(i)));
        }
        return record;
    }
}
