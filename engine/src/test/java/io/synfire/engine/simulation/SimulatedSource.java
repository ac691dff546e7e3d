package io.synfire.engine.simulation;

import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Retraction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A log of several partitions, read from wherever it is told to, in polls of any size that take from the partitions in any order. It may
 * be away for a while, and partitions may appear late.
 */
final class SimulatedSource {

    private static final String SOURCE = "kafka:log";

    /** So many records of one partition a poll brings in a row at most, mostly. */
    private static final int RUN = 15;

    /** And now and then so many. */
    private static final int RUN_LONG = 400;

    /** A record; what cannot be learned has no entry. */
    record Logged(String partition, @Nullable Entry entry) {}

    /** What a poll brought: as records, and as it is applied. */
    record Poll(List<Logged> records, List<Batch> batches) {}

    private final SplittableRandom random;
    private final TreeMap<String, List<Logged>> partitions = new TreeMap<>();
    private final TreeMap<String, Integer> next = new TreeMap<>();
    private int pollsAway;

    SimulatedSource(List<Line> log, int maxConcepts, SplittableRandom random) {
        this.random = random;
        List<Line> again = new ArrayList<>();
        for (Line line : log) {
            add(line, maxConcepts);
            if (line.entry().eventId() != null && !isCopy(line.entry()) && random.nextInt(3) == 0) {
                again.add(line);
            }
            if (!again.isEmpty() && random.nextInt(6) == 0) {
                // A producer that tries again, others having come in between.
                add(again.remove(random.nextInt(again.size())), maxConcepts);
            }
        }
    }

    private void add(Line line, int maxConcepts) {
        List<Logged> records = partitions.computeIfAbsent(line.partition(), name -> new ArrayList<>());
        if (random.nextInt(30) == 0) {
            records.add(new Logged(line.partition(), null));
        }
        records.add(new Logged(line.partition(), isTooLarge(line.entry(), maxConcepts) ? null : line.entry()));
    }

    private static boolean isTooLarge(Entry entry, int maxConcepts) {
        List<Episode> episodes = new ArrayList<>();
        if (entry instanceof Episode episode) {
            episodes.add(episode);
        } else if (entry instanceof Retraction retraction) {
            retraction.before().forEach(learned -> episodes.add(learned.episode()));
            episodes.addAll(retraction.episodes());
        }
        return episodes.stream().anyMatch(episode -> episode.activations().size() > maxConcepts);
    }

    /** Whether there are partitions that are not read yet. */
    boolean hasUnknown() {
        return next.size() < partitions.size();
    }

    /** Another partition appears, to be read from its beginning. */
    void addPartition() {
        List<String> unknown = partitions.keySet().stream()
                .filter(name -> !next.containsKey(name))
                .toList();
        next.put(unknown.get(random.nextInt(unknown.size())), 0);
    }

    /** The next so many polls bring nothing. */
    void goAway(int polls) {
        pollsAway = polls;
    }

    /** Reads on from these positions; partitions that are not named from their beginning. */
    void seek(List<Position> positions) {
        next.replaceAll((name, offset) -> 0);
        positions.forEach(position -> next.put("p" + position.partition(), (int) position.nextOffset()));
    }

    /** How many records lie below where it reads. */
    int read() {
        return next.values().stream().mapToInt(Integer::intValue).sum();
    }

    boolean isExhausted() {
        return partitions.entrySet().stream()
                .allMatch(each ->
                        next.getOrDefault(each.getKey(), 0) == each.getValue().size());
    }

    Poll poll() {
        List<Logged> records = new ArrayList<>();
        List<Batch> batches = new ArrayList<>();
        if (pollsAway > 0) {
            pollsAway--;
            return new Poll(records, batches);
        }
        List<String> standing = standing();
        if (!standing.isEmpty()) {
            return copies(standing);
        }
        int runs = 1 + random.nextInt(4);
        int runMax = random.nextInt(15) == 0 ? RUN_LONG : RUN;
        for (int i = 0; i < runs; i++) {
            List<String> names = next.keySet().stream().toList();
            String name = names.get(random.nextInt(names.size()));
            List<Logged> all = partitions.getOrDefault(name, List.of());
            int from = next.getOrDefault(name, 0);
            int to = Math.min(copyFrom(all, from), from + 1 + random.nextInt(runMax));
            if (from < to) {
                records.addAll(all.subList(from, to));
                batches.add(batch(name, all.subList(from, to), to));
                next.put(name, to);
            }
        }
        return new Poll(records, batches);
    }

    /** The partitions that stand at their copies of a command, once none can be read on; empty before. */
    private List<String> standing() {
        List<String> names = new ArrayList<>();
        Entry command = null;
        for (String name : partitions.keySet()) {
            List<Logged> all = partitions.getOrDefault(name, List.of());
            int at = next.getOrDefault(name, -1);
            if (at < 0 || copyFrom(all, at) > at) {
                return List.of();
            }
            // They are in the same order in all partitions, but for those that were left out to show a failure.
            if (at < all.size()
                    && (command == null || command.equals(all.get(at).entry()))) {
                command = all.get(at).entry();
                names.add(name);
            }
        }
        return names;
    }

    /** All copies of a command: applied once, for all of them. */
    private Poll copies(List<String> names) {
        List<Logged> records = new ArrayList<>();
        List<Position> positions = new ArrayList<>();
        List<Batch.Copy> others = new ArrayList<>();
        for (String name : names) {
            int to = next.merge(name, 1, Integer::sum);
            records.add(partitions.getOrDefault(name, List.of()).get(to - 1));
            positions.add(position(name, to));
            others.add(new Batch.Copy(name, Batch.Place.READ));
        }
        Entry command = Objects.requireNonNull(records.get(0).entry());
        String first = others.remove(0).partition();
        return new Poll(records, List.of(new Batch(first, List.of(command), positions, 0, null, others)));
    }

    /** The first copy from an offset on, or the end. */
    private static int copyFrom(List<Logged> records, int from) {
        int at = from;
        while (at < records.size() && !isCopy(records.get(at).entry())) {
            at++;
        }
        return at;
    }

    private static boolean isCopy(@Nullable Entry entry) {
        return entry instanceof Forget forget && !forget.partitions().isEmpty();
    }

    private static Batch batch(String name, List<Logged> run, int to) {
        List<Entry> entries = new ArrayList<>();
        for (Logged each : run) {
            if (each.entry() != null) {
                entries.add(each.entry());
            }
        }
        return new Batch(name, entries, List.of(position(name, to)), run.size() - entries.size());
    }

    private static Position position(String name, int next) {
        return new Position(SOURCE, "id", Integer.parseInt(name.substring(1)), next, -1);
    }

    /** The positions behind some records that were read from the beginning, by partition. */
    static Map<String, Integer> behind(List<Logged> records) {
        Map<String, Integer> offsets = new TreeMap<>();
        records.forEach(each -> offsets.merge(each.partition(), 1, Integer::sum));
        return offsets;
    }
}
