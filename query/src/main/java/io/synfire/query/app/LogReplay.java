package io.synfire.query.app;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.event.Unlearned;
import io.synfire.ingest.file.FileReplay;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.TopicReplay;
import io.synfire.ingest.replay.Missing;
import io.synfire.ingest.replay.Rejects;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Learns the logs of a memory again, its topic, its files, or both, up to given positions into another memory. Where there are both, the
 * topic is read as far as the memory had read it when it learned a stretch of a file, then that stretch, and so on: what came before a
 * command that forgets, and what after it, is the same as it was, whichever log it is in. One thread at a time.
 */
final class LogReplay {

    private final Settings settings;
    private final Engine engine;
    private final ReplayOptions options;
    private final Rejects rejects;
    private final @Nullable InstantSource clock;
    private final List<Missing> missing = new ArrayList<>();
    private Unlearned known = Unlearned.unknown();

    /** Made when it is first needed: what it has read of dead letters it need not read again. */
    private @Nullable TopicReplay topicReplay;

    /**
     * A replay.
     *
     * @param clock what a topic's events are held against, where nobody may have read them before; null where a learner has passed them
     */
    LogReplay(Settings settings, Engine engine, ReplayOptions options, Rejects rejects, @Nullable InstantSource clock) {
        this.clock = clock;
        this.settings = settings;
        this.engine = engine;
        this.options = options;
        this.rejects = rejects;
    }

    /** Refuses positions of what cannot be read. */
    static void requireReadable(Settings settings, List<Position> goal) {
        if (goal.stream().noneMatch(position -> position.nextOffset() > 0)) {
            throw new IllegalStateException(
                    "there is no log to learn anew: the topic holds nothing, or the memory was learned from what has no position: topic="
                            + settings.topics().episodes());
        }
        for (Position position : goal) {
            if (!FileReplay.isFile(position) && !isOfTopic(settings, position)) {
                throw new IllegalStateException(
                        "the memory was learned from another topic than the settings name: learned="
                                + position.source() + " topics.episodes="
                                + settings.topics().episodes());
            }
        }
    }

    static boolean isOfTopic(Settings settings, Position position) {
        return position.source().equals("kafka:" + settings.topics().episodes());
    }

    static boolean needsTopic(Settings settings, List<Position> goal) {
        return goal.stream().anyMatch(position -> isOfTopic(settings, position));
    }

    /** Learns from where the memory stands to the goal, or until it is stopped; of files the stretches that were learned. */
    void replay(List<Position> goal, List<Stretch> stretches, @Nullable ClientProperties client, ReplayWatch watch)
            throws IOException, InterruptedException {
        FileReplay files = new FileReplay(
                engine,
                settings.decoding().mapping(),
                settings.decoding().limits(),
                options,
                rejects,
                goal,
                stretches,
                stood -> replayTopic(asFarAs(stood, goal), client, watch));
        // Before anything is learned.
        files.requireFiles();
        replayFiles(files, watch);
        replayTopic(goal, client, watch);
    }

    /** Of a topic, what a clock had refused for the memory that is learned anew is refused again, though dead letters are gone. */
    void knowing(Unlearned before) {
        known = before;
    }

    /** How far the topic of a goal had been read, and not beyond the goal. */
    private static List<Position> asFarAs(List<Position> stood, List<Position> goal) {
        Map<String, Position> goals = new HashMap<>();
        goal.forEach(position -> goals.put(position.key(), position));
        List<Position> reached = new ArrayList<>();
        for (Position position : stood) {
            Position end = goals.get(position.key());
            if (end != null && end.sourceId().equals(position.sourceId())) {
                reached.add(position.nextOffset() < end.nextOffset() ? position : end);
            }
        }
        return reached;
    }

    /** What was passed over since it is gone. */
    List<Missing> missing() {
        List<Missing> all = new ArrayList<>(missing);
        if (topicReplay != null) {
            all.addAll(topicReplay.missing());
        }
        return all;
    }

    /**
     * What may make this another memory than the one that was learned. To be asked after {@link #replay}.
     *
     * @param deadLetters how many records that one has rejected; 0 if that is not known
     */
    Optional<String> doubt(long deadLetters) {
        return topicReplay == null ? Optional.empty() : topicReplay.doubt(deadLetters);
    }

    /** How many of the records up to the goal the memory has passed. */
    long done(List<Position> goal) {
        Map<String, Long> reached = new HashMap<>();
        engine.positions().forEach(position -> reached.put(position.key(), position.nextOffset()));
        return goal.stream()
                .mapToLong(position -> Math.min(position.nextOffset(), reached.getOrDefault(position.key(), 0L)))
                .sum();
    }

    static long total(List<Position> goal) {
        return goal.stream().mapToLong(Position::nextOffset).sum();
    }

    private void replayFiles(FileReplay files, ReplayWatch watch) throws IOException, InterruptedException {
        if (watch.isStopped()) {
            return;
        }
        try {
            files.replay(watch);
        } finally {
            missing.addAll(files.missing());
        }
    }

    private void replayTopic(List<Position> goal, @Nullable ClientProperties client, ReplayWatch watch)
            throws InterruptedException {
        List<Position> topic =
                goal.stream().filter(position -> isOfTopic(settings, position)).toList();
        if (topic.isEmpty() || watch.isStopped()) {
            return;
        }
        if (client == null) {
            throw new IllegalStateException("a topic is to be read and there is no cluster: topic="
                    + settings.topics().episodes());
        }
        if (topicReplay == null) {
            topicReplay =
                    new TopicReplay(client, settings.topics(), engine, settings.decoding(), options, rejects, clock);
        }
        topicReplay.knowing(known);
        topicReplay.replay(topic, watch);
    }
}
