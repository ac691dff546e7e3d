package io.synfire.query.app;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.Retracted;
import io.synfire.ingest.file.FileReplay;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.TopicReplay;
import io.synfire.ingest.replay.Missing;
import io.synfire.ingest.replay.Rejects;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import io.synfire.ingest.replay.TakenBack;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Learns the logs of a memory again, its topic, its files, or both, up to given positions into another memory. Where there are both, the
 * topic is read as far as the memory had read it when it learned a stretch of a file, then that stretch, and so on: what came before a
 * command that forgets, and what after it, is the same as it was, whichever log it is in. If the same is to be learned, it is learned in the
 * same way: what that memory had {@linkplain io.synfire.engine.view.MemoryView#learnedAnew learned anew} anew, what it had learned live as it
 * was. One thread at a time.
 */
final class LogReplay {

    private final Settings settings;
    private final Engine engine;
    private final ReplayOptions options;
    private final Rejects rejects;
    private final @Nullable InstantSource clock;
    /** What the log takes back, as far as it was searched for that; null before that. */
    private @Nullable Retracted named;

    private List<Position> learnedAnew = List.of();

    private final Map<String, Long> searchedFiles = new HashMap<>();
    private final Map<Integer, Long> searchedPartitions = new HashMap<>();
    private final List<Missing> missing = new ArrayList<>();
    private Unlearned known = Unlearned.unknown();

    /** Made when they are first needed: what one has read of dead letters it need not read again. */
    private final Map<TakenBack, TopicReplay> topicReplays = new EnumMap<>(TakenBack.class);

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

    /**
     * What retractions take back in a log that is learned by other settings than the memory has learned it, or as of a moment. Where the same
     * episodes are learned they take back what they name, as they did there.
     *
     * @param hasLeftOut whether that memory has left some of its log out: then it has learned less of it than a rebuild does
     */
    static TakenBack takenBack(
            LearningSettings before, LearningSettings now, @Nullable Long untilMs, boolean hasLeftOut) {
        return untilMs == null && !hasLeftOut && before.learnsTheSame(now) ? TakenBack.AS_NAMED : TakenBack.AS_LEARNED;
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
        TakenBack takenBack = options.takenBack();
        if (takenBack == TakenBack.AS_NAMED
                && !learnedAnew.isEmpty()
                && engine.view().learnedAnew().upTo().isEmpty()) {
            replay(TakenBack.AS_LEARNED, asFarAs(learnedAnew, goal), stretches, client, watch);
            if (watch.isStopped()) {
                return;
            }
            engine.takeBackWhatIsNamed(false);
        }
        replay(takenBack, goal, stretches, client, watch);
    }

    private void replay(
            TakenBack takenBack,
            List<Position> goal,
            List<Stretch> stretches,
            @Nullable ClientProperties client,
            ReplayWatch watch)
            throws IOException, InterruptedException {
        FileReplay files = new FileReplay(
                engine,
                settings.decoding().mapping(),
                settings.decoding().limits(),
                options.with(takenBack),
                rejects,
                goal,
                stretches,
                stood -> replayTopic(takenBack, asFarAs(stood, goal), client, watch));
        // Before anything is learned.
        files.requireFiles();
        if (takenBack != TakenBack.AS_NAMED) {
            remember(takenBack, files, goal, client, watch);
        }
        replayFiles(files, watch);
        replayTopic(takenBack, goal, client, watch);
    }

    /**
     * From now on the memory is live: retractions that come take back what they name.
     *
     * @param hasLeftOut whether records were read and left out, those that happened after a moment
     */
    void finish(boolean hasLeftOut) {
        if (options.takenBack() != TakenBack.AS_NAMED) {
            engine.takeBackWhatIsNamed(hasLeftOut);
        }
    }

    private void remember(
            TakenBack takenBack,
            FileReplay files,
            List<Position> goal,
            @Nullable ClientProperties client,
            ReplayWatch watch)
            throws IOException, InterruptedException {
        boolean isFirst = named == null && engine.positions().isEmpty();
        if (named == null) {
            // Where it goes on, what lies behind it was taken back.
            searched(engine.positions());
        }
        Retracted more = files.retracted(searchedFiles);
        List<Position> topic = ofTopic(goal);
        if (!topic.isEmpty()) {
            more.addAll(topicReplay(takenBack, client).retracted(topic, searchedPartitions, watch));
        }
        if (watch.isStopped()) {
            return;
        }
        if (isFirst) {
            engine.takeBackWhatIsLearned(more);
            named = more;
        } else if (!(named == null ? more.isEmpty() : named.containsAll(more))) {
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

    /**
     * Tells what is known of the memory whose log is learned.
     *
     * @param unlearned of a topic, what a clock had refused is refused again, though dead letters are gone
     * @param anew how far that memory had learned its log anew
     */
    void knowing(Unlearned unlearned, List<Position> anew) {
        known = unlearned;
        learnedAnew = anew;
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
        topicReplays.values().forEach(replay -> all.addAll(replay.missing()));
        return all;
    }

    /**
     * What may make this another memory than the one that was learned. To be asked after {@link #replay}.
     *
     * @param deadLetters how many records that one has rejected; 0 if that is not known
     */
    Optional<String> doubt(long deadLetters) {
        return topicReplays.values().stream()
                .flatMap(replay -> replay.doubt(deadLetters).stream())
                .findFirst();
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

    private void replayTopic(
            TakenBack takenBack, List<Position> goal, @Nullable ClientProperties client, ReplayWatch watch)
            throws InterruptedException {
        List<Position> topic = ofTopic(goal);
        if (!topic.isEmpty() && !watch.isStopped()) {
            topicReplay(takenBack, client).replay(topic, watch);
        }
    }

    private List<Position> ofTopic(List<Position> goal) {
        return goal.stream().filter(position -> isOfTopic(settings, position)).toList();
    }

    private TopicReplay topicReplay(TakenBack takenBack, @Nullable ClientProperties client) {
        if (client == null) {
            throw new IllegalStateException("a topic is to be read and there is no cluster: topic="
                    + settings.topics().episodes());
        }
        TopicReplay made = topicReplays.computeIfAbsent(
                takenBack,
                how -> new TopicReplay(
                        client, settings.topics(), engine, settings.decoding(), options.with(how), rejects, clock));
        made.knowing(known);
        return made;
    }
}
