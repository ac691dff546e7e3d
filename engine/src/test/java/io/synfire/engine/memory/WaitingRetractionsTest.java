package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.store.CheckpointRecord;
import io.synfire.engine.store.CheckpointWriter;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoreBudget;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What waits comes due by its time, and of one time in the order in which it was read; once, whatever is checkpointed and lost between. Held
 * against a list that is sorted. {@code -Dsynfire.logs=80} tries more.
 */
final class WaitingRetractionsTest {

    private static final int RUNS = Integer.getInteger("synfire.logs", 15);

    @TempDir
    Path directory;

    @Test
    void whatWaitsComesDueInItsOrderOnceOverCheckpointsAndCrashes() {
        System.out.println("seeds 1 to " + RUNS);
        for (long seed = 1; seed <= RUNS; seed++) {
            try (Run run = new Run(directory.resolve("store" + seed), seed)) {
                for (int step = 0; step < 200; step++) {
                    run.step();
                }
                run.end();
            }
        }
    }

    /** A retraction that waits, as the model has it. */
    private record Waits(long dueMs, int number) {}

    /** All there is at a moment. */
    private record State(long watermarkMs, List<Waits> waiting) {}

    private static final class Run implements AutoCloseable {
        private static final StoreBudget STORE = new StoreBudget(1 << 20, 1 << 20);

        /** More than one of them takes. */
        private static final long ONE_BYTES = 200;

        private final String name;
        private final Path path;
        private final SplittableRandom random;
        private final long pieceBytes;
        private final List<Waits> model = new ArrayList<>();
        private RocksStore store;
        private WaitingRetractions waiting;
        private long watermarkMs = 1_000;
        private int made;
        private State written = new State(watermarkMs, List.of());
        private @Nullable State begun;
        private @Nullable Part part;
        private boolean isWritten;

        Run(Path path, long seed) {
            this.name = "seed " + seed;
            this.path = path;
            this.random = new SplittableRandom(seed);
            this.pieceBytes = random.nextBoolean() ? 0 : random.nextInt(20_000);
            this.store = RocksStore.open(path, STORE);
            store.create(Map.of("half-lives", "30d"), Salts.of(1));
            this.waiting = new WaitingRetractions(store.retractions(), watermarkMs, pieceBytes);
        }

        void step() {
            switch (random.nextInt(24)) {
                case 0, 1, 2, 3, 4, 5 -> add(1 + random.nextInt(random.nextInt(5) == 0 ? 300 : 10));
                case 6, 7, 8, 9, 10, 11 -> advance(random.nextInt(random.nextInt(4) == 0 ? 400 : 20));
                case 12, 13, 14, 15, 16, 17, 18, 19, 20 -> checkpointStep();
                case 21, 22 -> {
                    finish();
                    checkpointStep();
                    finish();
                    assertThat(waiting.unsavedBytes()).as("%s, unsaved", name).isZero();
                    assertThat(waiting.bytes())
                            .as("%s, beside what is stored", name)
                            .isLessThanOrEqualTo(pieceBytes + ONE_BYTES);
                }
                default -> crash();
            }
            assertThat(waiting.count()).as(name).isEqualTo(model.size());
        }

        void end() {
            advance(1_000_000);
            assertThat(model).isEmpty();
            finish();
            checkpointStep();
            finish();
            int[] left = {0};
            store.retractions().after(0, 0, retraction -> ++left[0] > 0);
            assertThat(left[0]).as("%s, left in the store", name).isZero();
        }

        private void add(int count) {
            for (int i = 0; i < count; i++) {
                Waits waits = new Waits(watermarkMs + 1 + random.nextInt(random.nextBoolean() ? 20 : 500), made++);
                model.add(waits);
                waiting.add(new Retraction(
                        "r" + waits.number(),
                        List.of(
                                new Episode(waits.dueMs(), null, List.of(Activation.of("a")), 1, null),
                                new Episode(waits.dueMs() / 2, null, List.of(Activation.of("b")), 1, null))));
            }
        }

        private void advance(long byMs) {
            watermarkMs += byMs;
            List<String> expected = new ArrayList<>();
            List<Waits> due = model.stream()
                    .filter(each -> each.dueMs() <= watermarkMs)
                    .sorted(Comparator.comparing(Waits::dueMs).thenComparing(Waits::number))
                    .toList();
            due.forEach(each -> expected.add("r" + each.number()));
            model.removeAll(due);
            List<String> actual = new ArrayList<>();
            for (Retraction each = waiting.due(watermarkMs); each != null; each = waiting.due(watermarkMs)) {
                actual.add(String.valueOf(each.context()));
                if (random.nextInt(40) == 0 && isWritten) {
                    // As where room is made before all is taken back.
                    finish();
                }
            }
            assertThat(actual).as(name).isEqualTo(expected);
        }

        private void checkpointStep() {
            if (begun == null) {
                begun = new State(watermarkMs, List.copyOf(model));
                part = waiting.freeze(watermarkMs);
                isWritten = false;
            } else if (!isWritten && part != null) {
                try (CheckpointWriter writer = store.beginCheckpoint()) {
                    if (random.nextInt(4) == 0) {
                        // It failed after that.
                        part.writeTo(writer);
                    }
                    part.writeTo(writer);
                    writer.commit(CheckpointRecord.none(1));
                }
                written = begun;
                isWritten = true;
            } else {
                waiting.committed();
                begun = null;
            }
        }

        private void finish() {
            while (begun != null) {
                checkpointStep();
            }
        }

        private void crash() {
            store.close();
            store = RocksStore.open(path, STORE);
            begun = null;
            isWritten = false;
            watermarkMs = written.watermarkMs();
            model.clear();
            model.addAll(written.waiting());
            waiting = new WaitingRetractions(store.retractions(), watermarkMs, pieceBytes);
            assertThat(waiting.bytes()).as("%s, opened", name).isZero();
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
