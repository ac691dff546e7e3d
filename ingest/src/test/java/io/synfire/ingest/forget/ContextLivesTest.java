package io.synfire.ingest.forget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.Origin;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.forget.RetractionParts.Part;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What takes a context back, whatever its log went through: afterwards nothing is left of it, and all is left of the others. */
@SuppressWarnings("NullAway.Init")
final class ContextLivesTest {

    private static final long SEED = Long.getLong("synfire.seed", 20_111_209);
    private static final int MEMORIES = Integer.getInteger("synfire.forgets", 60);
    private static final EngineOptions OPTIONS = new EngineOptions(16 << 20);
    private static final String OWN = "own";
    private static final long MINUTE = 60_000;

    @TempDir
    Path directory;

    /** One log, with the memory that learns it. */
    private final class World implements AutoCloseable {
        final SplittableRandom random;
        final LearningSettings settings;
        final Engine engine;
        final List<Entry> log = new ArrayList<>();
        private final List<Episode> alone = new ArrayList<>();
        private long atMs = 1_600_000_000_000L;
        private boolean ownGoesOn = true;

        World(long seed) {
            random = new SplittableRandom(seed);
            Map<String, String> given = new HashMap<>();
            given.put("half-lives", "none");
            given.put("max-steps", Integer.toString(1 + random.nextInt(4)));
            given.put("max-gap", (10 + random.nextInt(40)) + "m");
            given.put("max-late", random.nextInt(90) + "m");
            given.put("event-id-window", random.nextInt(4) == 0 ? "0s" : (1 + random.nextInt(200)) + "m");
            given.put("backward", random.nextBoolean() ? "0.5" : "-0.5");
            given.put("max-associations", "0");
            settings = LearningSettings.parse(given);
            engine = Engine.open(directory.resolve("store" + seed), given, OPTIONS, new SimpleMeterRegistry());
        }

        void append(Entry entry) {
            log.add(entry);
            engine.apply(new Batch("", List.of(entry), List.of(), 0));
        }

        /** Events of several contexts, late ones, some sent again, some taken back. */
        void goOn(int entries) {
            for (int i = 0; i < entries; i++) {
                atMs += random.nextInt(12) == 0 ? random.nextLong(300 * MINUTE) : random.nextLong(6 * MINUTE);
                int kind = random.nextInt(20);
                if (kind == 0 && !log.isEmpty()) {
                    Entry again = log.get(random.nextInt(log.size()));
                    append(isToBeSentAgain(again) ? again : episode());
                } else if (kind == 1 && !alone.isEmpty()) {
                    append(new Retraction(null, List.of(alone.remove(random.nextInt(alone.size())))));
                } else {
                    append(episode());
                }
            }
        }

        private boolean isToBeSentAgain(Entry entry) {
            return entry instanceof Episode episode && (ownGoesOn || !OWN.equals(episode.context()));
        }

        private Episode episode() {
            List<String> contexts = ownGoesOn ? List.of(OWN, OWN, "b", "c", "") : List.of("b", "c", "");
            String context = contexts.get(random.nextInt(contexts.size()));
            long late = random.nextInt(4) == 0 ? random.nextLong(60 * MINUTE) : 0;
            List<Activation> activations = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                activations.add(new Activation(
                        "c" + random.nextInt(9), random.nextBoolean() ? 1 : 0.25 * (1 + random.nextInt(8))));
            }
            String id = random.nextBoolean() ? "e" + random.nextInt(25) : null;
            double reward = random.nextInt(5) == 0 ? -2 : 1;
            Episode episode = new Episode(atMs - late, context.isEmpty() ? null : context, activations, reward, id);
            if (context.isEmpty() && id == null) {
                alone.add(episode);
            }
            return episode;
        }

        ContextLives lives() {
            Set<String> ids = new HashSet<>();
            while (true) {
                ContextLives lives = new ContextLives(OWN, settings, LearnedAnew.nothing(), ids);
                for (int i = 0; i < log.size(); i++) {
                    lives.take("log", i, log.get(i));
                }
                if (lives.isCertain()) {
                    return lives;
                }
                ids.addAll(lives.eventIds());
            }
        }

