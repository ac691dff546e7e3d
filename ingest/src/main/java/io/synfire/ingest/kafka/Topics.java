package io.synfire.ingest.kafka;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes topics that are missing and says what a topic is. */
public final class Topics {

    private static final Logger LOG = LoggerFactory.getLogger(Topics.class);

    private final ClientProperties properties;

    /**
     * Topics of a cluster.
     *
     * @param properties how to reach it
     */
    public Topics(ClientProperties properties) {
        this.properties = properties;
    }

    /**
     * Creates the topics that are missing, with the cluster's default replication and no expiry: they are what memories are rebuilt
     * from.
     *
     * @param names the topics
     * @param partitions how many partitions a new topic of episodes gets
     */
    public void create(TopicNames names, int partitions) {
        try (Admin admin = Admin.create(properties.admin())) {
            Set<String> present = admin.listTopics().names().get();
            create(admin, present, names.episodes(), partitions);
            create(admin, present, names.deadLetters(), 1);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the topics cannot be made ready: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while topics were made ready", e);
        }
    }

    /** The id of a topic, which a topic that is deleted and created again does not keep. */
    static String id(Admin admin, String topic) throws ExecutionException, InterruptedException {
        TopicDescription description =
                admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
        if (description == null) {
            throw new IllegalStateException("the cluster does not describe the topic: topic=" + topic);
        }
        return description.topicId().toString();
    }

    private static void create(Admin admin, Set<String> present, String topic, int partitions)
            throws ExecutionException, InterruptedException {
        if (present.contains(topic)) {
            return;
        }
        NewTopic created = new NewTopic(topic, Optional.of(partitions), Optional.empty())
                .configs(Map.of("retention.ms", "-1", "retention.bytes", "-1"));
        try {
            admin.createTopics(List.of(created)).all().get();
            LOG.info("created topic {} with {} partition(s)", topic, partitions);
        } catch (ExecutionException e) {
            // Another instance was quicker.
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }
}
