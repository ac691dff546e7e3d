package io.synfire.query.answer;

import io.synfire.query.answer.BenchAnswer.Rate;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a memory bears a long run: one scenario, looked at every second.
 *
 * @param setup what was run, and on what
 * @param samples what was seen, in the order of time; the first at 0 seconds, the last when everything was learned and durable
 * @param steps what a pair cost as edges came, fewest edges first; none where the scenario does not ask
 * @param outcome what was there in the end
 */
public record ScenarioAnswer(Setup setup, List<Sample> samples, List<Step> steps, Outcome outcome) {

    /** What is run. */
    public enum Scenario {

        /** The same edges again and again, with memory for about a tenth of their tables. */
        PRESSURE,

        /** New edges until there are many, with the memory that is given by default. */
        GROWTH;

        /**
         * What it is called on the command line and in JSON.
         *
         * @return its name in lower case
         */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Takes unmodifiable copies.
     *
     * @throws IllegalArgumentException if there are fewer than two samples, or they are not in the order of time
     */
    public ScenarioAnswer {
        samples = List.copyOf(samples);
        steps = List.copyOf(steps);
        if (samples.size() < 2) {
            throw new IllegalArgumentException("there must be a first and a last sample: samples=" + samples.size());
        }
        for (int i = 1; i < samples.size(); i++) {
            Sample before = samples.get(i - 1);
            Sample after = samples.get(i);
            if (!(after.seconds() > before.seconds()) || after.pairs() < before.pairs()) {
                throw new IllegalArgumentException(
                        "samples must be in the order of time: before=" + before + " after=" + after);
            }
        }
    }

    /**
     * What was run, and on what.
     *
     * @param scenario what is run
     * @param seed of the workload
     * @param baskets after how many records the workload begins again; 0 where it never does
     * @param edges how many directed edges are wanted; 0 where it runs for a time
     * @param seconds when no more is produced, at the latest
     * @param partitions of the topic
     * @param processors how many the JVM sees
     * @param java version of the JVM
     * @param heapBytes the most that the heap may become
     * @param memoryBytes the budget: what Synfire may use of the heap, and beside it
     * @param fileSystem of the store and the log, such as ext4
     * @param settings what differs from the defaults
     */
    public record Setup(
            Scenario scenario,
            long seed,
            long baskets,
            long edges,
            double seconds,
            int partitions,
            int processors,
            String java,
            long heapBytes,
            long memoryBytes,
            String fileSystem,
            List<String> settings) {

        /** Takes an unmodifiable copy. */
        public Setup {
            settings = List.copyOf(settings);
        }
    }

    /**
     * One look.
     *
     * @param seconds since the start
     * @param baskets records learned
     * @param aheadBaskets records that were in the log and not yet learned
     * @param pairs ordered pairs learned
     * @param edges directed edges, as the memory counts them; what was added to a row that is not in memory may count twice
     * @param memory what was used
     * @param cpuSeconds of all processors that the process used since it began; null where the system does not say
     * @param storeBytes all files of the store
     * @param checkpoints how many were written
     * @param maxCheckpointMs the longest of them up to now, milliseconds
     * @param maxBlockedMs the longest that learning a batch waited for one up to now, milliseconds
     */
    public record Sample(
            double seconds,
            long baskets,
            long aheadBaskets,
            long pairs,
            long edges,
            Used memory,
            @Nullable Double cpuSeconds,
            long storeBytes,
            long checkpoints,
            double maxCheckpointMs,
            double maxBlockedMs) {

        /**
         * Checks the figures.
         *
         * @throws IllegalArgumentException if one is below 0
         */
        public Sample {
            if (!(seconds >= 0) || baskets < 0 || pairs < 0 || edges < 0 || storeBytes < 0 || checkpoints < 0) {
                throw new IllegalArgumentException("a sample must not be below 0: seconds=" + seconds + " baskets="
                        + baskets + " pairs=" + pairs + " edges=" + edges + " storeBytes=" + storeBytes
                        + " checkpoints=" + checkpoints);
            }
        }
    }

    /**
     * What a memory uses.
     *
     * @param heapBytes what the engine accounts on the heap: tables, windows, ids, marginals, and what is kept for readers
     * @param fixedBytes what of it cannot leave memory: ids, marginals, and impulses held back
     * @param conceptBytes what of that ids and marginals take: it grows with the concepts, whatever the budget is
     * @param offHeapBytes RocksDB's block cache, memtables and table readers, and the batch of a checkpoint
     * @param residentBytes of the whole process, broker and producer included; null where the system does not say
     */
    public record Used(
            long heapBytes, long fixedBytes, long conceptBytes, long offHeapBytes, @Nullable Long residentBytes) {

        /**
         * All that is accounted.
         *
         * @return what is held against the budget
         */
        public long accountedBytes() {
            return heapBytes + offHeapBytes;
        }
    }

    /**
     * What a pair cost on the way to a number of edges.
     *
     * @param edges directed edges, as the memory counts them
     * @param nanosPerPair since the step before, on average
     */
    public record Step(long edges, double nanosPerPair) {}

    /**
     * What was there in the end.
     *
     * @param rate all that was learned, until it was durable
     * @param concepts how many
     * @param edges directed edges, counted by reading all of them
     * @param countedEdges as the memory counts them while it learns: where not all are in memory, some count twice
     * @param closeSeconds closing took
     * @param storeBytes all files of the closed store
     * @param openSeconds opening it again took, its files still in the system's cache
     */
    public record Outcome(
            Rate rate,
            long concepts,
            long edges,
            long countedEdges,
            double closeSeconds,
            long storeBytes,
            double openSeconds) {

        /**
         * Bytes an edge.
         *
         * @return at least 0; 0 if there are no edges
         */
        public double bytesPerEdge() {
            return edges == 0 ? 0 : (double) storeBytes / edges;
        }
    }
}
