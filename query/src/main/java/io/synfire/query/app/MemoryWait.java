package io.synfire.query.app;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Position;
import io.synfire.engine.store.StoreException;
import io.synfire.engine.store.StoreInUseException;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeConsumer;
import io.synfire.query.cli.Operations.Forgotten;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
     * @param trouble why it has not read all that was waited for; null if it has
     */
    record Waited(Map<Integer, Long> nextOffsets, @Nullable String trouble) {

        /** Takes an unmodifiable copy. */
        Waited {
            nextOffsets = Map.copyOf(nextOffsets);
        }

        boolean hasRead(int partition, long offset) {
            return nextOffsets.getOrDefault(partition, 0L) > offset;
        }
    }

    /** How far the memory has come, as far as that is known, and until when it must come farther. */
    private static final class Progress {
        private final Duration patience;
        private final Map<Integer, Long> nextOffsets = new TreeMap<>();
        private long deadlineNanos;

        Progress(Duration patience) {
            this.patience = patience;
            this.deadlineNanos = System.nanoTime() + patience.toNanos();
        }

        /** What is seen now may be older than what was seen before. */
        void at(Map<Integer, Long> now) {
            now.forEach((partition, next) -> {
                if (next > nextOffsets.getOrDefault(partition, -1L)) {
                    nextOffsets.put(partition, next);
                    deadlineNanos = System.nanoTime() + patience.toNanos();
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

    /** Waits. */
    Waited await(ClientProperties client) throws IOException {
        try {
            return learning(client);
        } catch (StoreInUseException e) {
            return serving();
        }
    }

    private Waited learning(ClientProperties client) throws IOException {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        EpisodeConsumer.Options options = new EpisodeConsumer.Options(
                settings.topics(), settings.checkpointInterval(), settings.decoding(), settings.faults(), null);
        try (DataLock held = DataLock.take(settings.data(), "forget");
                Engine engine = Stores.openToLearn(held, settings, meters);
                EpisodeConsumer consumer = new EpisodeConsumer(engine, client, options, meters)) {
            consumer.start();
            while (true) {
                Throwable failure = consumer.failure();
                progress.at(nextOffsets(engine.positions()));
                // Nobody else learns it: what came behind is learned, too, as far as that goes.
                if (isReached() && (consumer.ready() || failure != null || progress.isOver())) {
                    return waited(null);
                }
                if (failure != null) {
                    return waited("learning stopped: " + failure.getMessage());
                }
                if (progress.isOver()) {
                    String waiting = consumer.waiting();
                    return waited(waiting == null ? silent(null) : waiting);
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    private Waited serving() throws IOException {
        Optional<String> url = Serving.url(settings.data());
        ServingClient client = url.isEmpty()
                ? null
                : new ServingClient(url.get(), what.tokenFile(), settings.http().tls());
        while (true) {
            ServedStatus status = client == null ? null : asked(client);
            progress.at(status == null ? stored() : nextOffsets(status.positions()));
            if (isReached()) {
                return waited(null);
            }
            if (progress.isOver()) {
                return waited(silent(status == null ? null : status.trouble()));
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
    private Map<Integer, Long> stored() {
        EngineOptions small = new EngineOptions(EngineOptions.MEMORY_BYTES_MIN);
        try (Engine engine = Engine.openReadOnly(settings.store(), small, new SimpleMeterRegistry())) {
            return nextOffsets(engine.positions());
        } catch (StoreException e) {
            // It is being written; the next look may be luckier.
            return Map.of();
        }
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
        return new Waited(progress.nextOffsets, trouble);
    }

    private String silent(@Nullable String trouble) {
        return "the memory has not moved on for " + what.patience().toSeconds() + "s"
                + (trouble == null ? "" : ": " + trouble)
                + (settings.kafka().containsKey("group.id")
                        ? "; another member of the group may have this partition"
                        : "");
    }
}
