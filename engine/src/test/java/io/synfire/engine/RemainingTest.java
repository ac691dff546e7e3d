package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.view.Activity;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.ReadTime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A concept is known while any of its activations remains, exactly, whatever rounding leaves of sums. */
@SuppressWarnings("NullAway.Init")
final class RemainingTest {

    private static final long HOUR = 3_600_000;
    private static final long DAY = 24 * HOUR;

    @TempDir
    Path directory;

    private Engine engine;

    @BeforeEach
    void open() {
        engine = Engine.open(
                directory.resolve("store"),
                Map.of("half-lives", "7d,30d"),
                new EngineOptions(16 << 20),
                new SimpleMeterRegistry());
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void ofManyThousandActivationsThatAreTakenBackNoTraceIsLeft() {
        long seed = 20_260_101;
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<Episode> episodes = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            List<Activation> fired = new ArrayList<>();
            for (int c = i % 3; c < 6; c += 1 + random.nextInt(3)) {
                fired.add(new Activation("c" + c, random.nextInt(4) == 0 ? random.nextDouble(0.1, 3) : 1));
            }
            episodes.add(new Episode(i * HOUR / 4, null, fired, 1, null));
        }
        apply(episodes);
        assertThat(view().counts().concepts()).isEqualTo(6);
        String one = engine.digest().stateHex();
        Collections.shuffle(episodes, new Random(seed));
        for (Episode episode : episodes.subList(0, episodes.size() - 1)) {
            apply(new Retraction(null, List.of(episode)));
        }
        Episode last = episodes.get(episodes.size() - 1);
        assertThat(view().counts().concepts()).isEqualTo(last.activations().size());
        assertThat(engine.digest().stateHex()).isNotEqualTo(one);
        apply(new Retraction(null, List.of(last)));
        assertNothingIsLeft();
        reopen();
        assertNothingIsLeft();
        // From then on it is as good as new.
        apply(Episode.of(view().watermarkMs(), "c1", "c2"));
        assertThat(view().counts().concepts()).isEqualTo(2);
        assertThat(activation("c1")).isCloseTo(1, within(1e-9));
        assertThat(associations("c1")).containsExactly("c2");
    }

    @Test
    void whatFiredWithOneThatIsTakenBackDoesNotLeadToIt() {
        Episode wrong = Episode.of(DAY, "a", "b", "x");
        apply(Episode.of(DAY, "a", "b"), wrong, Episode.of(2 * DAY, "a", "c"));
        assertThat(associations("a")).containsExactlyInAnyOrder("b", "c", "x");
        apply(new Retraction(null, List.of(wrong)));
        assertThat(view().conceptOf("x")).isNegative();
        assertThat(view().counts().concepts()).isEqualTo(3);
        assertThat(associations("a")).containsExactlyInAnyOrder("b", "c");
        assertThat(associations("b")).containsExactly("a");
    }

    @Test
    void whatAPartHasYetToTakeBackIsNotShownAndNotLost() {
        Learned first = inContext(DAY, "a");
        Learned second = inContext(DAY + 1000, "b");
        apply(first.episode(), second.episode(), Episode.of(2 * DAY, "b"));
        assertThat(associations("a")).containsExactly("b");
        apply(new Retraction("k", List.of(), List.of(first), "part-1"));
        // b's firing still leads from a, which is not known.
        assertThat(view().conceptOf("a")).isNegative();
        assertThat(associations("b")).isEmpty();
        reopen();
        apply(Episode.of(3 * DAY, "a", "b"));
        reopen();
        apply(new Retraction("k", List.of(first), List.of(second), "part-2"));
        Activity now = view().activity(view().watermarkMs());
        int a = view().conceptOf("a");
        int b = view().conceptOf("b");
        for (int h = 0; h < 2; h++) {
            double aDay = Math.pow(0.5, 1 / (h == 0 ? 7.0 : 30.0));
            assertThat(now.of(a, h)).isCloseTo(1, within(1e-12));
            assertThat(now.potentiationFrom(a, h)).isCloseTo(1, within(1e-12));
            assertThat(now.potentiationTo(a, h)).isCloseTo(1, within(1e-12));
            assertThat(now.of(b, h)).isCloseTo(1 + aDay, within(1e-12));
            assertThat(view().associations(a, view().watermarkMs()).strength(0, h))
                    .isCloseTo(1, within(1e-5));
        }
    }

    @Test
    void aRetractionMayComeBeforeWhatItTakesBack() {
        Episode early = Episode.of(DAY, "a", "b");
        Episode late = Episode.of(2 * DAY, "a", "c");
        apply(early, Episode.of(9 * DAY, "x"));
        // Not learned yet: as many of a were learned as taken back, but not the same.
        apply(new Retraction(null, List.of(late)));
        assertThat(activation("a")).isCloseTo(Math.pow(0.5, 8 / 30.0) - Math.pow(0.5, 7 / 30.0), within(1e-12));
        assertThat(associations("a")).containsExactlyInAnyOrder("b", "c");
        assertThat(view().activity(9 * DAY).of(view().conceptOf("c"), 0)).isNegative();
        reopen();
        apply(late);
        assertThat(view().conceptOf("c")).isNegative();
        assertThat(activation("a")).isCloseTo(Math.pow(0.5, 8 / 30.0), within(1e-12));
        assertThat(associations("a")).containsExactly("b");
    }

