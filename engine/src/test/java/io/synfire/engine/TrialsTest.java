package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.view.Activity;
import io.synfire.engine.view.Trials;
import io.synfire.engine.view.Trials.Unit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What measures hold evidence against, by examples whose sums are made by hand: no decay, and every kernel 1. */
final class TrialsTest {

    private static final EngineOptions OPTIONS = new EngineOptions(16 << 20);

    @TempDir
    Path directory;

    private @Nullable Engine opened;

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    @Test
    void plainEpisodes() {
        learn(Map.of(), Episode.of(1, "a", "b", "c"), Episode.of(2, "a", "b"), Episode.of(3, "d"));
        assertFrom("a", 3, "b", 3, "c", 2, "d", 0);
        assertTo("a", 3, "b", 3, "c", 2, "d", 0);
        assertWhole(8, 3);
        assertTrials(Unit.EPISODES, 0, 0, 0);
        assertThat(engine().view().trials().reason()).isEqualTo("all evidence is plain");
    }

    @Test
    void strengths() {
        Episode strong = episode(1, null, 1, "a", 2, "b", 3, "c", 1);
        learn(Map.of(), strong);
        assertFrom("a", 8, "b", 9, "c", 5);
        assertTo("a", 8, "b", 9, "c", 5);
        assertWhole(22, 1);
        assertTrials(Unit.PAIRS, 2, 0, 0);
        assertThat(engine().view().trials().reason()).isEqualTo("activations of another strength than 1: 2");
        apply(new Retraction(null, List.of(strong)));
        assertUnknown("a", "b", "c");
        assertWhole(0, 0);
        assertTrials(Unit.EPISODES, 0, 0, 0);
    }

    @Test
    void aConceptListedTwiceCountsByItsLargestStrength() {
        learn(Map.of(), episode(1, null, 1, "a", 1, "a", 0.5, "b", 1));
        assertTrials(Unit.EPISODES, 0, 0, 0);
    }

    @Test
    void rewards() {
        Episode liked = episode(1, null, 4, "a", 1, "b", 1);
        Episode disliked = episode(2, null, -3, "a", 1, "b", 1);
        learn(Map.of(), liked, disliked);
        // What depresses is no trial.
        assertFrom("a", 4, "b", 4);
        assertWhole(8, 2);
        assertTrials(Unit.PAIRS, 0, 2, 0);
        // What depressed is none to be taken back.
        apply(new Retraction(null, List.of(disliked)));
        assertFrom("a", 4, "b", 4);
        assertWhole(8, 1);
        assertTrials(Unit.PAIRS, 0, 1, 0);
        apply(new Retraction(null, List.of(liked)));
        assertUnknown("a", "b");
        assertTrials(Unit.EPISODES, 0, 0, 0);
    }

    @Test
    void normalization() {
        learn(Map.of("normalization", "episode"));
        assertTrials(Unit.PAIRS, 0, 0, 0);
        apply(Episode.of(1, "a", "b", "c"));
        assertFrom("a", 1, "b", 1, "c", 1);
        assertWhole(3, 1);
        assertTrials(Unit.PAIRS, 0, 0, 0);
        assertThat(engine().view().trials().reason())
                .isEqualTo("the setting normalization divides evidence by an episode's size");
    }

    @Test
    void contexts() {
        List<Episode> session =
                List.of(episode(1, "k", 1, "a", 1), episode(2, "k", 1, "b", 1), episode(3, "k", 1, "a", 1, "c", 2));
        learn(Map.of("backward", "-0.5"), session.get(0));
        assertTrials(Unit.EPISODES, 0, 0, 0);
        apply(session.get(1));
        // a→b 1, b→a −0.5
        assertFrom("a", 1, "b", 0);
        assertTo("a", 0, "b", 1);
        assertTrials(Unit.PAIRS, 0, 0, 2);
        apply(session.get(2));
        // Within: a→c 2, c→a 2. From b: b→a 1, b→c 2. From a: a→a 1, a→c 2. The ways back are negative.
        assertFrom("a", 1 + 2 + 3, "b", 3, "c", 2);
        assertTo("a", 2 + 1 + 1, "b", 1, "c", 2 + 2 + 2);
        assertWhole(11, 3);
        assertTrials(Unit.PAIRS, 1, 0, 2 + 4 + 4);
        reopen();
        assertFrom("a", 6, "b", 3, "c", 2);
        assertTo("a", 4, "b", 1, "c", 6);
        assertTrials(Unit.PAIRS, 1, 0, 10);
        apply(new Retraction("k", session));
        assertUnknown("a", "b", "c");
        assertWhole(0, 0);
        assertTrials(Unit.EPISODES, 0, 0, 0);
    }

