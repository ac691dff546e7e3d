package io.synfire.ingest.kafka;

import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** How far a learner has come. Used by its thread. */
final class CatchUp {

    /** Where the log ended when it was first asked for. */
    private Map<TopicPartition, Long> goal = Map.of();

    /** Whether what was in the log at the first call is read by now. */
    boolean isDone(Consumer<?, ?> consumer) {
        if (goal.isEmpty()) {
            goal = consumer.endOffsets(consumer.assignment());
        }
        return goal.entrySet().stream()
                .allMatch(end -> !consumer.assignment().contains(end.getKey())
                        || consumer.position(end.getKey()) >= end.getValue());
    }

    /** Records that are in the log and not yet learned, those being applied included; -1 while unknown. */
    static long lag(Consumer<?, ?> consumer, long pending) {
        long sum = pending;
        for (TopicPartition partition : consumer.assignment()) {
            long lag = consumer.currentLag(partition).orElse(-1);
            if (lag < 0) {
                return -1;
            }
            sum += lag;
        }
        return sum;
    }
}
