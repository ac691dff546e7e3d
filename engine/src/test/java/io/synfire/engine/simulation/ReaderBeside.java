package io.synfire.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.Engine;
import io.synfire.engine.NaiveMemory;
import io.synfire.engine.ViewAgreement;
import io.synfire.engine.store.StoreException;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.Moment;
import io.synfire.engine.view.ReadTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A thread that goes on asking while a batch is learned: before it is published, while what it adds moves into tables, and after that. Which of its
 * questions falls where is not decided by a seed; what is right is.
 */
final class ReaderBeside extends Thread {

    /** So many answers are kept to be compared. */
    private static final int KEPT_MAX = 60;

    private final MemoryView view;
    private final SplittableRandom random;
    private final List<Kept> kept = new ArrayList<>();
    /** The ints of what was known before the batch, which may forget some. */
    private final Map<String, Integer> intsBefore = new HashMap<>();

    private volatile boolean isDone;
    private volatile @Nullable Throwable failure;

    /** An answer. */
    private record Kept(String cue, int concept, Associations row) {}

    ReaderBeside(Engine engine, SplittableRandom random) {
        this.view = engine.view();
        this.random = random;
        for (int concept = 0; concept < view.conceptCount(); concept++) {
            if (view.isKnown(concept)) {
                intsBefore.put(view.idOf(concept), concept);
            }
        }
        start();
    }

    @Override
    public void run() {
        try {
            while (!isDone) {
                ask();
            }
        } catch (StoreException e) {
            // A read was refused, or the store is closed under its users.
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private void ask() {
        int count = view.conceptCount();
        int concept = count == 0 ? 0 : random.nextInt(count);
        if (concept >= count || !view.isKnown(concept)) {
            return;
        }
        String cue = view.idOf(concept);
        Associations row = view.associations(concept, ReadTime.WATERMARK);
        int at = kept.size() < KEPT_MAX ? kept.size() : random.nextInt(4 * KEPT_MAX);
        if (at == kept.size()) {
            kept.add(new Kept(cue, concept, row));
        } else if (at < KEPT_MAX) {
            kept.set(at, new Kept(cue, concept, row));
        }
    }

    /** It stops asking. */
    void done() {
        isDone = true;
        try {
            join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while somebody asked", e);
        }
        Throwable found = failure;
        if (found != null) {
            throw new AssertionError("beside a batch: " + found, found);
        }
    }

    /** Compares what it was answered of the moment before the batch; returns how much that was. */
    int assertAgreesBefore(Predicate<Moment> isThen, NaiveMemory reference) {
        return assertAgrees(isThen, id -> intsBefore.getOrDefault(id, -1), reference);
    }

    /** The same of the moment after it. */
    int assertAgreesAfter(Predicate<Moment> isThen, NaiveMemory reference) {
        return assertAgrees(isThen, view::conceptOf, reference);
    }

    private int assertAgrees(Predicate<Moment> isThen, ToIntFunction<String> intOf, NaiveMemory reference) {
        int compared = 0;
        for (Kept each : kept) {
            // Its cue may have been forgotten between two questions: to the name, and to the row.
            if (isThen.test(each.row().moment()) && intOf.applyAsInt(each.cue()) == each.concept()) {
                assertThat(each.row().moment().isKnown(each.concept()))
                        .as("known: %s", each.cue())
                        .isEqualTo(reference.knows(each.cue()));
                ViewAgreement.assertRowAgrees(
                        each.row(), each.cue(), intOf, view.settings().horizonCount(), reference);
                compared++;
            }
        }
        return compared;
    }
}
