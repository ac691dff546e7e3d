package io.synfire.query.app;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.Retracted;
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

    /** So many contexts are named. */
    private static final int SAID_MAX = 20;

    private final Settings settings;
    private final Engine engine;
    private final ReplayOptions options;
    private final Rejects rejects;
    private final @Nullable InstantSource clock;
    /** What the log takes back, as far as it was searched for that; null before that. */
    private @Nullable Retracted named;

    private final Map<String, Long> searchedFiles = new HashMap<>();
    private final Map<Integer, Long> searchedPartitions = new HashMap<>();
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

    /**
     * Learns from where the memory stands to the goal, or until it is stopped; of files the stretches that were learned. First it looks for what
     * the log takes back.
     *
     * @throws RetractedMeanwhileException if something of that was learned already, before that was known; then nothing is learned
     */
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
        remember(files, goal, client, watch);
        replayFiles(files, watch);
        replayTopic(goal, client, watch);
    }

    /**
     * From now on the memory is live: retractions that come take back what they name.
     *
     * @return what is to be said of contexts that were forgotten, and of which this memory has learned what the other one had not
     */
    Optional<String> finish() {
        Map<String, Long> overlooked = engine.takeBackWhatIsNamed();
        if (overlooked.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                "contexts were forgotten, and the new memory has learned something of them that no command names, since the one "
                        + "before had not learned it: forget them there, too: contexts=" + overlooked.size()
                        + " episodes by context="
                        + overlooked.entrySet().stream().limit(SAID_MAX).toList());
    }

    private void remember(FileReplay files, List<Position> goal, @Nullable ClientProperties client, ReplayWatch watch)
            throws IOException, InterruptedException {
        boolean isFirst = named == null && engine.positions().isEmpty();
        if (named == null) {
            // Where it goes on, what lies behind it was taken back.
            searched(engine.positions());
        }
        Retracted more = files.retracted(searchedFiles);
        List<Position> topic = ofTopic(goal);
        if (!topic.isEmpty()) {
            more.addAll(topicReplay(client).retracted(topic, searchedPartitions, watch));
        }
        if (watch.isStopped()) {
            return;
        }
        if (isFirst) {
            engine.takeBackWhatIsLearned(more, options.asLive());
            named = more;
        } else if (!options.asLive() && !(named == null ? more.isEmpty() : named.containsAll(more))) {
            throw new RetractedMeanwhileException();
        }
        searched(goal);
    }

    private void searched(List<Position> positions) {
        for (Position position : positions) {
            if (FileReplay.isFile(position)) {
                searchedFiles.put(position.sourceId(), position.nextOffset());
            } else if (isOfTopic(settings, position)) {
                searchedPartitions.put(position.partition(), position.nextOffset());
            }
        }
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
        List<Position> topic = ofTopic(goal);
        if (!topic.isEmpty() && !watch.isStopped()) {
            topicReplay(client).replay(topic, watch);
        }
    }

    private List<Position> ofTopic(List<Position> goal) {
        return goal.stream().filter(position -> isOfTopic(settings, position)).toList();
    }

    private TopicReplay topicReplay(@Nullable ClientProperties client) {
        if (client == null) {
            throw new IllegalStateException("a topic is to be read and there is no cluster: topic="
                    + settings.topics().episodes());
        }
        TopicReplay made = topicReplay;
        if (made == null) {
            made = new TopicReplay(client, settings.topics(), engine, settings.decoding(), options, rejects, clock);
            topicReplay = made;
        }
        made.knowing(known);
        return made;
    }
}
