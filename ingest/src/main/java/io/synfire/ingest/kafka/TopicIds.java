package io.synfire.ingest.kafka;

import io.synfire.engine.event.Position;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Whether a topic is the one that a memory was learned from. Two topics may have one name, in two clusters or one after the other; their
 * ids differ.
 */
public final class TopicIds {

    private static final int ANSWER_MAX_MS = 30_000;

    private TopicIds() {}

    /**
     * The id of a topic.
     *
     * @param properties how to reach the cluster
     * @param topic its name
     * @return the id that the cluster gave it
     * @throws SilentClusterException if the cluster does not answer within 30 s
     * @throws IllegalStateException if it has no such topic, or does not let it be seen
     */
    public static String of(ClientProperties properties, String topic) {
        try (Admin admin = properties.newAdmin()) {
            TopicDescription found = admin.describeTopics(
                            List.of(topic), new DescribeTopicsOptions().timeoutMs(ANSWER_MAX_MS))
                    .allTopicNames()
                    .get()
                    .get(topic);
            return Objects.requireNonNull(found, topic).topicId().toString();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new IllegalStateException("the cluster has no such topic: topic=" + topic, e);
            }
            String message = "the topic cannot be read: topic=" + topic + ": " + Causes.words(e.getCause());
            throw e.getCause() instanceof RetriableException
                    ? new SilentClusterException(message, e)
                    : new IllegalStateException(message, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the topic was looked for: topic=" + topic, e);
        }
    }

    /**
     * Refuses a topic that is not the one that was learned. To be called before anything is appended to it or looked up in it.
     *
     * @param properties how to reach the cluster
     * @param topic its name
     * @param learned the positions of the memory; those of other sources do not matter
     * @throws SilentClusterException if the cluster does not answer within 30 s
     * @throws IllegalStateException if it has no such topic, or that of another id
     */
    public static void require(ClientProperties properties, String topic, List<Position> learned) {
        require(topic, of(properties, topic), learned);
    }

    /** Whether the cluster has a topic of that name and that id. */
    static boolean isThere(ClientProperties properties, String topic, String id) {
        try {
            return of(properties, topic).equals(id);
        } catch (IllegalStateException e) {
            if (e.getCause() instanceof ExecutionException asked
                    && asked.getCause() instanceof UnknownTopicOrPartitionException) {
                return false;
            }
            throw e;
        }
    }

    static void require(String topic, String found, List<Position> learned) {
        for (Position position : learned) {
            if (position.source().equals("kafka:" + topic)
                    && !position.sourceId().equals(found)) {
                throw new IllegalStateException(
                        "the topic is another than the one that was learned, in another cluster or created again:"
                                + " topic="
                                + topic + " learned=" + position.sourceId() + " found=" + found);
            }
        }
    }
}
