package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.synfire.engine.NaiveMemory;
import io.synfire.engine.RandomSettings;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.Associations;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;

/** Whether a memory says what the reference says. */
final class Agreement {

    static final double TOLERANCE = 1e-5;

    private Agreement() {}

    static void assertAgrees(Memory memory, NaiveMemory reference, LearningSettings settings) {
        long atMs = reference.watermarkMs();
        assertThat(memory.reader().watermarkMs()).isEqualTo(atMs);
        int known = 0;
        for (String concept : reference.concepts()) {
            int c = memory.reader().conceptOf(concept);
            assertThat(c).as(concept).isNotNegative();
            assertThat(memory.reader().lastActivationMs(c)).isEqualTo(reference.lastActivationMs(concept));
            known++;
        }
        assertThat(memory.reader().counts().concepts()).isEqualTo(known);
        assertKnows(memory, reference);
        for (int h = 0; h < settings.horizonCount(); h++) {
            assertThat(memory.reader().activity(atMs).episodes(h))
                    .isCloseTo(reference.episodes(h, atMs), within(1e-9 * 1e4));
            for (String concept : reference.concepts()) {
                assertThat(memory.reader().activity(atMs).of(memory.reader().conceptOf(concept), h))
                        .as(concept)
                        .isCloseTo(
                                reference.activation(concept, h, atMs),
                                relative(reference.activationMass(concept, h, atMs)));
                assertPotentiationAgrees(memory, reference, concept, h);
            }
        }
        assertTotalsAgree(memory, reference, settings);
        assertLeadsNowhereElse(memory, reference);
        for (NaiveMemory.Edge edge : reference.edges()) {
            Associations row = memory.reader().associations(memory.reader().conceptOf(edge.cue()), atMs);
            int index = row.indexOf(memory.reader().conceptOf(edge.target()));
            for (int h = 0; h < settings.horizonCount(); h++) {
                double actual = index < 0 ? 0 : row.strength(index, h);
                assertThat(actual)
                        .as("%s at horizon %d", edge, h)
                        .isCloseTo(reference.strength(edge, h, atMs), relative(reference.mass(edge, h, atMs)));
            }
        }
    }

    /** No association is shown between concepts that never met. */
    private static void assertLeadsNowhereElse(Memory memory, NaiveMemory reference) {
        MemoryReader reader = memory.reader();
        Set<NaiveMemory.Edge> edges = new HashSet<>();
        reference.edges().forEach(edges::add);
        for (String cue : reference.concepts()) {
            Associations row = reader.associations(reader.conceptOf(cue), reader.watermarkMs());
            for (int i = 0; i < row.size(); i++) {
                assertThat(edges).contains(new NaiveMemory.Edge(cue, reader.idOf(row.target(i))));
            }
        }
    }

    /** It knows the same concepts, leads to no others, and shows nothing of them. */
    static void assertKnows(Memory memory, NaiveMemory reference) {
        MemoryReader reader = memory.reader();
        long atMs = reader.watermarkMs();
        int known = 0;
        for (String concept : reference.concepts()) {
            assertThat(reader.conceptOf(concept)).as(concept).isNotNegative();
            known++;
        }
        assertThat(reader.counts().concepts()).as("concepts").isEqualTo(known);
        for (String concept : reference.mentioned()) {
            assertThat(reader.conceptOf(concept) >= 0).as(concept).isEqualTo(reference.knows(concept));
        }
        for (int cue = 0; cue < reader.conceptCount(); cue++) {
            boolean isKnown = reader.conceptOf(reader.idOf(cue)) == cue;
            Associations row = reader.associations(cue, atMs);
            assertThat(isKnown ? 0 : row.size()).as("row of %d", cue).isZero();
            for (int i = 0; i < row.size(); i++) {
                assertThat(reader.conceptOf(reader.idOf(row.target(i))))
                        .as("target of %s", reader.idOf(cue))
                        .isEqualTo(row.target(i));
            }
            for (int h = 0; h < reader.settings().horizonCount() && !isKnown; h++) {
                assertThat(reader.activity(atMs).of(cue, h)).isZero();
                assertThat(reader.activity(atMs).potentiationFrom(cue, h)).isZero();
                assertThat(reader.activity(atMs).potentiationTo(cue, h)).isZero();
            }
        }
        for (int h = 0; h < reader.settings().horizonCount() && !reference.hasEpisodes(); h++) {
            assertThat(reader.activity(atMs).episodes(h)).isZero();
            assertThat(reader.activity(atMs).total(h)).isZero();
            assertThat(reader.activity(atMs).repeats(h)).isZero();
            assertThat(reader.activity(atMs).potentiation(h)).isZero();
        }
    }

    private static void assertPotentiationAgrees(Memory memory, NaiveMemory reference, String concept, int h) {
        long atMs = reference.watermarkMs();
        int c = memory.reader().conceptOf(concept);
        assertThat(memory.reader().activity(atMs).potentiationFrom(c, h))
                .as("from %s", concept)
                .isCloseTo(
                        reference.potentiationFrom(concept, h, atMs, false),
                        relative(reference.potentiationFrom(concept, h, atMs, true)));
        assertThat(memory.reader().activity(atMs).potentiationTo(c, h))
                .as("to %s", concept)
                .isCloseTo(
                        reference.potentiationTo(concept, h, atMs, false),
                        relative(reference.potentiationTo(concept, h, atMs, true)));
    }

    private static void assertTotalsAgree(Memory memory, NaiveMemory reference, LearningSettings settings) {
        long atMs = reference.watermarkMs();
        for (int h = 0; h < settings.horizonCount(); h++) {
            assertThat(memory.reader().activity(atMs).potentiation(h))
                    .isCloseTo(reference.potentiation(h, atMs, false), relative(reference.potentiation(h, atMs, true)));
            assertThat(memory.reader().activity(atMs).total(h))
                    .isCloseTo(reference.total(h, atMs, false), relative(reference.total(h, atMs, true)));
            assertThat(memory.reader().activity(atMs).repeats(h))
                    // Here alone the memory may be off by more: by what it cannot tell apart.
                    .isCloseTo(
                            reference.repeats(h, atMs, false),
                            relative(
                                    reference.repeats(h, atMs, true) + reference.mistakenRepeats(h, atMs) / TOLERANCE));
        }
    }

    static Offset<Double> relative(double mass) {
        return within(TOLERANCE * mass + 0x1p-99);
    }

    /** Settings of every kind, without the two limits that make a memory forget for good. */
    static LearningSettings settings(SplittableRandom random) {
        return LearningSettings.parse(RandomSettings.of(random));
    }

    static long stepMs(SplittableRandom random) {
        return RandomSettings.stepMs(random);
    }
}
