package io.synfire.query.cli;

import io.synfire.engine.learn.Durations;
import io.synfire.query.answer.AnswerJson;
import io.synfire.query.answer.AnswerText;
import io.synfire.query.answer.ForgetAnswer;
import io.synfire.query.cli.Operations.Forgotten;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command that makes a memory forget. */
@Command(
        name = "forget",
        description = {
            "Unlearns a whole context, or forgets a concept, by what is appended to the log, and prints a receipt of what the memory did.",
            "It fails if a part of that was not applied, or the context has learned more meanwhile than could be taken back."
        })
final class ForgetCommand implements Callable<Integer> {

    private final SynfireCommand root;
    private final Operations operations;

    /** One of both. */
    static final class What {
        @Option(names = "--context", paramLabel = "KEY", description = "all that was learned in this context")
        @Nullable
        String context;

        @Option(names = "--concept", paramLabel = "ID", description = "this concept, and all associations of it")
        @Nullable
        String concept;
    }

    @ArgGroup(multiplicity = "1")
    What what = new What();

    @Option(names = "--no-wait", description = "do not wait until the memory has applied it")
    boolean noWait;

    @Option(
            names = "--patience",
            paramLabel = "DURATION",
            description = "give up waiting when the memory has not moved on for so long (default: 60s)")
    @Nullable
    String patience;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description =
                    "holds a token, where the serving process asks for one; without it the store is looked at instead")
    @Nullable
    Path tokenFile;

    @Option(names = "--json", description = "one JSON document on standard output")
    boolean json;

    @Spec
    @Nullable
    CommandSpec spec;

    ForgetCommand(SynfireCommand root, Operations operations) {
        this.root = root;
        this.operations = operations;
    }

    @Override
    public Integer call() throws IOException {
        CommandSpec own = Output.required(spec);
        ForgetAnswer answer = operations.forget(
                root.common(), new Forgotten(what.context, what.concept, !noWait, tokenFile, patience()));
        Output.print(own, json, () -> new AnswerJson().of(answer), () -> new AnswerText().of(answer));
        return answer.isDone() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private Duration patience() {
        if (patience == null) {
            return Forgotten.PATIENCE;
        }
        try {
            return Duration.ofMillis(Durations.parseMs("--patience", patience));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e);
        }
    }
}
