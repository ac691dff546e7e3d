package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.store.CheckpointRecord;
import io.synfire.engine.store.CheckpointWriter;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoreBudget;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.ReadTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A row that lies in the store is read while a moment is published and not in the tables yet: at each point at which the writer may be then. One
 * unit is stored, another is held.
 */
@SuppressWarnings("NullAway.Init")
final class RowReadsTest {

    private static final Episode PAIR = Episode.of(1_000, "a", "b");

    @TempDir
    Path directory;

    private final LearningSettings settings =
            LearningSettings.parse(Map.of("half-lives", "none", "max-associations", "0", "forget.below", "0"));
    private final List<ForwardDecay> decays =
            settings.halfLives().stream().map(ForwardDecay::new).toList();
    private final CueTables tables = new CueTables();
    private final Moments moments = new Moments();
    private final IdsSince ids = new IdsSince(NamedIds.NONE);
    private final RowCache cache = new RowCache(Salts.HASH, 0);
    private RocksStore store;
    private CheckpointRecord last;
    private RowReads rows;
    private Marginals marginals;
    private ImpulseBuffer held;
    private int a;
    private int b;

    @BeforeEach
    void publishOneMore() {
        Path path;
        MemoryFigures figures;
        try (StoredMemory stored = new StoredMemory(directory, settings)) {
            stored.apply(List.of(new Line("p0", PAIR)));
            stored.checkpoint();
            path = stored.path();
            figures = stored.memory().figures();
            a = stored.memory().reader().conceptOf("a");
            b = stored.memory().reader().conceptOf("b");
        }
        store = RocksStore.open(path, new StoreBudget(1 << 20, 1 << 20));
        last = store.lastCheckpoint(1).orElseThrow();
        marginals = new Marginals(decays, last);
        marginals.load(store, 2, ConceptSet.EMPTY);
        held = new ImpulseBuffer(1, 100, new Scale(landmarks(), decays, last.watermarkMs()));
        held.begin(new double[] {1}, 2);
        held.impulse(a, b, 1);
        moments.publish(new LearnedMoment(
                2, last.number() + 1, decays, figures, marginals.publish(), ConceptSet.EMPTY, ids, false));
        rows = new RowReads(
                tables, store, Salts.HASH, new Tidying(settings), decays, held, moments, cache, NamedIds.NONE);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void beforeTheWriterHasMadeATable() {
        assertStrength(2);
    }

    @Test
    void whenItHasMadeATableAndHasAddedNothing() {
        tables.set(a, AdjacencyTable.delta(Salts.HASH, landmarks(), null));
        assertStrength(2);
    }

    @Test
    void whenADeltaIsThereOfACheckpointThatWasWrittenAndHasNotEnded() {
        tables.set(a, delta(last.number(), null));
        assertStrength(2);
    }

    @Test
    void whenItHasMadeATableOnTopOfSuchADelta() {
        tables.set(a, AdjacencyTable.delta(Salts.HASH, landmarks(), delta(last.number(), null)));
        assertStrength(2);
    }

    @Test
    void whenADeltaIsThereOfACheckpointThatIsNotWritten() {
        // The moment is of the checkpoint after it.
        AdjacencyTable unwritten = delta(last.number() + 1, null);
        moments.publish(nextEpoch());
        tables.set(a, unwritten);
        assertStrength(3);
    }

    @Test
    void whenADeltaOfItsOwnCheckpointIsThere() {
        tables.set(a, delta(last.number() + 1, null));
        assertStrength(3);
    }

    @Test
    void whenItsCueIsForgottenAndItsRowTakenAwayJustThen() throws InterruptedException {
        AtomicReference<Associations> read = new AtomicReference<>();
        Thread reader = new Thread(() -> read.set(rows.read(a, ReadTime.WATERMARK)));
        synchronized (cache) {
            reader.start();
            // It knows of which moment it will answer, and is about to look for what is stored.
            await().until(() -> reader.getState() == Thread.State.BLOCKED);
            marginals.clear(a);
            LearnedMoment now = moments.latest();
            moments.publish(new LearnedMoment(
                    3, now.epoch(), decays, now.figures(), marginals.publish(), ConceptSet.EMPTY.with(a), ids, true));
            try (CheckpointWriter checkpoint = store.beginCheckpoint()) {
                checkpoint.removeRow(a);
                checkpoint.commit(last);
            }
        }
        reader.join();
        Associations row = Objects.requireNonNull(read.get());
        assertThat(row.moment().number()).isEqualTo(3);
        assertThat(row.moment().isKnown(a)).isFalse();
        assertThat(row.size()).isZero();
    }

    /** What is held is looked at first: after that, whatever is not held any more is in the table. */
    @Test
    void whenAnAssociationIsCountedThatIsMovedIntoItsTableJustThen() throws InterruptedException {
        int cue = 2;
        ImpulseBuffer impulses = held;
        impulses.begin(new double[] {1}, 2);
        impulses.impulse(cue, a, 1);
        AtomicInteger most = new AtomicInteger(-1);
        Thread reader = new Thread(() -> most.set(rows.sizeMax(cue)));
        synchronized (impulses) {
            reader.start();
            // It is about to look at what is held.
            await().until(() -> reader.getState() == Thread.State.BLOCKED);
            AdjacencyTable table = AdjacencyTable.complete(Salts.HASH, landmarks(), 0);
            table.add(new int[] {a}, new double[] {1}, 0, 1, new double[] {1}, 0);
            tables.set(cue, table);
            impulses.drained(moments.latest());
        }
        reader.join();
        assertThat(most.get()).isEqualTo(1);
    }

    /** A checkpoint may hold the one for a while, to tidy and copy it: that is no reason for learning and for other questions to wait. */
    @Test
    void whoWaitsForOneOfTwoRowsHoldsUpNobody() throws InterruptedException {
        int cue = 2;
        AdjacencyTable taken = AdjacencyTable.complete(Salts.HASH, landmarks(), 0);
        tables.set(cue, taken);
        AtomicReference<List<Associations>> read = new AtomicReference<>();
        Thread reader = new Thread(() -> read.set(rows.readTwo(cue, a, ReadTime.WATERMARK)));
        List<Associations> others;
        synchronized (taken) {
            reader.start();
            await().until(() -> reader.getState() == Thread.State.BLOCKED);
            others = assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
                moments.publish(nextEpoch());
                return rows.readTwo(a, b, ReadTime.WATERMARK);
            });
        }
        reader.join();
        assertThat(others.get(0).strength(0, 0)).isEqualTo(2);
        assertThat(Objects.requireNonNull(read.get()).get(1).moment().number()).isEqualTo(3);
    }

    private LearnedMoment nextEpoch() {
        LearnedMoment now = moments.latest();
        return new LearnedMoment(
                3, now.epoch() + 1, decays, now.figures(), marginals.publish(), ConceptSet.EMPTY, ids, false);
    }

    /** One that holds one unit more, added by the moment before. */
    private AdjacencyTable delta(long epoch, @Nullable AdjacencyTable previous) {
        AdjacencyTable delta = AdjacencyTable.delta(Salts.HASH, landmarks(), previous);
        delta.add(new int[] {b}, new double[] {1}, 0, 1, new double[] {1}, 0);
        delta.setEpoch(epoch);
        delta.setMoment(1);
        return delta;
    }

    private Landmarks landmarks() {
        return last.landmarks();
    }

    private void assertStrength(double expected) {
        Associations row = rows.read(a, ReadTime.WATERMARK);
        assertThat(row.moment().number()).isEqualTo(moments.latest().number());
        assertThat(row.size()).isEqualTo(1);
        assertThat(row.target(0)).isEqualTo(b);
        assertThat(row.strength(0, 0)).isEqualTo(expected);
    }
}