    @Test
    void whatIsTakenBackOnceTooOftenIsLessThanNothingAndKnown() {
        Episode once = Episode.of(DAY, "a", "b");
        apply(once, Episode.of(DAY, "x"), new Retraction(null, List.of(once)), new Retraction(null, List.of(once)));
        assertThat(activation("a")).isEqualTo(-1);
        assertThat(associations("a")).containsExactly("b");
        // What is wrong with one episode does not hide another: as many are left of a, and of all, as there would be of
        // none.
        Episode other = Episode.of(2 * DAY, "a", "c");
        apply(other, new Retraction(null, List.of(Episode.of(DAY + HOUR, "y"))));
        assertThat(associations("a")).containsExactlyInAnyOrder("b", "c");
        assertThat(view().counts().episodes()).isZero();
        assertThat(view().activity(2 * DAY).episodes(1)).isNotZero();
        apply(new Retraction(null, List.of(other)), Episode.of(DAY + HOUR, "y"));
        apply(once);
        assertThat(view().conceptOf("a")).isNegative();
        assertThat(view().counts().concepts()).isEqualTo(1);
        reopen();
        assertThat(Engine.verify(directory.resolve("store"), new EngineOptions(16 << 20))
                        .findings())
                .isEmpty();
    }

    @Test
    void whatWasForgottenIsNotTakenBackFromWhatCameSince() {
        Episode before = Episode.of(DAY, "a", "b");
        Episode late = Episode.of(DAY, "a", "c");
        apply(before, Episode.of(9 * DAY, "x"), new Forget("a"));
        assertThat(view().conceptOf("a")).isNegative();
        apply(late);
        assertThat(view().conceptOf("a")).isNotNegative();
        reopen();
        // That of before the forget is the retired concept's; b was not forgotten.
        apply(new Retraction(null, List.of(before)));
        assertThat(view().conceptOf("b")).isNegative();
        assertThat(activation("a")).isCloseTo(Math.pow(0.5, 8 / 30.0), within(1e-12));
        apply(new Retraction(null, List.of(late)));
        assertThat(view().conceptOf("a")).isNegative();
        assertThat(view().conceptOf("c")).isNegative();
        assertThat(view().counts().concepts()).isEqualTo(1);
    }

    private void assertNothingIsLeft() {
        MemoryView view = view();
        assertThat(view.counts().concepts()).isZero();
        assertThat(view.counts().episodes()).isZero();
        assertThat(view.counts().associations()).isZero();
        assertThat(engine.digest().stateHex()).isEqualTo("0000000000000000");
        assertThat(engine.digest().concepts()).isZero();
        assertThat(engine.digest().associations()).isZero();
        Activity activity = view.activity(view.watermarkMs());
        for (int h = 0; h < 2; h++) {
            assertThat(activity.episodes(h)).isZero();
            assertThat(activity.total(h)).isZero();
            assertThat(activity.repeats(h)).isZero();
            assertThat(activity.potentiation(h)).isZero();
            for (int concept = 0; concept < view.conceptCount(); concept++) {
                assertThat(view.isKnown(concept)).isFalse();
                assertThat(view.conceptOf("c" + concept)).isNegative();
                assertThat(activity.of(concept, h)).isZero();
                assertThat(activity.potentiationFrom(concept, h)).isZero();
                assertThat(activity.potentiationTo(concept, h)).isZero();
                assertThat(view.associations(concept, view.watermarkMs()).size())
                        .isZero();
                assertThat(view.strongest(concept, 3, ReadTime.WATERMARK).size())
                        .isZero();
            }
        }
    }

    private List<String> associations(String cue) {
        Associations row = view().associations(view().conceptOf(cue), view().watermarkMs());
        return Stream.iterate(0, i -> i + 1)
                .limit(row.size())
                .map(i -> view().idOf(row.target(i)))
                .toList();
    }

    /** At the slowest horizon. */
    private double activation(String concept) {
        return view().activity(view().watermarkMs()).of(view().conceptOf(concept), 1);
    }

    private static Learned inContext(long atMs, String concept) {
        return new Learned(new Episode(atMs, "k", List.of(Activation.of(concept)), 1, null), atMs);
    }

    private MemoryView view() {
        return engine.view();
    }

    private void apply(Entry... entries) {
        engine.apply(Batch.of(entries));
    }

    private void apply(List<Episode> episodes) {
        engine.apply(new Batch("", List.copyOf(episodes), List.of(), 0));
    }

    private void reopen() {
        engine.close();
        open();
    }
}
