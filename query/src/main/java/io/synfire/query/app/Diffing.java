package io.synfire.query.app;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.ingest.file.EpisodeReader;
import io.synfire.query.answer.DiffAnswer;
import io.synfire.query.cli.Operations.Common;
import io.synfire.query.cli.Operations.DiffRequest;
import io.synfire.query.compare.MemoryComparer;
import io.synfire.query.compare.MemoryComparison;
import io.synfire.query.evaluate.HeldOut;
import io.synfire.query.evaluate.Score;
import io.synfire.query.recall.Queries;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
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
                    request.test().isEmpty() ? List.of() : scores(settings, request, first, second));
        }
    }

    private List<Score> scores(Settings settings, DiffRequest request, Engine first, Engine second) throws IOException {
        String format = request.format();
        EpisodeReader reader = new EpisodeReader(
                format == null ? null : EpisodeReader.Format.parse(format),
                settings.decoding().mapping());
        EpisodeReader.Read read = reader.read(request.test());
        if (read.rejected() > 0) {
            err.println(read.rejected() + " lines are no episodes, the first: " + read.firstRejection());
        }
        if (read.episodes().isEmpty()) {
            throw new IllegalArgumentException("there must be at least one episode: test=" + request.test());
        }
        HeldOut heldOut = new HeldOut(
                List.of(asked(request.first(), first, settings), asked(request.second(), second, settings)),
                request.k());
        ProgressBar progress = new ProgressBar(err, "asking", read.episodes().size());
        List<Score> scores = heldOut.scores(read.episodes(), progress::at);
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