        /** As a log hands it out; or as somebody writes it who names the concepts in another order. */
        void append(Part part) throws Exception {
            Retraction read = (Retraction) new JsonEpisodeCodec().decode(part.json(), Origin.at(0));
            append(random.nextBoolean() ? read : inAnotherOrder(read));
        }

        void assertIsWithoutTheContext() {
            NaivePartition expected = new NaivePartition(settings, OWN);
            log.forEach(expected::take);
            MemoryView view = engine.view();
            assertThat(expected.own).isZero();
            assertThat(view.counts().episodes()).isEqualTo(expected.episodes);
            Offset<Double> within = Offset.offset(1e-5 * (1 + expected.absolute));
            for (int i = 0; i < 9; i++) {
                String cue = "c" + i;
                int concept = view.conceptOf(cue);
                if (concept < 0) {
                    assertThat(expected.mass).doesNotContainKey(cue);
                    continue;
                }
                assertThat(view.activity(view.watermarkMs()).of(concept, 0))
                        .as("M(%s)", cue)
                        .isCloseTo(expected.mass.getOrDefault(cue, 0.0), within);
                Associations found = view.associations(concept, view.watermarkMs());
                for (int j = 0; j < 9; j++) {
                    String target = "c" + j;
                    int other = view.conceptOf(target);
                    int index = other < 0 ? -1 : found.indexOf(other);
                    assertThat(index < 0 ? 0 : found.strength(index, 0))
                            .as("S(%s→%s)", cue, target)
                            .isCloseTo(
                                    expected.worth.getOrDefault(cue, Map.of()).getOrDefault(target, 0.0), within);
                }
            }
        }

