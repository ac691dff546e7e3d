package io.synfire.query.answer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How fast a memory learns, beside what one would take instead: one run, one workload, one machine.
 *
 * @param setup what was measured, and on what
 * @param contenders all that ran, in the order in which they ran
 * @param warmUps how fast each was on the records it warmed up on, in the same order
 * @param producing how fast the records were generated and appended to the topic
 */
public record BenchAnswer(Setup setup, List<Contender> contenders, List<Contender> warmUps, Rate producing) {

    /** Synfire as it is served: producer → Kafka → engine → checkpoint. */
    public static final String SYNFIRE = "synfire";

    /** The same engine and consumer, without checkpoints. */
    public static final String IN_MEMORY = "inMemory";

    /** Records read and decoded, and nothing else. */
    public static final String CEILING = "ceiling";

    /** A pair is a record, an edge is a key of a store of Kafka Streams. */
    public static final String STREAMS = "kafkaStreamsNaive";

    /** A pair is a ZINCRBY. */
    public static final String REDIS = "redis";

    /**
     * Takes unmodifiable copies.
     *
     * @throws IllegalArgumentException if Synfire itself is missing
     */
    public BenchAnswer {
        contenders = List.copyOf(contenders);
        warmUps = List.copyOf(warmUps);
        if (find(contenders, SYNFIRE) == null) {
            throw new IllegalArgumentException("synfire must be among the contenders: contenders=" + contenders);
        }
    }

    /**
     * What was measured, and on what.
     *
     * @param seed of the workload
     * @param baskets how many records the topic holds
     * @param pairs how many ordered pairs they make
     * @param partitions of the topic
     * @param processors how many the JVM sees
     * @param java version of the JVM
     * @param heapBytes the most that the heap may become
     * @param memoryBytes what Synfire may use of it, and beside it
     * @param fileSystem of all stores and logs, such as ext4
     * @param settings what differs from the defaults, such as {@code max-associations=0}
     */
    public record Setup(
            long seed,
            long baskets,
            long pairs,
            int partitions,
            int processors,
            String java,
            long heapBytes,
            long memoryBytes,
            String fileSystem,
            List<String> settings) {}

    /**
     * How much was done in which time.
     *
     * @param baskets records; of one that is stopped in the midst of them, those that the pairs are worth
     * @param pairs ordered pairs
     * @param seconds by the clock on the wall, above 0
     */
    public record Rate(long baskets, long pairs, double seconds) {

        /**
         * Checks the time.
         *
         * @throws IllegalArgumentException if it is not above 0
         */
        public Rate {
            if (!(seconds > 0) || baskets < 0 || pairs < 0) {
                throw new IllegalArgumentException("seconds must be above 0, baskets and pairs at least 0: seconds="
                        + seconds + " baskets=" + baskets + " pairs=" + pairs);
            }
        }

        /**
         * Pairs per second.
         *
         * @return at least 0
         */
        public double pairsPerSecond() {
            return pairs / seconds;
        }

        /**
         * Records per second.
         *
         * @return at least 0
         */
        public double basketsPerSecond() {
            return baskets / seconds;
        }
    }

    /**
     * One that did the work.
     *
     * @param name one of the names above
     * @param rate how much it did
     * @param cappedAtSeconds when it was stopped though it was not done, or null if it was done
     * @param held what it held in the end, or null if it keeps nothing
     * @param checkpoints how it made things durable, or null if it has no checkpoints
     * @param maxApplyMs the longest that one batch of records took, an own checkpoint included, milliseconds; or null
     */
    public record Contender(
            String name,
            Rate rate,
            @Nullable Double cappedAtSeconds,
            @Nullable Held held,
            @Nullable Checkpoints checkpoints,
            @Nullable Double maxApplyMs) {}

    /**
     * What a contender held in the end.
     *
     * @param edges directed edges
     * @param bytes on disk; of Redis, in memory
     */
    public record Held(long edges, long bytes) {

        /**
         * Bytes an edge.
         *
         * @return at least 0; 0 if there are no edges
         */
        public double bytesPerEdge() {
            return edges == 0 ? 0 : (double) bytes / edges;
        }
    }

    /**
     * Checkpoints of a run.
     *
     * @param count how many
     * @param bytes handed to the store
     * @param seconds all of them took, during which nothing was learned
     * @param maxMs the longest took, milliseconds
     */
    public record Checkpoints(long count, long bytes, double seconds, double maxMs) {}

    /**
     * A contender by its name.
     *
     * @param name one of the names above
     * @return what it did, or null if it did not run
     */
    public @Nullable Contender contender(String name) {
        return find(contenders, name);
    }

    /**
     * How often Synfire's pairs per second are those of another.
     *
     * @param name the other's name
     * @return the ratio, above 1 where Synfire is faster; null if the other did not run, or did nothing
     */
    public @Nullable Double ratioTo(String name) {
        Contender other = contender(name);
        Contender synfire = contender(SYNFIRE);
        if (other == null || synfire == null || other.rate().pairs() == 0) {
            return null;
        }
        return synfire.rate().pairsPerSecond() / other.rate().pairsPerSecond();
    }

    private static @Nullable Contender find(List<Contender> contenders, String name) {
        return contenders.stream()
                .filter(contender -> contender.name().equals(name))
                .findFirst()
                .orElse(null);
    }
}