    @Test
    void aContextWhoseEpisodesPairWithNothingIsPlain() {
        learn(
                Map.of("max-gap", "1m"),
                episode(0, "k", 1, "a", 1, "b", 1),
                episode(600_000, "k", 1, "a", 1, "b", 1),
                episode(600_001, "other", 1, "a", 1));
        assertTrials(Unit.EPISODES, 0, 0, 0);
        assertWhole(4, 3);
    }

    @Test
    void gainsOfZeroMakeNoPairs() {
        learn(Map.of("forward", "0", "backward", "0"), episode(1, "k", 1, "a", 1), episode(2, "k", 1, "b", 1));
        assertTrials(Unit.EPISODES, 0, 0, 0);
        assertWhole(0, 2);
    }

    @Test
    void aForgottenConceptLeavesItsTrialsToTheOthers() {
        Episode both = Episode.of(1, "a", "b");
        learn(Map.of(), both, Episode.of(2, "b", "c"));
        apply(new Forget("a"));
        assertFrom("b", 2, "c", 1);
        assertTo("b", 2, "c", 1);
        assertWhole(4, 2);
        // Its later episodes are of a concept that starts afresh.
        apply(Episode.of(3, "a", "c"));
        assertFrom("a", 1, "b", 2, "c", 2);
        assertWhole(6, 3);
        // What is taken back of it is taken off what others and the whole have of it.
        apply(new Retraction(null, List.of(both)));
        reopen();
        assertFrom("a", 1, "b", 1, "c", 2);
        assertTo("a", 1, "b", 1, "c", 2);
        assertWhole(4, 2);
    }

    @Test
    void aContextThatRemembersAForgottenConceptGoesOnAndIsTakenBackWhole() {
        List<Episode> session =
                List.of(episode(1, "k", 1, "a", 3), episode(2, "k", 1, "b", 1), episode(3, "k", 1, "a", 1, "c", 1));
        learn(Map.of("backward", "0"), session.get(0));
        apply(new Forget("a"));
        apply(session.get(1));
        // From the a that is gone: 3. It is a trial of b all the same.
        assertTo("b", 3);
        assertWhole(3, 2);
        apply(session.get(2));
        // Within 2; from b 2; from the a that is gone 3 to each.
        assertFrom("a", 1, "b", 2, "c", 1);
        assertTo("a", 1 + 1 + 3, "b", 3, "c", 1 + 1 + 3);
        assertWhole(3 + 2 + 2 + 6, 3);
        apply(new Retraction("k", session));
        assertUnknown("a", "b", "c");
        assertWhole(0, 0);
        assertTrials(Unit.EPISODES, 0, 0, 0);
    }

    @Test
    void theyDecayAtEachHorizonAsEvidenceDoes() {
        try (Engine engine =
                Engine.open(directory, Map.of("half-lives", "1h,none"), OPTIONS, new SimpleMeterRegistry())) {
            long hourMs = 3_600_000;
            engine.apply(Batch.of(episode(0, null, 2, "a", 1, "b", 1), Episode.of(2 * hourMs, "b", "c")));
            Activity activity = engine.view().activity(3 * hourMs);
            int b = engine.view().conceptOf("b");
            assertThat(activity.potentiationFrom(b, 0)).isEqualTo(2 / 8.0 + 1 / 2.0);
            assertThat(activity.potentiationFrom(b, 1)).isEqualTo(3);
            assertThat(activity.potentiation(0)).isEqualTo(4 / 8.0 + 2 / 2.0);
            assertThat(activity.potentiation(1)).isEqualTo(6);
            // The counts do not.
            assertThat(engine.view().trials()).isEqualTo(new Trials(false, 0, 1, 0));
        }
    }

