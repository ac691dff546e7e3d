package io.synfire.query.app.bench;

import io.synfire.engine.event.Position;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.ingest.kafka.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/**
 * A topic that may be appended to for hours: what has been learned is deleted from it now and then, what has not never is. One thread at a time.
 */
final class FeedTopic implements AutoCloseable {

    /** Only whole segments are deleted. */
    private static final long SEGMENT_BYTES = 32L << 20;

    private final Admin admin;
    private final TopicNames names;
    private List<Position> passed = List.of();

    private FeedTopic(Admin admin, TopicNames names) {
        this.admin = admin;
        this.names = names;
    }

    /** Creates a topic. */
    static FeedTopic create(ClientProperties client, String bootstrapServers, String name) {
        TopicNames names = new TopicNames(name, name + ".dead-letters");
        new Topics(client).create(names, BenchTopic.PARTITIONS);
        FeedTopic topic = new FeedTopic(Admin.create(Map.of("bootstrap.servers", bootstrapServers)), names);
        try {
            topic.shortenSegments();
            return topic;
        } catch (RuntimeException e) {
            topic.close();
            throw e;
        }
    }

    /** What a memory reads, and where it would put what it cannot learn. */
    TopicNames names() {
        return names;
    }

    /**
     * Lets go of what was learned when this was called before: by now a checkpoint has it, if that is longer ago than two of them.
     *
     * @param learned where learning stands now
     */
    void trim(List<Position> learned) {
        Map<TopicPartition, RecordsToDelete> before = new HashMap<>();
        for (Position position : passed) {
            before.put(
                    new TopicPartition(names.episodes(), position.partition()),
                    RecordsToDelete.beforeOffset(position.nextOffset()));
        }
        passed = learned;
        if (!before.isEmpty()) {
            // Not waited for: the sampler has no time for it, and what is not deleted now is so the next time.
            admin.deleteRecords(before);
        }
    }

    @Override
    public void close() {
        admin.close();
    }

    private void shortenSegments() {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, names.episodes());
        AlterConfigOp shorter = new AlterConfigOp(
                new ConfigEntry(TopicConfig.SEGMENT_BYTES_CONFIG, Long.toString(SEGMENT_BYTES)), OpType.SET);
        try {
            admin.incrementalAlterConfigs(Map.of(resource, List.of(shorter)))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the topic cannot be made ready: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the topic was made ready", e);
        }
    }
}
