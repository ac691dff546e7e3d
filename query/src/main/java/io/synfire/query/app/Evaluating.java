package io.synfire.query.app;

import io.synfire.engine.event.Episode;
import io.synfire.ingest.file.EpisodeReader;
import io.synfire.query.answer.EvaluateAnswer;
import io.synfire.query.cli.Operations.Common;
import io.synfire.query.cli.Operations.EvaluateRequest;
import io.synfire.query.cli.UsageException;
import io.synfire.query.evaluate.Evaluation;
import io.synfire.query.evaluate.Search;
import io.synfire.query.evaluate.Variant;
import io.synfire.query.recall.Limits;
import io.synfire.query.recall.RecallSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Measures how well recall predicts, in memories of its own that are gone afterwards. */
final class Evaluating {

    private final Map<String, String> environment;
    private final PrintStream err;

    Evaluating(Map<String, String> environment, PrintStream err) {
        this.environment = environment;
        this.err = err;
    }

    EvaluateAnswer evaluate(Common common, EvaluateRequest request) throws IOException {
        for (int k : request.ks()) {
            Limits.requireK(k);
        }
        Settings settings = Settings.load(common, environment, Map.of());
        EpisodeReader reader =
                new EpisodeReader(format(request.format()), settings.decoding().mapping());
        Path directory = Files.createTempDirectory("synfire-evaluate");
        try {
            return request.search()
                    ? search(settings, request, reader, directory)
                    : evaluate(variants(common, settings, request), settings, request, reader, directory);
        } finally {
            FileCopies.delete(directory);
        }
    }

    private EvaluateAnswer evaluate(
            List<Variant> variants, Settings settings, EvaluateRequest request, EpisodeReader reader, Path directory)
            throws IOException {
        try (Evaluation evaluation = new Evaluation(variants, request.ks(), directory, settings.engine())) {
            boolean isPrequential = !request.prequential().isEmpty();
            long rejected = 0;
            if (isPrequential) {
                EpisodeReader.Read read = read(reader, request.prequential());
                rejected += read.rejected();
                ProgressBar progress = progress("asking and learning", read.episodes());
                evaluation.testThenTrain(read.episodes(), progress::at);
                progress.done();
            } else {
                EpisodeReader.Read train = read(reader, request.train());
                ProgressBar learning = progress("learning", train.episodes());
                evaluation.train(train.episodes(), learning::at);
                learning.done();
                EpisodeReader.Read test = read(reader, request.test());
                rejected += train.rejected() + test.rejected();
                ProgressBar asking = progress("asking", test.episodes());
                evaluation.test(test.episodes(), request.onlyKnown(), asking::at);
                asking.done();
            }
            return new EvaluateAnswer(
                    isPrequential ? "prequential" : "holdout",
                    evaluation.episodes(),
                    evaluation.concepts(),
                    rejected + evaluation.passedOver(),
                    evaluation.scores(),
                    null);
        }
    }

    private EvaluateAnswer search(Settings settings, EvaluateRequest request, EpisodeReader reader, Path directory)
            throws IOException {
        List<Search.DataSet> dataSets = new ArrayList<>();
        long episodes = 0;
        long rejected = 0;
        for (Path file : request.train()) {
            EpisodeReader.Read read = read(reader, List.of(file));
            dataSets.add(new Search.DataSet(name(file), read.episodes()));
            episodes += read.episodes().size();
            rejected += read.rejected();
        }
        try (Search search =
                new Search(dataSets, settings.learning(), request.ks().get(0), directory, settings.engine())) {
            ProgressBar progress = new ProgressBar(err, "trials", 0);
            Search.Found found = search.find(progress::at);
            progress.done();
            return new EvaluateAnswer("search", episodes, 0, rejected, found.scores(), found);
        }
    }

    private List<Variant> variants(Common common, Settings settings, EvaluateRequest request) throws IOException {
        if (request.settings().isEmpty()) {
            boolean isDefault =
                    settings.learning().isEmpty() && settings.recall().equals(RecallSettings.defaults());
            return List.of(new Variant(isDefault ? "defaults" : "as set", settings.learning(), settings.recall()));
        }
        List<Variant> variants = new ArrayList<>();
        for (Path file : request.settings()) {
            Settings each = Settings.load(new Common(common.data(), file, common.set()), environment, Map.of());
            variants.add(new Variant(name(file), each.learning(), each.recall()));
        }
        return variants;
    }

    private EpisodeReader.Read read(EpisodeReader reader, List<Path> files) throws IOException {
        EpisodeReader.Read read = reader.read(files);
        if (read.rejected() > 0) {
            err.println(read.rejected() + " lines are no episodes, the first: " + read.firstRejection());
        }
        if (read.episodes().isEmpty()) {
            throw new IllegalArgumentException("there must be at least one episode: files=" + files);
        }
        return read;
    }

    private ProgressBar progress(String what, List<Episode> episodes) {
        return new ProgressBar(err, what, episodes.size());
    }

    /** What files are said to hold. */
    static EpisodeReader.@Nullable Format format(@Nullable String text) {
        try {
            return text == null ? null : EpisodeReader.Format.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        }
    }

    private static String name(Path file) {
        Path name = file.getFileName();
        return (name == null ? file : name).toString();
    }
}
