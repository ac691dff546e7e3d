package io.synfire.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.Engine;
import io.synfire.engine.NaiveMemory;
import io.synfire.engine.ViewAgreement;
import io.synfire.engine.simulation.SimulatedSource.Poll;
import io.synfire.engine.simulation.Watch.Doing;
import io.synfire.engine.store.FaultyDisk;
import io.synfire.engine.store.StoreException;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.Moment;
import io.synfire.engine.view.ReadTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Asks an engine in the middle of whatever it is at. Each answer must be right for the moment of which it says that it is: what the oracle says
 * of all that was applied by then. Where a poll is applied in parts, the oracle knows of no moment in between; then all must be finite.
 */
final class Asks {

    /** Of so many times that somebody could ask, one is taken. */
    private static final int RARITY = 40;

    private final Oracle oracle;
    private final FaultyDisk disk;
    private final Watch watch;
    private final HitTable hits;
    private final SplittableRandom random;
    private @Nullable Engine engine;
    private @Nullable Poll underWay;
    private long numberBefore;

    Asks(Oracle oracle, FaultyDisk disk, Watch watch, HitTable hits, SplittableRandom random) {
        this.oracle = oracle;
        this.disk = disk;
        this.watch = watch;
        this.hits = hits;
        this.random = random;
    }

    /** From now on this engine is asked, or none. */
    void of(@Nullable Engine asked) {
        engine = asked;
        underWay = null;
    }

    /** A poll is about to be applied. */
    void learning(Engine learner, Poll poll) {
        underWay = poll;
        numberBefore = learner.view().moment().number();
    }

    /** It was, or was not; the oracle has yet to be told of it if this is true. */
    boolean learned() {
        boolean isToBeTold = underWay != null;
        underWay = null;
        return isToBeTold;
    }

    /** The engine is in a phase, and may be asked there. */
    void in(Phase phase) {
        Engine asked = engine;
        if (asked != null && !watch.isAsked() && random.nextInt(RARITY) == 0) {
            now(asked, phase);
        }
    }

    /** The engine is asked. */
    void now(Engine asked, Phase phase) {
        Doing before = watch.is(Doing.ASKING);
        long refused = disk.refusedReads();
        try {
            MemoryView view = asked.view();
            Moment moment = view.moment();
            if (isKnown(moment)) {
                ask(view, moment.number());
                hits.add(Hit.ASKED, phase);
            } else {
                assertFinite(view);
            }
        } catch (StoreException e) {
            // While the store is closed under the engine, only what is on the heap is answered.
            assertThat(phase == Phase.SWAPPING || disk.isShut() || disk.refusedReads() > refused)
                    .as("%s: %s", phase, e)
                    .isTrue();
        } finally {
            watch.is(before);
        }
    }

    /** Whether the oracle knows of a moment; a poll that shows is one that was applied. */
    private boolean isKnown(Moment moment) {
        Poll poll = underWay;
        if (oracle.isBehindAll(moment.positions())) {
            return poll == null || moment.number() == numberBefore;
        }
        if (poll == null) {
            throw new AssertionError("a moment of another time: " + moment.positions());
        }
        if (oracle.isBehind(moment.positions(), poll.records())) {
            oracle.apply(poll.records());
            underWay = null;
            return true;
        }
        return false;
    }

    private void ask(MemoryView view, long number) {
        NaiveMemory reference = oracle.memory();
        List<String> names = new ArrayList<>();
        reference.mentioned().forEach(names::add);
        if (names.isEmpty()) {
            return;
        }
        String first = names.get(random.nextInt(names.size()));
        String second = names.get(random.nextInt(names.size()));
        int one = view.conceptOf(first);
        int other = view.conceptOf(second);
        assertThat(one >= 0).as("known: %s", first).isEqualTo(reference.knows(first));
        assertThat(other >= 0).as("known: %s", second).isEqualTo(reference.knows(second));
        if (one < 0) {
            return;
        }
        Associations row = view.associations(one, ReadTime.WATERMARK);
        assertRow(view, row, number, first, reference);
        int count = random.nextInt(6);
        assertThat(view.hasMoreThan(one, count, ReadTime.WATERMARK))
                .as("more than %d of %s", count, first)
                .isEqualTo(row.size() > count);
        assertSameStrengths(view, row, view.strongest(one, count + 1, ReadTime.WATERMARK), count + 1);
        assertSameStrengths(view, row, view.first(one, count + 1, ReadTime.WATERMARK), count + 1);
        if (other >= 0) {
            List<Associations> rows = view.associationsOfTwo(one, other, ReadTime.WATERMARK);
            assertRow(view, rows.get(0), number, first, reference);
            assertRow(view, rows.get(1), number, second, reference);
        }
    }

    private static void assertRow(MemoryView view, Associations row, long number, String cue, NaiveMemory reference) {
        assertThat(row.moment().number()).as("moment of the row of %s", cue).isEqualTo(number);
        ViewAgreement.assertRowAgrees(row, cue, view::conceptOf, view.settings().horizonCount(), reference);
    }

    private static void assertSameStrengths(MemoryView view, Associations row, Associations strongest, int count) {
        assertThat(strongest.size()).as("strongest").isBetween(Math.min(count, row.size()), row.size());
        for (int i = 0; i < strongest.size(); i++) {
            int index = row.indexOf(strongest.target(i));
            assertThat(index).as("strongest, target %d", strongest.target(i)).isNotNegative();
            for (int h = 0; h < view.settings().horizonCount(); h++) {
                assertThat(strongest.strength(i, h)).as("strongest").isEqualTo(row.strength(index, h));
            }
        }
    }

    private void assertFinite(MemoryView view) {
        int cue = random.nextInt(Math.max(1, view.conceptCount()));
        if (cue < view.conceptCount()) {
            assertFinite(view, view.associations(cue, ReadTime.WATERMARK), cue);
        }
    }

    private static void assertFinite(MemoryView view, Associations row, int cue) {
        for (int h = 0; h < view.settings().horizonCount(); h++) {
            assertThat(row.moment().activity(ReadTime.WATERMARK).of(cue, h)).isFinite();
            for (int i = 0; i < row.size(); i++) {
                assertThat(row.strength(i, h)).isFinite();
            }
        }
    }

    /** All that the engine answers, again where a read is refused; empty while the store is closed under it. */
    Optional<Answers> all(Engine asked) {
        if (disk.isShut()) {
            return Optional.empty();
        }
        Doing before = watch.is(Doing.ASKING);
        long refused = disk.refusedReads();
        try {
            return Optional.of(Answers.of(asked.view()));
        } catch (StoreException e) {
            assertThat(disk.refusedReads()).as("%s", e).isGreaterThan(refused);
            return Optional.of(Answers.of(asked.view()));
        } finally {
            watch.is(before);
        }
    }
}
