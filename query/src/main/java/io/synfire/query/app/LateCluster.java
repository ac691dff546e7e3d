package io.synfire.query.app;

import org.jspecify.annotations.Nullable;

/** The cluster that holds the topic, from when it is needed first. One thread at a time. */
final class LateCluster implements AutoCloseable {

    private final Settings settings;
    private @Nullable TopicCluster cluster;

    LateCluster(Settings settings) {
        this.settings = settings;
    }

    TopicCluster get() {
        TopicCluster opened = cluster == null ? TopicCluster.of(settings) : cluster;
        cluster = opened;
        return opened;
    }

    @Override
    public void close() {
        if (cluster != null) {
            cluster.close();
        }
    }
}
