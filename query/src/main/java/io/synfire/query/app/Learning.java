package io.synfire.query.app;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.ingest.file.FileLearner;
import io.synfire.ingest.file.LearnSession;
import io.synfire.ingest.file.LearnSummary;
import io.synfire.query.answer.LearnAnswer;
import io.synfire.query.answer.LearnAnswer.Learned;
import io.synfire.query.cli.Operations.LearnRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** Learns files and the standard input, with no Kafka. */
final class Learning {

    private static final String STANDARD_INPUT = "-";

    private final Settings settings;
    private final InputStream in;
    private final PrintStream err;

    /** One thing to learn. */
    private interface Source {
        LearnSummary learn(LongConsumer progress) throws IOException;
    }

    Learning(Settings settings, InputStream in, PrintStream err) {
        this.settings = settings;
        this.in = in;
        this.err = err;
    }

    LearnAnswer learn(LearnRequest request) throws IOException {
        Path deadLetters = settings.data().resolve("dead-letters.jsonl");
        List<Learned> learned = new ArrayList<>();
        try (DataLock held = DataLock.take(settings.data(), "learn");
                Engine engine = Stores.openToLearn(held, settings, new SimpleMeterRegistry())) {
            FileLearner learner = new FileLearner(
                    engine,
                    deadLetters,
                    settings.decoding().mapping(),
                    settings.decoding().limits(),
                    settings.checkpointInterval(),
                    InstantSource.system());
            List<Path> paths = request.files().stream()
                    .filter(file -> !file.equals(STANDARD_INPUT))
                    .map(Path::of)
                    .toList();
            LearnSession session = learner.begin(paths, request.asNew());
            try {
                for (String file : request.files()) {
                    learned.add(learned(
                            file,
                            progress -> file.equals(STANDARD_INPUT)
                                    ? learner.learn(in, STANDARD_INPUT, progress)
                                    : session.learn(Path.of(file), progress)));
                }
                if (request.again()) {
                    learned.add(
                            learned(deadLetters.toString(), progress -> learner.learnAgain(request.asNew(), progress)));
                }
            } catch (IOException | IllegalStateException | IllegalArgumentException e) {
                String failure = e.getMessage()
                        + (request.asNew()
                                ? ". What was learned until then stays; to go on, learn without --as-new"
                                : "");
                if (learned.isEmpty()) {
                    throw new IOException(failure, e);
                }
                return new LearnAnswer(learned, deadLetters.toString(), failure);
            }
        }
        return new LearnAnswer(learned, deadLetters.toString(), null);
    }

    private Learned learned(String file, Source source) throws IOException {
        ProgressBar progress = new ProgressBar(err, "learning " + file, 0);
        long start = System.nanoTime();
        LearnSummary summary;
        try {
            summary = source.learn(progress::at);
        } finally {
            progress.done();
        }
        return new Learned(
                file,
                summary.source(),
                summary.sourceId(),
                summary.records(),
                summary.episodes(),
                summary.commands(),
                summary.duplicates(),
                summary.rejected(),
                summary.passedOver(),
                summary.learnedBefore(),
                summary.knownAs(),
                summary.waits(),
                summary.hasLog(),
                (System.nanoTime() - start) / 1e9,
                summary.notes(),
                summary.rejections().stream()
                        .map(rejection -> new LearnAnswer.Rejection(rejection.record(), rejection.reason()))
                        .toList());
    }
}
