package io.synfire.query.app;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.file.EpisodeReader;
import io.synfire.ingest.file.FileTail;
import io.synfire.ingest.kafka.TopicIds;
import io.synfire.ingest.kafka.TopicTail;
import io.synfire.ingest.replay.Tail;
import io.synfire.query.answer.DiffAnswer;
import io.synfire.query.cli.Operations.Common;
import io.synfire.query.cli.Operations.DiffRequest;
import io.synfire.query.cli.Operations.HeldOutLog;
import io.synfire.query.compare.MemoryComparer;
import io.synfire.query.compare.MemoryComparison;
import io.synfire.query.evaluate.HeldOut;
import io.synfire.query.evaluate.Score;
import io.synfire.query.recall.Queries;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Compares two memories as of their last checkpoints; nobody's learning is held up. */
final class Diffing {

    private final Map<String, String> environment;
    private final PrintStream err;

    Diffing(Map<String, String> environment, PrintStream err) {
        this.environment = environment;
        this.err = err;
    }

    DiffAnswer diff(Common common, DiffRequest request) throws IOException {
        Settings settings = Settings.load(common, environment, Map.of());
        EngineOptions each = new EngineOptions(
                Math.max(EngineOptions.MEMORY_BYTES_MIN, settings.engine().memoryBytes() / 2));
        try (Engine first = open(request.first(), each);
                Engine second = open(request.second(), each)) {
            MemoryComparer comparer =
                    new MemoryComparer(first.view(), second.view(), request.k(), request.minSupport());
            ProgressBar progress =
                    new ProgressBar(err, "comparing", first.view().counts().concepts());
            MemoryComparison found = comparer.compare(progress::at);
            progress.done();
            return new DiffAnswer(
                    request.first().toString(),
                    request.second().toString(),
                    found,
                    request.heldOut() == null
                            ? List.of()
                            : scores(
                                    settings,
                                    request,
                                    episodes(settings, request, request.heldOut(), first, second),
                                    first,
                                    second));
        }
    }

    private List<Episode> episodes(
            Settings settings, DiffRequest request, HeldOutLog heldOut, Engine first, Engine second)
            throws IOException {
        if (heldOut instanceof HeldOutLog.OfFiles files) {
            return ofFiles(settings, files);
        }
        if (heldOut instanceof HeldOutLog.OfTail tail) {
            return ofTail(settings, request, tail, first, second);
        }
        throw new IllegalStateException("unknown kind of log: heldOut=" + heldOut);
    }

    private List<Episode> ofFiles(Settings settings, HeldOutLog.OfFiles files) throws IOException {
        EpisodeReader reader = new EpisodeReader(
                Evaluating.format(files.format()), settings.decoding().mapping());
        EpisodeReader.Read read = reader.read(files.test());
        if (read.rejected() > 0) {
            err.println(read.rejected() + " lines are no episodes, the first: " + read.firstRejection());
        }
        if (read.episodes().isEmpty()) {
            throw new IllegalArgumentException("there must be at least one episode: test=" + files.test());
        }
        return read.episodes();
    }

    /** What is later than both memories, in the logs that either was learned from. */
    private List<Episode> ofTail(
            Settings settings, DiffRequest request, HeldOutLog.OfTail asked, Engine first, Engine second)
            throws IOException {
        long afterMs = Math.max(first.view().watermarkMs(), second.view().watermarkMs());
        Tail tail = new Tail(afterMs, asked.episodesMax());
        Map<String, Position> sources = new LinkedHashMap<>();
        first.positions().forEach(position -> sources.put(position.source(), position));
        second.positions().forEach(position -> sources.putIfAbsent(position.source(), position));
        List<Position> logs = List.copyOf(sources.values());
        LogReplay.requireReadable(settings, logs);
        LearningSettings learning = first.view().settings();
        ProgressBar progress = new ProgressBar(err, "reading the tail", 0);
        new FileTail(learning, settings.decoding(), InstantSource.system().millis())
                .read(List.of(log(request, first), log(request, second)), tail, progress::at);
        if (LogReplay.needsTopic(settings, logs)) {
            try (TopicCluster cluster = TopicCluster.of(settings)) {
                for (Engine engine : List.of(first, second)) {
                    TopicIds.require(cluster.client(), settings.topics().episodes(), engine.positions());
                }
                TopicTail topic = new TopicTail(
                        cluster.client(),
                        settings.topics(),
                        settings.decoding(),
                        learning,
                        List.of(first.view().unlearned(), second.view().unlearned()));
                topic.read(tail, progress::at);
                long rejected = Math.max(
                        first.view().counts().deadLetters(),
                        second.view().counts().deadLetters());
                topic.doubt(rejected).ifPresent(doubt -> err.printf("%s%n", doubt));
            }
        }
        progress.done();
        List<Episode> episodes = tail.episodes();
        if (episodes.isEmpty()) {
            throw new IllegalArgumentException("the log holds nothing later than both memories, so rebuild both with"
                    + " --until: latest=" + Instant.ofEpochMilli(afterMs));
        }
        if (tail.isCut()) {
            err.printf(
                    Locale.ROOT,
                    "of the tail the first %,d episodes, up to %s%n",
                    episodes.size(),
                    Instant.ofEpochMilli(episodes.get(episodes.size() - 1).atMs()));
        }
        return episodes;
    }

    /** A rebuilt memory has read what lies in the data directory of the one before, which may be the other of both. */
    private static FileTail.Log log(DiffRequest request, Engine engine) throws IOException {
        return new FileTail.Log(
                Stores.log(request.first(), request.second()).found(engine.positions()),
                engine.view().stretches());
    }

    private List<Score> scores(
            Settings settings, DiffRequest request, List<Episode> episodes, Engine first, Engine second) {
        HeldOut heldOut = new HeldOut(
                List.of(asked(request.first(), first, settings), asked(request.second(), second, settings)),
                request.k());
        ProgressBar progress = new ProgressBar(err, "asking", episodes.size());
        List<Score> scores = heldOut.scores(episodes, progress::at);
        progress.done();
        return scores;
    }

    private static HeldOut.Asked asked(Path data, Engine engine, Settings settings) {
        return new HeldOut.Asked(data.toString(), engine.view(), new Queries(engine.view(), settings.recall()));
    }

    private static Engine open(Path data, EngineOptions options) {
        return Engine.openReadOnly(StoreDirectory.live(data), options, new SimpleMeterRegistry());
    }
}