    @Test
    void aChangeIsToldOnceAndWhy() {
        Episode liked = episode(1, null, 4, "a", 1, "b", 1);
        learn(Map.of(), Episode.of(1, "a", "b"));
        List<String> told = new ArrayList<>();
        engine().onTrialsChange(trials -> told.add(trials.unit() + ": " + trials.reason()));
        apply(Episode.of(2, "a", "b"));
        assertThat(told).isEmpty();
        apply(liked, liked, episode(2, null, 1, "a", 2));
        assertThat(told).containsExactly("pairs: episodes of another reward than 1: 1");
        apply(new Retraction(null, List.of(liked)), new Retraction(null, List.of(liked)));
        assertThat(told).hasSize(1);
        apply(new Retraction(null, List.of(episode(2, null, 1, "a", 2))));
        assertThat(told)
                .containsExactly("pairs: episodes of another reward than 1: 1", "episodes: all evidence is plain");
        // What was so before it was opened is no change.
        apply(liked);
        assertThat(told).hasSize(3);
        reopen();
        engine().onTrialsChange(trials -> told.add("more"));
        apply(Episode.of(3, "a", "b"));
        assertThat(told).hasSize(3);
    }

    @Test
    void moreTakenBackThanWasLearnedIsNotPlain() {
        learn(Map.of(), Episode.of(1, "a", "b"));
        apply(new Retraction(null, List.of(episode(1, null, 1, "a", 2, "b", 1))));
        assertTrials(Unit.PAIRS, -1, 0, 0);
        reopen();
        assertTrials(Unit.PAIRS, -1, 0, 0);
    }

    private Engine engine() {
        Engine engine = opened;
        if (engine == null) {
            throw new IllegalStateException("nothing was learned yet");
        }
        return engine;
    }

    private void learn(Map<String, String> given, Entry... entries) {
        Map<String, String> learning =
                new LinkedHashMap<>(Map.of("half-lives", "none", "kernel", "uniform", "backward", "1"));
        learning.putAll(given);
        opened = Engine.open(directory, learning, OPTIONS, new SimpleMeterRegistry());
        apply(entries);
    }

    private void apply(Entry... entries) {
        Stream.of(entries).forEach(entry -> engine().apply(new Batch("p", List.of(entry), List.of(), 0)));
    }

    private void reopen() {
        engine().close();
        opened = Engine.open(directory, Map.of(), OPTIONS, new SimpleMeterRegistry());
    }

    private static Episode episode(long atMs, @Nullable String context, double reward, Object... activations) {
        List<Activation> fired = new ArrayList<>();
        for (int i = 0; i < activations.length; i += 2) {
            fired.add(new Activation((String) activations[i], ((Number) activations[i + 1]).doubleValue()));
        }
        return new Episode(atMs, context, fired, reward, null);
    }

    private Activity activity() {
        return engine().view().activity(engine().view().watermarkMs());
    }

    private void assertFrom(Object... expected) {
        for (int i = 0; i < expected.length; i += 2) {
            assertThat(activity().potentiationFrom(engine().view().conceptOf((String) expected[i]), 0))
                    .as("from %s", expected[i])
                    .isEqualTo(((Number) expected[i + 1]).doubleValue());
        }
    }

    private void assertTo(Object... expected) {
        for (int i = 0; i < expected.length; i += 2) {
            assertThat(activity().potentiationTo(engine().view().conceptOf((String) expected[i]), 0))
                    .as("to %s", expected[i])
                    .isEqualTo(((Number) expected[i + 1]).doubleValue());
        }
    }

    /** All of them was taken back. */
    private void assertUnknown(String... concepts) {
        for (String concept : concepts) {
            assertThat(engine().view().conceptOf(concept)).as(concept).isNegative();
        }
        for (int concept = 0; concept < engine().view().conceptCount(); concept++) {
            assertThat(activity().potentiationFrom(concept, 0)).isZero();
            assertThat(activity().potentiationTo(concept, 0)).isZero();
        }
    }

    private void assertWhole(double potentiation, double episodes) {
        assertThat(activity().potentiation(0)).isEqualTo(potentiation);
        assertThat(activity().episodes(0)).isEqualTo(episodes);
    }

    private void assertTrials(Unit unit, long strengths, long rewards, long betweenEpisodes) {
        Trials trials = engine().view().trials();
        assertThat(trials.unit()).isEqualTo(unit);
        assertThat(List.of(trials.strengths(), trials.rewards(), trials.betweenEpisodes()))
                .containsExactly(strengths, rewards, betweenEpisodes);
    }
}
