package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.store.StoreInspection;
import io.synfire.engine.store.TableCheck;
import io.synfire.engine.view.Associations;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left of a concept that was forgotten: where, for how long, and what a retraction makes of it. */
final class ForgottenConceptTest {

    private static final long DAY_MS = 86_400_000;

    /** A unit is below 0.1 after 3.33 half-lives. */
    private static final Map<String, String> FADES = Map.of("half-lives", "1h,1d", "forget.below", "0.1");

    @TempDir
    Path directory;

    @Test
    void itsHashAndItsForgetStayInTheStoreAndGoOnceAUnitOfThenHasFaded() {
        try (StoredMemory stored = new StoredMemory(directory, LearningSettings.parse(FADES))) {
            apply(stored, Episode.of(DAY_MS, "a", "gone"), Episode.of(DAY_MS, "a", "b"));
            stored.checkpoint();
            apply(stored, new Forget("gone"));
            stored.checkpoint();
            stored.reopen();
            assertThat(stored.left()).isEqualTo(3);
            assertThat(stored.store().rowBytes(1)).isZero();
            // It is late, and after it was forgotten.
            apply(stored, Episode.of(DAY_MS - 1, "gone", "b"));
            apply(stored, Episode.of(4 * DAY_MS, "a", "b"));
            stored.checkpoint();
            assertThat(stored.left()).isEqualTo(3);
            assertThat(stored.late()).isEqualTo(1);
            apply(stored, Episode.of(4 * DAY_MS + DAY_MS / 2, "a", "b"));
            stored.checkpoint();
            assertThat(stored.left()).isZero();
            assertThat(stored.late()).isZero();
            stored.reopen();
            assertSound(stored);
            assertThat(stored.memory().reader().conceptCount()).isEqualTo(4);
            assertThat(stored.memory().reader().conceptOf("gone")).isEqualTo(3);
            apply(stored, Episode.of(5 * DAY_MS, "new", "b"));
            assertThat(stored.memory().reader().conceptOf("new")).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @CsvSource({"none, 0.1", "'1h,none', 0.1", "1h, 0"})
    void nothingOfItGoesWhereNothingFades(String halfLives, String forgetBelow) {
        LearningSettings settings =
                LearningSettings.parse(Map.of("half-lives", halfLives, "forget.below", forgetBelow));
        try (StoredMemory stored = new StoredMemory(directory, settings)) {
            Episode old = Episode.of(DAY_MS, "a", "gone");
            apply(stored, old, new Forget("gone"), Episode.of(DAY_MS, "gone", "b"));
            apply(stored, Episode.of(1_000 * DAY_MS, "gone", "b"));
            stored.checkpoint();
            stored.checkpoint();
            stored.reopen();
            assertThat(stored.left()).isEqualTo(3);
            apply(stored, new Retraction(null, List.of(old)));
            assertThat(mass(stored, "gone")).isCloseTo(halfLives.contains("none") ? 2 : 1, within(1e-6));
        }
    }

    /**
     * A partition that stands still: its contexts go on where they were, whatever comes in others. What fires there pairs with the forgotten
     * concept as a trial, and digests know it by its hash.
     */
    @Test
    void aForgetStaysAsLongAsAContextOfAnyPartitionMayNameIt() {
        Map<String, String> settings = new HashMap<>(FADES);
        settings.put("max-gap", "1h");
        settings.put("max-late", "1h");
        List<Batch> log = List.of(
                new Batch("still", List.of(inContext(DAY_MS, "a", "gone")), List.of(), 0),
                new Batch("moves", List.of(new Forget("gone"), Episode.of(9 * DAY_MS, "b")), List.of(), 0),
                new Batch("moves", List.of(Episode.of(30 * DAY_MS, "b")), List.of(), 0),
                new Batch("still", List.of(inContext(DAY_MS + 1_000, "c")), List.of(), 0),
                new Batch("still", List.of(Episode.of(2 * DAY_MS, "c")), List.of(), 0),
                new Batch("moves", List.of(Episode.of(30 * DAY_MS, "c")), List.of(), 0));
        try (StoredMemory plain = new StoredMemory(directory, LearningSettings.parse(settings));
                StoredMemory stored = new StoredMemory(directory, LearningSettings.parse(settings))) {
            for (int i = 0; i < log.size(); i++) {
                plain.memory().apply(List.of(log.get(i)));
                stored.memory().apply(List.of(log.get(i)));
                stored.checkpoint();
                stored.reopen();
                // From the forget on until the clock of its partition has left the window behind.
                assertThat(stored.left()).as("after %d", i).isEqualTo(i >= 1 && i < 4 ? 3 : 0);
                assertThat(stored.checksums().learned())
                        .as("after %d", i)
                        .isEqualTo(plain.checksums().learned());
            }
            // Each pairs with both, one of which was forgotten.
            assertThat(stored.memory().figures().counts().pairs()).isEqualTo(2 + 4);
        }
    }

    private static Episode inContext(long atMs, String... concepts) {
        return new Episode(
                atMs, "session", List.of(concepts).stream().map(Activation::of).toList(), 1, null);
    }

    /** The last int was that of a concept of which the store says nothing any more: no other concept gets it. */
    @Test
    void anIntOfWhichTheStoreSaysNothingIsNotGivenAgain() {
        try (StoredMemory stored = new StoredMemory(directory, LearningSettings.parse(FADES))) {
            apply(stored, Episode.of(DAY_MS, "a", "b"), Episode.of(DAY_MS, "a", "gone"), new Forget("gone"));
            apply(stored, Episode.of(9 * DAY_MS, "a"));
            stored.checkpoint();
            apply(stored, Episode.of(9 * DAY_MS + 1, "a"));
            stored.checkpoint();
            assertThat(stored.left()).isZero();
            stored.reopen();
            apply(stored, Episode.of(9 * DAY_MS, "new"));
            assertThat(stored.memory().reader().conceptOf("new")).isEqualTo(3);
        }
    }

    /** Whether its forget was taken out of the store by then, or not: the same is taken back. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRetractionOfWhatHasFadedTakesNothingBackOfIt(boolean isTakenOut) {
        Episode old = Episode.of(DAY_MS, "a", "gone");
        Episode late = Episode.of(DAY_MS - 1, "a", "gone");
        try (StoredMemory stored = new StoredMemory(directory, LearningSettings.parse(FADES))) {
            apply(stored, old, Episode.of(DAY_MS, "b"), new Forget("gone"));
            apply(stored, late);
            apply(stored, Episode.of(9 * DAY_MS, "a", "gone"));
            if (isTakenOut) {
                stored.checkpoint();
                apply(stored, Episode.of(9 * DAY_MS, "b"));
                stored.checkpoint();
                stored.reopen();
                assertThat(stored.left()).isZero();
            }
            double before = mass(stored, "gone");
            long count = stored.memory().reader().counts().episodes();
            apply(stored, new Retraction(null, List.of(old)), new Retraction(null, List.of(late)));
            assertThat(mass(stored, "gone")).isEqualTo(before);
            assertThat(stored.memory().reader().counts().episodes()).isEqualTo(count - 2);
            apply(stored, new Retraction(null, List.of(Episode.of(9 * DAY_MS, "a", "gone"))));
            // The late one remains.
            assertThat(stored.memory().reader().conceptOf("gone")).isNotNegative();
        }
    }

    /** It came long after its time, and so did what it named; nothing was forgotten since then, so there is no doubt what is meant. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatCameVeryLateIsTakenBackAsEverWhereNothingWasForgottenSince(boolean isOtherForgottenBefore) {
        Episode late = Episode.of(2 * DAY_MS, "a", "new");
        try (StoredMemory stored = new StoredMemory(directory, LearningSettings.parse(FADES))) {
            apply(stored, Episode.of(DAY_MS, "other"), Episode.of(DAY_MS, "b"));
            if (isOtherForgottenBefore) {
                apply(stored, new Forget("other"));
            }
            apply(stored, Episode.of(19 * DAY_MS, "a"));
            stored.checkpoint();
            apply(stored, Episode.of(19 * DAY_MS, "b"));
            stored.checkpoint();
            stored.reopen();
            apply(stored, late);
            stored.checkpoint();
            stored.reopen();
            assertThat(mass(stored, "new")).isPositive();
            apply(stored, new Retraction(null, List.of(late)));
            assertThat(stored.memory().reader().conceptOf("new")).isNegative();
            // It is there again when it comes, and counts below 0 until then.
            apply(stored, new Retraction(null, List.of(late)));
            assertThat(mass(stored, "new")).isNegative();
            apply(stored, late);
            assertThat(stored.memory().reader().conceptOf("new")).isNegative();
            assertSound(stored);
        }
    }

    /** That something else was forgotten since a concept came leaves no doubt what is meant, even where a unit has faded when it comes. */
    @ParameterizedTest
    @CsvSource({"24, 2, 0", "24, 1, 60000", "1, 0.5, 7200000", "1, 0.01, 25200000"})
    void whatCameBeforeAnythingWasForgottenIsTakenBackAsEver(int halfLifeHours, String forgetBelow, long lateMs) {
        Episode episode = Episode.of(DAY_MS - lateMs, "a", "b");
        Map<String, String> settings = Map.of("half-lives", halfLifeHours + "h", "forget.below", forgetBelow);
        try (StoredMemory stored = new StoredMemory(directory, LearningSettings.parse(settings))) {
            apply(stored, Episode.of(DAY_MS, "z", "y"), episode, episode);
            apply(stored, new Forget("z"));
            apply(stored, new Retraction(null, List.of(episode)));
            stored.checkpoint();
            stored.reopen();
            assertThat(mass(stored, "a")).isCloseTo(Math.pow(2, -lateMs / (3_600_000.0 * halfLifeHours)), within(1e-9));
            apply(stored, new Retraction(null, List.of(episode)));
            assertThat(stored.memory().reader().conceptOf("a")).isNegative();
            assertThat(stored.memory().reader().conceptOf("b")).isNegative();
            assertThat(stored.memory().reader().counts().episodes()).isEqualTo(1);
        }
    }

    /** When the last forget was stays in the store, though what was forgotten is out of it. */
    @Test
    void whatWasForgottenIsNotTakenBackOfWhatCameSinceAfterItIsOutOfTheStore() {
        Episode old = Episode.of(DAY_MS, "a", "gone");
        try (StoredMemory stored = new StoredMemory(directory, LearningSettings.parse(FADES))) {
            apply(stored, old, new Forget("gone"), Episode.of(19 * DAY_MS, "a", "gone"));
            for (int i = 0; i < 3; i++) {
                stored.checkpoint();
                stored.reopen();
                apply(stored, Episode.of(19 * DAY_MS, "b"));
            }
            assertThat(stored.left()).isZero();
            double before = mass(stored, "gone");
            apply(stored, new Retraction(null, List.of(old)));
            assertThat(mass(stored, "gone")).isEqualTo(before);
        }
    }

    /** Not even as a name. */
    @Test
    void aRetractionOfWhatHasFadedDoesNotMakeItKnownAgain() {
        Episode old = Episode.of(DAY_MS, "a", "gone");
        try (StoredMemory stored = new StoredMemory(directory, LearningSettings.parse(FADES))) {
            apply(stored, old, new Forget("gone"));
            apply(stored, Episode.of(9 * DAY_MS, "a"));
            stored.checkpoint();
            apply(stored, Episode.of(9 * DAY_MS, "b"));
            stored.checkpoint();
            stored.reopen();
            apply(stored, new Retraction(null, List.of(old)));
            assertThat(stored.memory().reader().conceptOf("gone")).isNegative();
            // What comes under its id now is taken back as ever.
            Episode now = Episode.of(9 * DAY_MS, "gone", "b");
            apply(stored, now);
            assertThat(mass(stored, "gone")).isEqualTo(1);
            apply(stored, new Retraction(null, List.of(now)));
            assertThat(stored.memory().reader().conceptOf("gone")).isNegative();
        }
    }

    @Test
    void itLeavesTheHeap() {
        LearningSettings settings = LearningSettings.parse(Map.of("half-lives", "none"));
        try (StoredMemory stored = new StoredMemory(directory, settings)) {
            int count = 20_000;
            List<Entry> learned = new ArrayList<>();
            List<Entry> forgets = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                learned.add(Episode.of(DAY_MS, "concept of some length " + i, "and another " + i));
                forgets.add(new Forget("concept of some length " + i));
                forgets.add(new Forget("and another " + i));
            }
            apply(stored, Episode.of(DAY_MS, "a"));
            long before = stored.memory().figures().bytes();
            for (List<Entry> all : List.of(learned, forgets)) {
                for (int from = 0; from < all.size(); from += 500) {
                    apply(stored, all.subList(from, from + 500).toArray(new Entry[0]));
                }
            }
            for (int i = 0; i < 3; i++) {
                apply(stored, Episode.of(DAY_MS, "a"));
                stored.checkpoint();
            }
            long each = (stored.memory().figures().bytes() - before) / (2L * count);
            System.out.println("bytes on the heap for a concept that was forgotten: " + each);
            // Places in arrays that have room for up to twice as many, its part of a filter, and room that the next ids
            // take.
            assertThat(each).isLessThan(130);
            stored.reopen();
            each = (stored.memory().figures().bytes() - before) / (2L * count);
            assertThat(each).isLessThan(130);
        }
    }

    /** What a checkpoint writes is what was there when it began, though its concept is forgotten meanwhile. */
    @ParameterizedTest
    @ValueSource(strings = {"whole", "delta", "delta on a delta"})
    void whatIsForgottenBesideACheckpointIsWholeInIt(String state) {
        LearningSettings settings = LearningSettings.parse(Map.of("half-lives", "none", "max-associations", "0"));
        try (StoredMemory stored = new StoredMemory(directory, settings)) {
            hub(stored, 0, 500);
            if (!state.equals("whole")) {
                stored.checkpoint();
                stored.reopen();
                hub(stored, 500, 800);
            }
            stored.advanceCheckpoint();
            int size = state.equals("whole") ? 500 : 800;
            if (state.equals("delta on a delta")) {
                hub(stored, 800, 900);
            }
            apply(stored, new Forget("hub"));
            assertThat(stored.memory().reader().conceptOf("hub")).isNegative();
            // Written, and ended; the next one never begins.
            stored.advanceCheckpoint();
            stored.advanceCheckpoint();
            assertThat(row(stored, "t1").size()).isZero();
            stored.reopen();
            assertSound(stored);
            assertThat(row(stored, "hub").size()).isEqualTo(size);
            assertThat(row(stored, "t1").size()).isEqualTo(1);

            apply(stored, new Forget("hub"));
            stored.checkpoint();
            assertThat(stored.memory().checksums().associations()).isZero();
            stored.reopen();
            assertSound(stored);
            assertThat(stored.memory().reader().conceptOf("hub")).isNegative();
            hub(stored, 0, 10);
            assertThat(row(stored, "hub").size()).isEqualTo(10);
        }
    }

    /** The same after the checkpoint that takes it away, with one under way when it was forgotten. */
    @ParameterizedTest
    @ValueSource(strings = {"whole", "delta"})
    void whatIsForgottenBesideACheckpointIsGoneAfterTheNext(String state) {
        LearningSettings settings = LearningSettings.parse(Map.of("half-lives", "none", "max-associations", "0"));
        try (StoredMemory stored = new StoredMemory(directory, settings)) {
            hub(stored, 0, 500);
            if (state.equals("delta")) {
                stored.checkpoint();
                stored.reopen();
                hub(stored, 400, 800);
            }
            stored.advanceCheckpoint();
            apply(stored, new Forget("hub"));
            stored.checkpoint();
            assertThat(stored.store().rowBytes(0)).isZero();
            assertSound(stored);
            stored.reopen();
            assertSound(stored);
            assertThat(stored.memory().reader().conceptOf("hub")).isNegative();
            assertThat(row(stored, "t1").size()).isZero();
        }
    }

    @Test
    void whatAnEarlierVersionStoredOfItIsKept() {
        Episode old = Episode.of(DAY_MS, "a", "gone");
        Episode late = Episode.of(DAY_MS - 1, "a", "gone");
        try (StoredMemory stored = new StoredMemory(directory, LearningSettings.parse(Map.of("half-lives", "none")))) {
            apply(stored, old, new Forget("gone"), Episode.of(DAY_MS, "x", "other"), new Forget("other"));
            apply(stored, late, Episode.of(2 * DAY_MS, "a", "gone"));
            stored.checkpoint();
            stored.whileClosed(StoreInspection::asBeforeForgetsWereIndexed);
            assertThat(stored.left()).isEqualTo(2);
            assertSound(stored);
            apply(stored, new Retraction(null, List.of(old)));
            assertThat(mass(stored, "gone")).isEqualTo(2);
            apply(stored, new Retraction(null, List.of(late)));
            assertThat(mass(stored, "gone")).isEqualTo(1);
            stored.checkpoint();
            assertThat(stored.left()).isEqualTo(6);
            stored.reopen();
            assertSound(stored);
            apply(stored, late, new Retraction(null, List.of(old)));
            assertThat(mass(stored, "gone")).isEqualTo(2);
            apply(stored, new Retraction(null, List.of(Episode.of(DAY_MS, "x", "other"))));
            assertThat(stored.memory().reader().conceptOf("other")).isNegative();
        }
    }

    private static void hub(StoredMemory stored, int from, int to) {
        List<Entry> episodes = new ArrayList<>();
        for (int i = from; i < to; i++) {
            episodes.add(Episode.of(DAY_MS, "hub", "t" + i));
        }
        apply(stored, episodes.toArray(new Entry[0]));
    }

    private static void apply(StoredMemory stored, Entry... entries) {
        stored.memory().apply(List.of(new Batch("", List.of(entries), List.of(), 0)));
    }

    private static void assertSound(StoredMemory stored) {
        assertThat(stored.memory().verification(new TableCheck(0, 0, Map.of())).findings())
                .isEmpty();
    }

    private static Associations row(StoredMemory stored, String cue) {
        MemoryReader reader = stored.memory().reader();
        return reader.associations(reader.conceptOf(cue), reader.watermarkMs());
    }

    /** How often it fired, at the slowest horizon. */
    private static double mass(StoredMemory stored, String concept) {
        MemoryReader reader = stored.memory().reader();
        return reader.activity(reader.watermarkMs())
                .of(reader.conceptOf(concept), reader.settings().slowest());
    }
}
