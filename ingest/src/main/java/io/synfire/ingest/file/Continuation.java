package io.synfire.ingest.file;

import io.synfire.engine.event.Stretch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a memory has not learned of the turns of another one, if it has learned their beginning. They are compared record by record: how many
 * were read at once, when that was, and what each memory calls a file, need not be the same. A backup and a memory that went on from an
 * earlier backup learned the same files, each at its own time.
 *
 * @param names what this memory calls the files of the turns that both have learned of, by their identity there
 * @param rest what is left to learn, by this memory's names; in the order of the turns
 * @param untimed records that got other times in the two memories, if they and all before them in their file say none
 */
record Continuation(Map<String, String> names, List<Stretch> rest, List<Untimed> untimed) {

    /**
     * Records of a file.
     *
     * @param id what this memory calls the file
     * @param from the first record
     * @param to the one after the last
     * @param ownMs the time that this memory gave them, milliseconds since the epoch
     * @param otherMs the time that the other memory gave them
     */
    record Untimed(String id, long from, long to, long ownMs, long otherMs) {

        boolean holds(long record) {
            return from <= record && record < to;
        }
    }

    /** Stretches as records one after the other. */
    private static final class Cursor {
        final List<Stretch> all;
        private int next;
        long at;

        Cursor(List<Stretch> all) {
            this.all = all.stream()
                    .filter(stretch -> stretch.from() < stretch.to())
                    .toList();
            begin();
        }

        private void begin() {
            at = isAtEnd() ? 0 : all.get(next).from();
        }

        boolean isAtEnd() {
            return next == all.size();
        }

        Stretch stretch() {
            return all.get(next);
        }

        void move(long records) {
            at += records;
            if (at == stretch().to()) {
                next++;
                begin();
            }
        }

        List<Stretch> behind() {
            return all.subList(next, all.size());
        }
    }

    Continuation {
        names = Map.copyOf(names);
        rest = List.copyOf(rest);
        untimed = List.copyOf(untimed);
    }

    /**
     * Compares.
     *
     * @param own what this memory learned
     * @param turns what another one had
     * @param latestMs the latest time that was said in what this memory learned of a file; -1 if none was
     * @return null if this memory has not learned their beginning, or has learned more
     */
    static @Nullable Continuation of(List<Stretch> own, List<Stretch> turns, ToLongFunction<String> latestMs) {
        Cursor mine = new Cursor(own);
        Cursor others = new Cursor(turns);
        Map<String, String> names = new HashMap<>();
        Set<String> taken = new HashSet<>();
        List<Untimed> untimed = new ArrayList<>();
        while (!mine.isAtEnd() && !others.isAtEnd()) {
            Stretch one = mine.stretch();
            Stretch other = others.stretch();
            long from = mine.at;
            String id = one.sourceId();
            if (from != others.at || !isNamed(other.sourceId(), id, from, names, taken)) {
                return null;
            }
            long to = Math.min(one.to(), other.to());
            if (!unlearned(one, from, to).equals(unlearned(other, from, to))) {
                return null;
            }
            if (one.latestMs() < 0 && other.latestMs() < 0 && one.elseMs() != other.elseMs()) {
                untimed.add(new Untimed(id, from, to, one.elseMs(), other.elseMs()));
            }
            mine.move(to - from);
            others.move(to - from);
        }
        if (!mine.isAtEnd()) {
            return null;
        }
        List<Stretch> rest = new ArrayList<>();
        long from = others.at;
        for (Stretch stretch : others.behind()) {
            String name = names.get(stretch.sourceId());
            if (name == null && taken.contains(stretch.sourceId())) {
                return null;
            }
            String id = name == null ? stretch.sourceId() : name;
            boolean isCut = rest.isEmpty() && from > stretch.from();
            long begin = isCut ? from : stretch.from();
            rest.add(new Stretch(
                    id,
                    begin,
                    stretch.to(),
                    stretch.startMs(),
                    stretch.elseMs(),
                    isCut ? latestMs.applyAsLong(id) : stretch.latestMs(),
                    unlearned(stretch, begin, stretch.to())));
        }
        return new Continuation(names, rest, untimed);
    }

    /** Whether a file may be the same in both: which it is, is known by where it comes first. */
    private static boolean isNamed(String other, String own, long from, Map<String, String> names, Set<String> taken) {
        String name = names.get(other);
        if (name != null) {
            return name.equals(own);
        }
        names.put(other, own);
        return taken.add(own) && (from == 0 || own.equals(other));
    }

    private static List<Long> unlearned(Stretch stretch, long from, long to) {
        return stretch.unlearned().stream()
                .filter(record -> from <= record && record < to)
                .toList();
    }

    /** What this memory calls a file of the turns. */
    String name(String id) {
        return names.getOrDefault(id, id);
    }
}
