package io.synfire.query.app;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.ingest.file.FileReplay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a rebuild that was stopped has built so far. The memory that is live may have learned and forgotten since, or be another one that was
 * put back: the rebuild may go on only if what it has learned is the beginning of what that memory has learned by now.
 */
final class HalfBuilt {

    /** A store that is being deleted. */
    private static final String DISCARDED = "store.discarded";

    private static final Optional<String> OTHER_ORDER =
            Optional.of("the memory has learned its files in another order");

    private final Settings settings;
    private final Path into;

    HalfBuilt(Settings settings, Path into) {
        this.settings = settings;
        this.into = into;
    }

    /**
     * Why it is not the beginning of what is to be built now; empty if it is.
     *
     * @param begun what the rebuild was to do when it was stopped
     * @param now what it is to do now
     * @param stretches in which the files are to be read now
     */
    Optional<String> difference(RebuildPlan begun, RebuildPlan now, List<Stretch> stretches) throws IOException {
        Path store = StoreDirectory.live(into);
        if (FileCopies.isEmpty(store)) {
            return Optional.empty();
        }
        try (Engine engine = Engine.open(store, now.learning(), settings.engine(), new SimpleMeterRegistry())) {
            List<Position> learned = engine.positions();
            if (learned.isEmpty()) {
                return Optional.empty();
            }
            if ((begun.before() == null) != (now.before() == null)) {
                return Optional.of("one of the two was begun without a memory to compare with");
            }
            if (!begun.learnedAnew().equals(now.learnedAnew())) {
                return Optional.of("the memory has learned its log anew since");
            }
            return ofPositions(learned, now.goal())
                    .or(() -> ofStretches(engine.view().stretches(), now, stretches))
                    .or(() -> ofLetters(begun.goal(), now.goal()));
        }
    }

    private static Optional<String> ofPositions(List<Position> learned, List<Position> goal) {
        Map<String, Position> goals = byKey(goal);
        for (Position position : learned) {
            Position end = goals.get(position.key());
            if (end == null || !end.sourceId().equals(position.sourceId())) {
                return Optional.of("the memory has learned nothing of " + position.source());
            }
            if (position.nextOffset() > end.nextOffset()) {
                return Optional.of("the memory has learned less of " + position.source() + ": built="
                        + position.nextOffset() + " memory=" + end.nextOffset());
            }
        }
        return Optional.empty();
    }

    /**
     * In the same order, whatever was read at once: a memory with less room reads a stretch in several, and the last one may be read in part.
     * Without what was gone, where that is accepted.
     */
    private static Optional<String> ofStretches(List<Stretch> built, RebuildPlan now, List<Stretch> stretches) {
        Map<String, Long> ends = new HashMap<>();
        built.forEach(stretch -> ends.merge(stretch.sourceId(), stretch.to(), Math::max));
        Set<String> files = new HashSet<>();
        now.goal().forEach(position -> files.add(position.sourceId()));
        Cursor left = new Cursor(built);
        for (Stretch stretch : stretches) {
            long passed = left.passed(stretch);
            if (left.isAtEnd()) {
                return Optional.empty();
            }
            boolean isGone = now.acceptsGap() && ends.getOrDefault(stretch.sourceId(), 0L) < stretch.to();
            if (passed < stretch.to() && files.contains(stretch.sourceId()) && !isGone) {
                return OTHER_ORDER;
            }
        }
        return left.isAtEnd() ? Optional.empty() : OTHER_ORDER;
    }

    /** What was built, record by record. */
    private static final class Cursor {
        private final List<Stretch> built;
        private int next;
        private long at;

        Cursor(List<Stretch> built) {
            this.built = built;
            begin();
        }

        private void begin() {
            at = isAtEnd() ? 0 : built.get(next).from();
        }

        boolean isAtEnd() {
            return next == built.size();
        }

        /** Passes over as much of a stretch as was built next; up to which record that is. */
        long passed(Stretch stretch) {
            long passed = stretch.from();
            while (passed < stretch.to() && !isAtEnd() && goesOn(stretch, passed)) {
                passed = Math.min(stretch.to(), built.get(next).to());
                at = passed;
                if (at == built.get(next).to()) {
                    next++;
                    begin();
                }
            }
            return passed;
        }

        private boolean goesOn(Stretch stretch, long record) {
            Stretch own = built.get(next);
            // Within one of them the latest time follows from what comes before.
            boolean isWithin = record > own.from() || record > stretch.from();
            return own.sourceId().equals(stretch.sourceId())
                    && at == record
                    && own.startMs() == stretch.startMs()
                    && own.elseMs() == stretch.elseMs()
                    && (isWithin || own.latestMs() == stretch.latestMs());
        }
    }

    /** What is learned of a dead letter is not learned of its file: what was built may have learned it there. */
    private static Optional<String> ofLetters(List<Position> begun, List<Position> goal) {
        Map<String, Position> before = byKey(begun);
        for (Position position : goal) {
            Position then = before.get(position.key());
            if (FileReplay.isLetters(position) && (then == null || then.nextOffset() != position.nextOffset())) {
                return Optional.of("the memory has learned dead letters since: " + position.source());
            }
        }
        return Optional.empty();
    }

    private static Map<String, Position> byKey(List<Position> positions) {
        Map<String, Position> byKey = new HashMap<>();
        positions.forEach(position -> byKey.put(position.key(), position));
        return byKey;
    }

    /** Deletes what was being discarded when the process ended. */
    void tidy() throws IOException {
        FileCopies.delete(into.resolve(DISCARDED));
    }

    /** Deletes what was begun, and of which nothing is there yet: then it was not begun. */
    void giveUpIfNothingIsLearned() throws IOException {
        Path store = StoreDirectory.live(into);
        boolean isNothing = FileCopies.isEmpty(store);
        if (!isNothing) {
            try (Engine engine = Engine.openReadOnly(store, settings.engine(), new SimpleMeterRegistry())) {
                isNothing = engine.positions().isEmpty();
            }
        }
        if (isNothing) {
            Files.deleteIfExists(into.resolve(RebuildPlan.FILE));
            discard();
        }
    }

    /** Deletes it. */
    void discard() throws IOException {
        tidy();
        Path discarded = into.resolve(DISCARDED);
        // At once: half a store could neither be opened nor be told from a damaged one.
        if (Files.exists(StoreDirectory.live(into))) {
            Files.move(StoreDirectory.live(into), discarded);
        }
        Files.deleteIfExists(into.resolve(Stores.DEAD_LETTERS));
        // Carried at its end, and it was killed before it said that it was finished.
        Files.deleteIfExists(into.resolve(Stores.FORGOTTEN));
        Files.deleteIfExists(into.resolve(Stores.TURNS));
        tidy();
    }
}
