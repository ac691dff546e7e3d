package io.synfire.query.app;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Position;
import io.synfire.engine.store.StoreException;
import io.synfire.engine.store.StoreInUseException;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeConsumer;
import io.synfire.ingest.kafka.Topics;
import io.synfire.query.cli.Operations.Forgotten;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Waits until a memory has read its topic beyond given offsets. A process that serves it is asked, or, where it does not answer, its store
 * is looked at; a memory that nobody serves learns here. Gives up when it has not moved on for a while: so the wait is as long as there is
 * something to learn before, and ends.
 */
final class MemoryWait {

    private static final long LOOK_NANOS = 50_000_000;
    private static final long ASK_NANOS = 300_000_000;

    /** Opening a store takes longer the more it holds. */
    private static final long OPEN_NANOS = 2_000_000_000;

    private final Settings settings;
    private final Forgotten what;
    private final String source;
    private final Map<Integer, Long> goal;
    private final String topicId;
    private final Progress progress;

    /**
     * What came of the wait.
     *
     * @param nextOffsets by partition, how far the memory has read the topic
     * @param watermarkMs the latest event time that it has learned, milliseconds since the epoch
     * @param trouble why it has not read all that was waited for; null if it has
     */
    record Waited(Map<Integer, Long> nextOffsets, long watermarkMs, @Nullable String trouble) {

        /** Takes an unmodifiable copy. */
        Waited {
            nextOffsets = Map.copyOf(nextOffsets);
        }

        boolean hasRead(int partition, long offset) {
            return nextOffsets.getOrDefault(partition, 0L) > offset;
        }
    }

    /** How far it is at a look. */
    private record Seen(Map<Integer, Long> nextOffsets, long watermarkMs) {}

    /** How far the memory has come, as far as that is known, and until when it must come farther. */
    private static final class Progress {
        private final Duration patience;
        private final Map<Integer, Long> nextOffsets = new TreeMap<>();
        private long watermarkMs;
        private long deadlineNanos;

        Progress(Duration patience) {
            this.patience = patience;
            begin();
        }

        /** From now on it can come farther. */
        void begin() {
            deadlineNanos = System.nanoTime() + patience.toNanos();
        }

        /** What is seen now may be older than what was seen before. */
        void at(Seen now) {
            watermarkMs = Math.max(watermarkMs, now.watermarkMs());
            now.nextOffsets().forEach((partition, next) -> {
                if (next > nextOffsets.getOrDefault(partition, -1L)) {
                    nextOffsets.put(partition, next);
                    begin();
                }
            });
        }

        boolean isOver() {
            return System.nanoTime() - deadlineNanos > 0;
        }
    }

    /**
     * A wait.
     *
     * @param topicId the id of the topic that the memory reads
     * @param goal the last offset to be read in each partition of the topic
     */
    MemoryWait(Settings settings, Forgotten what, String topicId, Map<Integer, Long> goal) {
        this.settings = settings;
        this.what = what;
        this.source = "kafka:" + settings.topics().episodes();
        this.goal = Map.copyOf(goal);
        this.topicId = topicId;
        this.progress = new Progress(what.patience());
    }

    /**
     * Waits.
     *
     * @param cluster what holds the topic. Beside a process that serves the memory it is closed: that one waits to run the broker itself
     */
    Waited await(LateCluster cluster) throws IOException {
        while (true) {
            try {
                return learning(cluster);
            } catch (StoreInUseException e) {
                Waited waited = beside(cluster);
                if (waited != null) {
                    return waited;
                }
                // What holds the topic may have ended with who had the memory.
                cluster.close();
            }
        }
    }

    private Waited learning(LateCluster cluster) throws IOException {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (DataLock held = DataLock.take(settings.data(), "forget");
                Engine engine = Stores.openToLearn(held, settings, meters)) {
            ClientProperties client = cluster.get().client();
            String refused = withoutDeadLetters(client);
            return refused == null ? learning(engine, client) : waited(refused);
        }
    }

    /** Why there is no topic for what is rejected while this learns; null if there is one, perhaps since now. */
    private @Nullable String withoutDeadLetters(ClientProperties client) {
        try {
            new Topics(client).createDeadLetters(settings.topics());
            return null;
        } catch (IllegalStateException e) {
            return "nothing is learned without a topic for dead letters: topics.dead-letters="
                    + settings.topics().deadLetters() + ": " + e.getMessage();
        }
    }

