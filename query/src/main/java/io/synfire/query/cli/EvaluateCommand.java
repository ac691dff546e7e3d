package io.synfire.query.cli;

import io.synfire.query.answer.EvaluateAnswer;
import io.synfire.query.answer.ScoreJson;
import io.synfire.query.answer.ScoreText;
import io.synfire.query.cli.Operations.EvaluateRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command that measures how well recall predicts. */
@Command(
        name = "evaluate",
        description = {
            "Measures how often what comes next is among what is recalled.",
            "  --train FILE… --test FILE…   learns the ones, then asks about the others",
            "  --prequential FILE…          asks about each episode, then learns it, in event-time order",
            "  --search --train FILE…       looks for better settings of recall, on the last fifth of each file",
            "In a context, all that fired in it before are the cues of what fires next, from its second episode on; without one, the rest of"
                    + " an episode is the cues of each of its concepts. Ranks are among all known concepts, ties count against the"
                    + " memory."
        })
final class EvaluateCommand implements Callable<Integer> {

    private final SynfireCommand root;
    private final Operations operations;

    @Option(names = "--train", arity = "1..*", paramLabel = "FILE", description = "what is learned")
    List<Path> train = new ArrayList<>();

    @Option(names = "--test", arity = "1..*", paramLabel = "FILE", description = "what is asked about, not learned")
    List<Path> test = new ArrayList<>();

    @Option(
            names = "--prequential",
            arity = "1..*",
            paramLabel = "FILE",
            description = "what is asked about, then learned")
    List<Path> prequential = new ArrayList<>();

    @Option(names = "--search", description = "look for better settings of recall; each --train file is a data set")
    boolean search;

    @Option(
            names = "--format",
            description =
                    "jsonl: records; sessions: one in each line, concepts with blanks between, in time order; tsv: columns"
                            + " SessionId, ItemId, Time (default: what the first line looks like)")
    @Nullable
    String format;

    @Option(names = "--k", split = ",", description = "how many answers count, such as 5,10,20 (default: 20)")
    List<Integer> ks = new ArrayList<>();

    @Option(
            names = "--only-known",
            description = "take concepts that were not learned out of the test, instead of missing them")
    boolean onlyKnown;

    @Option(
            names = "--settings",
            arity = "1..*",
            paramLabel = "FILE",
            description = "settings files to compare over one pass (default: the settings as they are)")
    List<Path> settings = new ArrayList<>();

    @Option(names = "--json", description = "one JSON document on standard output")
    boolean json;

    @Spec
    @Nullable
    CommandSpec spec;

    EvaluateCommand(SynfireCommand root, Operations operations) {
        this.root = root;
        this.operations = operations;
    }

    @Override
    public Integer call() throws IOException {
        CommandSpec own = Output.required(spec);
        boolean isHoldout = !train.isEmpty() && !test.isEmpty() && prequential.isEmpty() && !search;
        boolean isPrequential = train.isEmpty() && test.isEmpty() && !prequential.isEmpty() && !search;
        boolean isSearch = !train.isEmpty() && test.isEmpty() && prequential.isEmpty() && search;
        if (!isHoldout && !isPrequential && !isSearch) {
            throw new ParameterException(
                    own.commandLine(), "give --train and --test, or --prequential, or --search and --train");
        }
        EvaluateAnswer answer = operations.evaluate(
                root.common(),
                new EvaluateRequest(
                        train,
                        test,
                        prequential,
                        search,
                        format,
                        ks.isEmpty() ? List.of(EvaluateRequest.K) : ks,
                        onlyKnown,
                        settings));
        Output.print(own, json, () -> new ScoreJson().of(answer), () -> new ScoreText().of(answer));
        return 0;
    }
}
