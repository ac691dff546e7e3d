package io.synfire.ingest.kafka;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the log does not go on where the store ends: refused, with the range that is missing, unless the operator has accepted just
 * that. What is accepted names the stored position, which moves with it, so that no later gap is accepted by the way.
 */
final class Gaps {

    private static final Logger LOG = LoggerFactory.getLogger(Gaps.class);

    private final String topic;
    private final Predicate<String> accepted;
    private final Counter missing;

    /**
     * One gap.
     *
     * @param partition the partition
     * @param next the stored position
     * @param resume where reading would go on
     * @param what the fault, as ranges of offsets
     * @param records how many records would be passed over
     */
    record Gap(int partition, long next, long resume, String what, long records) {

        /** Records between the stored position and the log's beginning are gone. */
        static Gap expired(int partition, long next, long begin) {
            return new Gap(partition, next, begin, "missing=" + next + ".." + (begin - 1), begin - next);
        }

        /** What was learned last is no longer in the log, which has other records there, or none. */
        static Gap truncated(int partition, long next, long resume) {
            return new Gap(partition, next, resume, "no-longer-in-the-log=" + resume + ".." + (next - 1), 0);
        }

        String name() {
            return partition + "@" + next;
        }
    }

    Gaps(String topic, Predicate<String> accepted, MeterRegistry meters) {
        this.topic = topic;
        this.accepted = accepted;
        this.missing = Counter.builder("synfire.records.missing")
                .description("Records that were gone from the log before they were learned, passed over since the"
                        + " operator accepted the gap, since the start")
                .register(meters);
    }

    /**
     * Counts gaps that are accepted.
     *
     * @throws IllegalStateException if one is not
     */
    void require(List<Gap> gaps) {
        if (gaps.isEmpty()) {
            return;
        }
        String found = gaps.stream()
                .map(gap -> " partition=" + gap.partition() + " next=" + gap.next() + " " + gap.what() + " resume="
                        + gap.resume())
                .collect(Collectors.joining(","));
        String names = gaps.stream().map(Gap::name).collect(Collectors.joining(","));
        if (!gaps.stream().allMatch(gap -> accepted.test(gap.name()))) {
            throw new IllegalStateException(
                    "the log does not go on where the store ends, so learning would leave a gap: topic=" + topic + found
                            + "; to go on without these records, start once with --set accept-gap=" + names);
        }
        gaps.forEach(gap -> missing.increment((double) gap.records()));
        LOG.warn("a gap in the log is passed over, as was accepted: topic={}{}", topic, found);
    }

    /**
     * Another topic of the same name is to be read from its beginning.
     *
     * @throws IllegalStateException if that is not accepted
     */
    void requireAnother(String learnedId, String foundId) {
        if (!accepted.test(learnedId)) {
            throw another(learnedId, foundId);
        }
        LOG.warn(
                "the topic was deleted and created again; the new one is read from its beginning, as was accepted:"
                        + " topic={} learned={} found={}",
                topic,
                learnedId,
                foundId);
    }

    /** Says that a topic is not the one that was learned. */
    IllegalStateException another(String learnedId, String foundId) {
        return new IllegalStateException(
                "the topic was deleted and created again, its log is not the one that was learned: topic=" + topic
                        + " learned=" + learnedId + " found=" + foundId
                        + "; to go on with the new one from its beginning, start once with --set accept-gap="
                        + learnedId);
    }
}