    private Waited learning(Engine engine, ClientProperties client) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        EpisodeConsumer.Options options = new EpisodeConsumer.Options(
                settings.topics(), settings.checkpointInterval(), settings.decoding(), settings.faults(), null);
        try (EpisodeConsumer consumer = new EpisodeConsumer(engine, client, options, meters)) {
            // It takes a while to open all that.
            progress.begin();
            consumer.start();
            while (true) {
                Throwable failure = consumer.failure();
                progress.at(seen(engine));
                // Nobody else learns it: what came behind is learned, too, as far as that goes.
                if (isReached() && (consumer.ready() || failure != null || progress.isOver())) {
                    return waited(null);
                }
                if (failure != null) {
                    return waited("learning stopped: " + failure.getMessage());
                }
                if (progress.isOver()) {
                    String waiting = consumer.waiting();
                    return waited(waiting == null ? silent() : waiting);
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    /** Beside another process that has the memory; null if none has it any more. */
    private @Nullable Waited beside(LateCluster cluster) throws IOException {
        String url = "";
        ServingClient client = null;
        boolean wasReached = false;
        while (true) {
            // One that has just started does not serve yet, and another may follow it.
            String now = Serving.url(settings.data()).orElse("");
            if (!now.equals(url)) {
                url = now;
                client = now.isEmpty()
                        ? null
                        : new ServingClient(
                                now, what.tokenFile(), settings.http().tls());
            }
            ServedStatus status = client == null ? null : asked(client);
            progress.at(status == null ? stored() : new Seen(nextOffsets(status.positions()), status.watermarkMs()));
            if (isReached()) {
                // One more look: a status may have been told while the last of it was learned, its watermark first.
                if (wasReached) {
                    return waited(null);
                }
                wasReached = true;
                continue;
            }
            String holder = DataLock.holder(settings.data()).orElse(null);
            if (holder == null) {
                return null;
            }
            if (DataLock.isFor("serve", holder)) {
                cluster.close();
            }
            if (progress.isOver()) {
                String trouble = status == null ? null : status.trouble();
                return waited(silent() + (trouble == null ? "" : ": " + trouble) + "; what has it is " + holder);
            }
            LockSupport.parkNanos(status == null ? OPEN_NANOS : ASK_NANOS);
        }
    }

    /** Null if it does not say; another may answer where it did. */
    private @Nullable ServedStatus asked(ServingClient client) throws IOException {
        try {
            return client.status()
                    .filter(status -> status.positions().stream().anyMatch(this::isOwn))
                    .orElse(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a memory was waited for", e);
        }
    }

    /** As of the last checkpoint. */
    private Seen stored() {
        EngineOptions small = new EngineOptions(EngineOptions.MEMORY_BYTES_MIN);
        try (Engine engine = Engine.openReadOnly(settings.store(), small, new SimpleMeterRegistry())) {
            return seen(engine);
        } catch (StoreException e) {
            // It is being written; the next look may be luckier.
            return new Seen(Map.of(), 0);
        }
    }

    /** The positions first: what they lie behind is in the watermark then. */
    private Seen seen(Engine engine) {
        Map<Integer, Long> next = nextOffsets(engine.positions());
        return new Seen(next, engine.view().watermarkMs());
    }

    /** Of the topic, and not of another of its name. */
    private boolean isOwn(Position position) {
        return position.source().equals(source) && position.sourceId().equals(topicId);
    }

    private Map<Integer, Long> nextOffsets(List<Position> positions) {
        Map<Integer, Long> next = new TreeMap<>();
        positions.stream()
                .filter(this::isOwn)
                .forEach(position -> next.put(position.partition(), position.nextOffset()));
        return next;
    }

    private boolean isReached() {
        return goal.entrySet().stream()
                .allMatch(each -> progress.nextOffsets.getOrDefault(each.getKey(), 0L) > each.getValue());
    }

    private Waited waited(@Nullable String trouble) {
        return new Waited(progress.nextOffsets, progress.watermarkMs, trouble);
    }

    private String silent() {
        return "the memory has not moved on for " + what.patience().toSeconds() + "s"
                + (settings.kafka().containsKey("group.id")
                        ? "; another member of the group may have this partition"
                        : "");
    }
}
