package io.synfire.query.answer;

import io.synfire.query.answer.ScenarioAnswer.Sample;
import io.synfire.query.answer.ScenarioAnswer.Step;
import io.synfire.query.answer.ScenarioAnswer.Used;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** What follows from the samples of a scenario. Immutable and thread-safe. */
final class ScenarioFigures {

    private static final int SPANS = 10;

    /**
     * Bytes that an edge takes in the tables where all of them are in memory, at the default settings: 484 MB for the 23.4 million edges of
     * 1.2 million baskets.
     */
    private static final double TABLE_BYTES_PER_EDGE = 20.7;

    private final ScenarioAnswer answer;

    ScenarioFigures(ScenarioAnswer answer) {
        this.answer = answer;
    }

    /**
     * A tenth of the run.
     *
     * @param fromSeconds where it begins
     * @param toSeconds where it ends
     * @param pairsPerSecond how fast it was
     * @param last the last sample in it, or the one before if it has none
     */
    record Span(double fromSeconds, double toSeconds, double pairsPerSecond, Sample last) {}

    /** Ten spans of equal length, in the order of time. */
    List<Span> spans() {
        double all = last().seconds();
        List<Span> spans = new ArrayList<>(SPANS);
        for (int i = 0; i < SPANS; i++) {
            double from = all * i / SPANS;
            double to = all * (i + 1) / SPANS;
            double pairs = pairsAt(to) - pairsAt(from);
            spans.add(new Span(from, to, pairs / (to - from), before(to)));
        }
        return spans;
    }

    /** Pairs per second of the slowest span. */
    double slowest() {
        return spans().stream().mapToDouble(Span::pairsPerSecond).min().orElseThrow();
    }

    /** Pairs per second of the fastest span. */
    double fastest() {
        return spans().stream().mapToDouble(Span::pairsPerSecond).max().orElseThrow();
    }

    /**
     * The slowest span by the fastest, without the first, in which much fits into memory still; null if nothing was learned after it.
     *
     * @return 1 if all are alike
     */
    @Nullable
    Double flatness() {
        List<Span> later = spans().subList(1, SPANS);
        double most = later.stream().mapToDouble(Span::pairsPerSecond).max().orElseThrow();
        double least = later.stream().mapToDouble(Span::pairsPerSecond).min().orElseThrow();
        return most == 0 ? null : least / most;
    }

    /** What a pair cost at the last step, by what it cost at the first; null if there are not two. */
    @Nullable
    Double costRatio() {
        List<Step> steps = answer.steps();
        return steps.size() < 2
                ? null
                : steps.get(steps.size() - 1).nanosPerPair() / steps.get(0).nanosPerPair();
    }

    /** How fast it was between a sample and the one before; 0 for the first. */
    double pairsPerSecond(int sample) {
        if (sample == 0) {
            return 0;
        }
        Sample from = answer.samples().get(sample - 1);
        Sample to = answer.samples().get(sample);
        return (to.pairs() - from.pairs()) / (to.seconds() - from.seconds());
    }

    long mostAccountedBytes() {
        return most(Used::accountedBytes);
    }

    long mostHeapBytes() {
        return most(Used::heapBytes);
    }

    long mostOffHeapBytes() {
        return most(Used::offHeapBytes);
    }

    /** Whether all that is accounted never took more than the budget, as far as was looked. */
    boolean isWithinBudget() {
        return samplesAboveBudget() == 0;
    }

    /** How many processors the process had on average: fewer than there are if others took them. Null where the system does not say. */
    @Nullable
    Double processorsUsed() {
        Double before = answer.samples().get(0).cpuSeconds();
        Double after = last().cpuSeconds();
        return before == null || after == null ? null : (after - before) / last().seconds();
    }

    /** How many looks found more than the budget. */
    long samplesAboveBudget() {
        return samplesAbove(Used::accountedBytes, answer.setup().memoryBytes());
    }

    /** How many looks found more on the heap than its half of the budget: learning stops there, but a batch is not divided for it. */
    long samplesAboveHeapShare() {
        return samplesAbove(Used::heapBytes, heapShareBytes());
    }

    /** The half of the budget that is the heap's. */
    long heapShareBytes() {
        return answer.setup().memoryBytes() / 2;
    }

    /** The most that the process had in memory; null where the system does not say. */
    @Nullable
    Long peakResidentBytes() {
        LongStream all = answer.samples().stream()
                .map(sample -> sample.memory().residentBytes())
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue);
        long most = all.max().orElse(-1);
        return most < 0 ? null : most;
    }

    /**
     * The fewest records that were waiting to be learned while there were more to come: 0 if learning may have waited for records. What is
     * seen at the start and after production stopped is not looked at.
     */
    long leastAheadBaskets() {
        return answer.samples().stream()
                .filter(sample -> sample.seconds() > 0
                        && sample.seconds() <= answer.setup().seconds())
                .filter(sample -> sample.baskets() + sample.aheadBaskets()
                        < answer.outcome().rate().baskets())
                .mapToLong(Sample::aheadBaskets)
                .min()
                .orElse(0);
    }

    /** What half of the budget leaves to tables on the heap, beside what cannot leave memory. */
    long tableRoomBytes() {
        return Math.max(0, heapShareBytes() - last().memory().fixedBytes());
    }

    /** What all edges would take in tables, about. */
    long tableStateBytes() {
        return Math.round(TABLE_BYTES_PER_EDGE * answer.outcome().edges());
    }

    /** The room by the state: 0.1 is memory for a tenth; null if there are no edges. */
    @Nullable
    Double roomRatio() {
        return tableStateBytes() == 0 ? null : (double) tableRoomBytes() / tableStateBytes();
    }

    Sample last() {
        return answer.samples().get(answer.samples().size() - 1);
    }

    private long samplesAbove(ToLongFunction<Used> what, long bytes) {
        return answer.samples().stream()
                .map(Sample::memory)
                .filter(used -> what.applyAsLong(used) > bytes)
                .count();
    }

    private long most(ToLongFunction<Used> what) {
        return answer.samples().stream()
                .map(Sample::memory)
                .mapToLong(what)
                .max()
                .orElseThrow();
    }

    /** As if pairs came evenly between two samples. */
    private double pairsAt(double seconds) {
        List<Sample> samples = answer.samples();
        for (int i = 1; i < samples.size(); i++) {
            Sample to = samples.get(i);
            if (to.seconds() >= seconds) {
                Sample from = samples.get(i - 1);
                double share = (seconds - from.seconds()) / (to.seconds() - from.seconds());
                return from.pairs() + share * (to.pairs() - from.pairs());
            }
        }
        return last().pairs();
    }

    private Sample before(double seconds) {
        Sample found = answer.samples().get(0);
        for (Sample sample : answer.samples()) {
            // The end of the last span may miss the last sample by a rounding.
            if (sample.seconds() <= seconds + 1e-9) {
                found = sample;
            }
        }
        return found;
    }
}