        @Override
        public void close() {
            engine.close();
        }
    }

    @Test
    void nothingIsLeftOfItWhateverTheLogWentThrough() throws Exception {
        long partsInAll = 0;
        for (long seed = SEED; seed < SEED + MEMORIES; seed++) {
            try (World world = new World(seed)) {
                int room = 300 + world.random.nextInt(2_000);
                world.goOn(150);
                // One process is killed when it has appended some of the parts, while others write.
                List<Part> first = parts(world, room);
                for (Part part : first.subList(0, world.random.nextInt(first.size() + 1))) {
                    world.append(part);
                    world.goOn(world.random.nextInt(3));
                }
                world.goOn(60);
                List<Part> second = parts(world, room);
                for (Part part : second) {
                    world.append(part);
                    world.goOn(world.random.nextInt(3));
                }
                // What the context did meanwhile.
                world.ownGoesOn = false;
                List<Part> third = parts(world, room);
                for (Part part : third) {
                    world.append(part);
                }
                partsInAll += first.size() + second.size() + third.size();
                assertThat(world.lives().left()).isZero();
                assertThat(world.lives().strangers()).isZero();
                assertThat(parts(world, room)).isEmpty();
                world.goOn(20);
                world.assertIsWithoutTheContext();
            } catch (Throwable e) {
                throw new AssertionError("seed=" + seed + ": " + e.getMessage(), e);
            }
        }
        assertThat(partsInAll).isGreaterThan(MEMORIES * 10L);
    }

    @Test
    void aPartThatIsWrittenTwiceCountsOnce() throws Exception {
        try (World world = new World(3)) {
            Map<String, String> given = Map.of("half-lives", "none");
            try (Engine engine = Engine.open(directory.resolve("twice"), given, OPTIONS, new SimpleMeterRegistry())) {
                LearningSettings settings = LearningSettings.parse(given);
                ContextLives lives = new ContextLives(OWN, settings, LearnedAnew.nothing(), Set.of());
                for (int i = 0; i < 10; i++) {
                    Episode episode = own(i, null, "a" + i, "b" + i);
                    lives.take("log", i, episode);
                    engine.apply(Batch.of(episode));
                }
                List<Part> parts = new RetractionParts(Decoding.plain(), 500).of(lives);
                assertThat(parts).hasSizeGreaterThan(2);
                for (Part part : parts) {
                    engine.apply(Batch.of(part.retraction()));
                    engine.apply(Batch.of(part.retraction()));
                }
                assertThat(engine.view().counts().episodes()).isZero();
                // What came again under the same times is another.
                for (int i = 0; i < 10; i++) {
                    Episode episode = own(i, null, "a" + i, "b" + i);
                    engine.apply(Batch.of(episode));
                    lives.take("log", 100 + i, episode);
                }
                for (Part part : parts) {
                    lives.take("log", 50, part.retraction());
                    lives.take("log", 51, part.retraction());
                }
                assertThat(lives.left()).isEqualTo(10);
                assertThat(lives.strangers()).isZero();
                for (Part part : new RetractionParts(Decoding.plain(), 500).of(lives)) {
                    engine.apply(Batch.of(part.retraction()));
                }
                assertThat(engine.view().counts().episodes()).isZero();
            }
            assertThat(world.log).isEmpty();
        }
    }

    @Test
    void whatIsTakenBackTwiceOrWasNeverLearnedIsCounted() {
        LearningSettings settings = LearningSettings.parse(Map.of());
        ContextLives lives = new ContextLives(OWN, settings, LearnedAnew.nothing(), Set.of());
        lives.take("log", 0, own(0, null, "a"));
        lives.take("log", 1, own(1, null, "b"));
        lives.take("log", 2, new Retraction(OWN, List.of(own(0, null, "a"))));
        assertThat(lives.left()).isEqualTo(1);
        assertThat(lives.strangers()).isZero();
        lives.take("log", 3, new Retraction(OWN, List.of(own(0, null, "a"), own(1, null, "never"))));
        assertThat(lives.left()).isEqualTo(1);
        assertThat(lives.strangers()).isEqualTo(2);
    }

    @Test
    void theIdOfAPartSaysWhatItTakesBackAndNotOnlyWhereThatIs() {
        LearningSettings settings = LearningSettings.parse(Map.of());
        List<String> ids = new ArrayList<>();
        for (double strength : new double[] {1, 5, 1}) {
            ContextLives lives = new ContextLives(OWN, settings, LearnedAnew.nothing(), Set.of());
            lives.take("log", 0, new Episode(MINUTE, OWN, List.of(new Activation("a", strength)), 1, null));
            ids.add(String.valueOf(new RetractionParts(Decoding.plain(), 1_000)
                    .of(lives)
                    .get(0)
                    .retraction()
                    .eventId()));
        }
        assertThat(ids.get(0)).isEqualTo(ids.get(2)).isNotEqualTo(ids.get(1));
    }

    @Test
    void aRetractionMayNameTheConceptsInAnyOrder() {
        LearningSettings settings = LearningSettings.parse(Map.of());
        ContextLives lives = new ContextLives(OWN, settings, LearnedAnew.nothing(), Set.of());
        lives.take("log", 0, own(0, "e", "a", "b", "c"));
        lives.take("log", 1, own(0, null, "b", "a"));
        lives.take("log", 2, new Retraction(OWN, List.of(own(0, null, "c", "a", "b"))));
        assertThat(lives.left()).isEqualTo(1);
        assertThat(lives.strangers()).isZero();
        assertThat(new RetractionParts(Decoding.plain(), 1_000).of(lives))
                .singleElement()
                .satisfies(part -> assertThat(part.retraction().episodes()).containsExactly(own(0, null, "b", "a")));
    }

    @Test
    void partsHoldAsMuchAsARecordMayAndAreCutOnlyWhereTheyMust() throws Exception {
        LearningSettings settings = LearningSettings.parse(Map.of("max-steps", "2"));
        ContextLives lives = new ContextLives(OWN, settings, LearnedAnew.nothing(), Set.of());
        for (int i = 0; i < 1_000; i++) {
            lives.take("log", i, own(i, null, "concept-" + i, "größe\"" + i));
        }
        for (int room : new int[] {600, 5_000, 100_000, Integer.MAX_VALUE}) {
            List<Part> parts = new RetractionParts(Decoding.plain(), room).of(lives);
            List<Episode> takenBack = new ArrayList<>();
            for (int i = 0; i < parts.size(); i++) {
                Part part = parts.get(i);
                assertThat(part.json().length).isLessThanOrEqualTo(room);
                if (i + 1 < parts.size()) {
                    assertThat(part.json().length).as("full").isGreaterThan(Math.min(room, 1 << 24) - 300);
                }
                assertThat(part.retraction().before())
                        .hasSize(i == 0 ? 0 : 2)
                        .isEqualTo(i == 0 ? List.of() : lastTwo(parts.get(i - 1).retraction()));
                takenBack.addAll(part.retraction().episodes());
            }
            assertThat(takenBack).hasSize(1_000).doesNotHaveDuplicates();
            assertThat(parts.stream()
                            .map(part -> String.valueOf(part.retraction().eventId())))
                    .doesNotHaveDuplicates();
        }
    }

    /** The size in which it was lost: more JSON than a record may hold. */
    @Test
    void aContextOfMoreJsonThanARecordMayHoldTakesSeveralAndIsCutInLinearTime() throws Exception {
        for (int[] shape : new int[][] {{62_500, 1}, {2_500, 200}, {250_000, 1}}) {
            LearningSettings settings = LearningSettings.parse(Map.of());
            ContextLives lives = new ContextLives(OWN, settings, LearnedAnew.nothing(), Set.of());
            long values = 0;
            for (int i = 0; i < shape[0]; i++) {
                String[] concepts = new String[shape[1]];
                for (int j = 0; j < concepts.length; j++) {
                    concepts[j] = "item-" + (i * 7 + j);
                }
                lives.take("log", i, own(i * 45, null, concepts));
                values += 9 + shape[1];
            }
            assertThat(values).isGreaterThan(RecordLimits.VALUES_MAX);
            long begin = System.nanoTime();
            List<Part> parts = new RetractionParts(Decoding.plain(), Integer.MAX_VALUE).of(lives);
            assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin))
                    .isLessThan(20);
            assertThat(parts).hasSize((int) (values / (RecordLimits.VALUES_MAX - 4_000)) + 1);
            long sum = 0;
            for (Part part : parts) {
                // Reads by whoever reads it by the limits that hold if nothing else is said.
                Entry read = new JsonEpisodeCodec().decode(part.json(), Origin.at(0));
                assertThat(read).isEqualTo(part.retraction());
                sum += part.retraction().takenBack().size();
            }
            assertThat(sum).isEqualTo(shape[0]);
        }
    }

    @Test
    void oneThatNoRecordCanHoldIsRefusedByName() {
        LearningSettings settings = LearningSettings.parse(Map.of());
        ContextLives lives = new ContextLives(OWN, settings, LearnedAnew.nothing(), Set.of());
        lives.take("log", 0, own(0, null, "a".repeat(500)));
        Decoding small = new Decoding(null, false, null, new RecordLimits(400, RecordLimits.AT_MS_MAX));
        assertThatThrownBy(() -> new RetractionParts(small, 1_000).of(lives))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("see max-record: context=own before=0")
                .hasMessageContaining("max-record=400");
        // What the log would rather not hold is tried all the same, alone.
        List<Part> parts = new RetractionParts(Decoding.plain(), 100).of(lives);
        assertThat(parts).hasSize(1);
    }

    private static List<Object> lastTwo(Retraction retraction) {
        int size = retraction.takenBack().size();
        List<Object> all = new ArrayList<>(retraction.before());
        all.addAll(retraction.takenBack());
        return size < 0 ? List.of() : all.subList(all.size() - 2, all.size());
    }

    private List<Part> parts(World world, int room) {
        return new RetractionParts(Decoding.plain(), room).of(world.lives());
    }

    private static Retraction inAnotherOrder(Retraction retraction) {
        return new Retraction(
                retraction.context(),
                retraction.before().stream()
                        .map(ContextLivesTest::inAnotherOrder)
                        .toList(),
                retraction.takenBack().stream()
                        .map(ContextLivesTest::inAnotherOrder)
                        .toList(),
                retraction.eventId());
    }

    private static Learned inAnotherOrder(Learned learned) {
        Episode episode = learned.episode();
        List<Activation> turned = new ArrayList<>(episode.activations());
        Collections.reverse(turned);
        return new Learned(
                new Episode(episode.atMs(), episode.context(), turned, episode.reward(), episode.eventId()),
                learned.clockMs());
    }

    private static Episode own(int minute, @Nullable String id, String... concepts) {
        return new Episode(
                1_600_000_000_000L + minute * MINUTE,
                OWN,
                List.of(concepts).stream().map(Activation::of).toList(),
                1,
                id);
    }
}
