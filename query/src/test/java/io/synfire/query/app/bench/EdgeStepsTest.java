package io.synfire.query.app.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.synfire.query.answer.ScenarioAnswer.Step;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a pair costs from one number of edges to the next, against numbers made by hand. */
final class EdgeStepsTest {

    @Test
    void aStepCostsWhatWentByBetweenTwoNumbersOfEdges() {
        EdgeSteps steps = new EdgeSteps(2_000_000);
        // 200,000 is the first; it is measured from 100,000.
        steps.observe(1, 150_000, 100_000);
        // Reached half-way between these two: at 2 seconds, by 250,000 pairs.
        steps.observe(1.5, 200_000, 150_000);
        steps.observe(2.5, 300_000, 250_000);
        // 500,000 at 5 seconds, by 1,300,000 pairs; a million at 7, by 2,300,000.
        steps.observe(5, 1_300_000, 500_000);
        steps.observe(9, 3_300_000, 1_500_000);
        assertThat(steps.steps()).extracting(Step::edges).containsExactly(200_000L, 500_000L, 1_000_000L);
        assertThat(cost(steps, 0)).isEqualTo(1e9 / 100_000, within(1e-6));
        assertThat(cost(steps, 1)).isEqualTo(3e9 / 1_050_000, within(1e-6));
        assertThat(cost(steps, 2)).isEqualTo(2e9 / 1_000_000, within(1e-6));
    }

    @Test
    void toAHundredMillionTheyBeginAtAMillion() {
        EdgeSteps steps = new EdgeSteps(100_000_000);
        for (int i = 1; i <= 300; i++) {
            steps.observe(i, 1_000_000L * i, 500_000L * i);
        }
        assertThat(steps.steps())
                .extracting(Step::edges)
                .containsExactly(
                        1_000_000L, 2_000_000L, 5_000_000L, 10_000_000L, 20_000_000L, 50_000_000L, 100_000_000L);
        assertThat(steps.steps())
                .allSatisfy(step -> assertThat(step.nanosPerPair()).isEqualTo(1_000, within(1e-6)));
    }

    @Test
    void whereNothingMovesTimeBelongsToWhatComesNext() {
        EdgeSteps steps = new EdgeSteps(20);
        steps.observe(1, 10, 1);
        steps.observe(2, 10, 1);
        steps.observe(3, 30, 2);
        assertThat(steps.steps()).containsExactly(new Step(2, 2e9 / 20));
    }

    @Test
    void edgesThatComeWithoutPairsMakeNoStepOfTheirOwn() {
        EdgeSteps steps = new EdgeSteps(50);
        steps.observe(1, 10, 4);
        steps.observe(2, 10, 30);
        assertThat(steps.steps()).extracting(Step::edges).doesNotContain(10L, 20L);
        // Rows were cut back: fewer edges, and a step is reached once alone.
        steps.observe(3, 20, 25);
        steps.observe(4, 30, 35);
        steps.observe(5, 40, 50);
        assertThat(steps.steps()).extracting(Step::edges).endsWith(50L);
        assertThat(steps.steps())
                .allSatisfy(step -> assertThat(step.nanosPerPair()).isPositive().isFinite());
    }

    @Test
    void nothingIsSaidOfWhatWasNotReached() {
        EdgeSteps steps = new EdgeSteps(1);
        assertThat(steps.steps()).isEqualTo(List.of());
        steps.observe(1, 2, 2);
        assertThat(steps.steps()).isEmpty();
    }

    private static double cost(EdgeSteps steps, int index) {
        return steps.steps().get(index).nanosPerPair();
    }
}
