package io.synfire.ingest.kafka;

import io.synfire.engine.event.Forget;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which partitions of a topic stand at their copies of which commands to forget, and which command is due. A command is due once each
 * partition that it covers, and that is read here, stands at its copy or will not come to one any more: then it is applied once, and those
 * go on. So what comes before it and after it is the same however the partitions are read.
 *
 * <p>Two commands may lie in one order in one partition and in the other order in another. Then each waits for the other. Among
 * commands that wait for each other and for nothing else, the one with the smallest id is due; its copies that lie ahead are to be
 * passed over when they come. Such a knot stays as it is whatever the other partitions do meanwhile, so which command is due does not depend on
 * how fast each is read.
 *
 * <p>Knows no Kafka and no engine. One thread at a time.
 */
final class ForgetBarrier {

    private static final Comparator<Forget> ORDER = Comparator.comparing(
                    (Forget forget) -> String.valueOf(forget.eventId()))
            .thenComparing(Forget::concept)
            .thenComparing(forget -> forget.partitions().toString());

    private final String topic;
    private final Map<Integer, Forget> standing = new TreeMap<>();

    /**
     * A command that is to be applied now.
     *
     * @param forget the command
     * @param standing the partitions that stand at their copies; at least one
     * @param ahead those whose copies may be yet to come: they are to be passed over
     * @param past those that will not come to a copy
     */
    record Due(Forget forget, Set<Integer> standing, Set<Integer> ahead, Set<Integer> past) {}

    /** Whether a partition will not come to a copy of a command: it was there, or was read as far as a copy may be. */
    interface Past {
        boolean is(Forget forget, int partition);
    }

    /** What a command waits for. */
    private record Waiting(Set<Integer> standing, Set<Integer> awaited, Set<Integer> past) {}

    ForgetBarrier(String topic) {
        this.topic = topic;
    }

    /** A partition stands right before its copy of a command. */
    void stand(int partition, Forget forget) {
        standing.put(partition, forget);
    }

    /** Partitions read on, or are not read here any more. */
    void leave(Set<Integer> partitions) {
        standing.keySet().removeAll(partitions);
    }

    /** Those that stand, and at what. */
    Map<Integer, Forget> standing() {
        return Map.copyOf(standing);
    }

    /** The next command to be applied, or empty if all that are stood at wait for partitions that are read on. */
    Optional<Due> due(Set<Integer> own, Past past) {
        TreeMap<Forget, Waiting> all = new TreeMap<>(ORDER);
        for (Forget forget : new HashSet<>(standing.values())) {
            all.put(forget, waiting(forget, own, past));
        }
        for (Map.Entry<Forget, Waiting> each : all.entrySet()) {
            if (each.getValue().awaited().isEmpty()) {
                return Optional.of(due(each.getKey(), each.getValue()));
            }
        }
        Map<Forget, Set<Forget>> reached = reached(all);
        for (Map.Entry<Forget, Waiting> each : all.entrySet()) {
            if (isKnot(each.getKey(), reached)) {
                return Optional.of(due(each.getKey(), each.getValue()));
            }
        }
        return Optional.empty();
    }

    private Waiting waiting(Forget forget, Set<Integer> own, Past past) {
        Waiting waiting = new Waiting(new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
        for (int partition : own) {
            if (forget.equals(standing.get(partition))) {
                waiting.standing().add(partition);
            } else if (forget.covers(topic, partition)) {
                (past.is(forget, partition) ? waiting.past() : waiting.awaited()).add(partition);
            }
        }
        return waiting;
    }

    private static Due due(Forget forget, Waiting waiting) {
        return new Due(forget, waiting.standing(), waiting.awaited(), waiting.past());
    }

    /** For each command all that it waits for, directly or not; those that wait for a partition that is read on are left out. */
    private Map<Forget, Set<Forget>> reached(Map<Forget, Waiting> all) {
        Map<Forget, Set<Forget>> reached = new HashMap<>();
        all.forEach((forget, waiting) -> {
            Set<Forget> next = new HashSet<>();
            boolean isStuck = standing.keySet().containsAll(waiting.awaited());
            waiting.awaited().forEach(partition -> {
                Forget other = standing.get(partition);
                if (other != null) {
                    next.add(other);
                }
            });
            if (isStuck) {
                reached.put(forget, next);
            }
        });
        boolean grew = true;
        while (grew) {
            grew = reached.values().removeIf(next -> !reached.keySet().containsAll(next));
            for (Set<Forget> next : reached.values()) {
                Set<Forget> further = new HashSet<>();
                next.forEach(other -> further.addAll(reached.getOrDefault(other, Set.of())));
                grew |= next.addAll(further);
            }
        }
        return reached;
    }

    /** Whether all that a command waits for waits for it, too. */
    private static boolean isKnot(Forget forget, Map<Forget, Set<Forget>> reached) {
        Set<Forget> next = reached.get(forget);
        return next != null
                && next.stream()
                        .allMatch(other -> reached.getOrDefault(other, Set.of()).contains(forget));
    }
}
