package io.synfire.query.cli;

import io.synfire.query.answer.RebuildAnswer;
import io.synfire.query.answer.RebuildJson;
import io.synfire.query.answer.RebuildText;
import io.synfire.query.recall.Times;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command that builds a memory from the log anew. */
@Command(
        name = "rebuild",
        description = {
            "Builds a memory from the log anew, in a data directory of its own: by other learning settings, or as of another moment.",
            "Learning settings that are not given are those of the memory in --data. The log is read as far as that memory has read it."
                    + " The same command goes on where it was stopped. Where both memories are to learn the same and do not, it"
                    + " says so and fails."
        })
final class RebuildCommand implements Callable<Integer> {

    private final SynfireCommand root;
    private final Operations operations;

    @Option(
            names = "--into",
            required = true,
            paramLabel = "DIR",
            description = "data directory of the new memory; ask it with --data DIR")
    @Nullable
    Path into;

    @Option(
            names = "--settings",
            paramLabel = "FILE",
            description = "learning settings of the new memory, as in synfire.yaml; --set wins")
    @Nullable
    Path settings;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            description =
                    "leave out what happened later, by event time: ISO-8601, a date (00:00 UTC), milliseconds, or now")
    @Nullable
    String until;

    @Option(names = "--accept-gap", description = "pass over what is gone of the log, instead of refusing")
    boolean acceptGap;

    @Option(names = "--json", description = "one JSON document on standard output")
    boolean json;

    @Spec
    @Nullable
    CommandSpec spec;

    RebuildCommand(SynfireCommand root, Operations operations) {
        this.root = root;
        this.operations = operations;
    }

    @Override
    public Integer call() throws IOException {
        CommandSpec own = Output.required(spec);
        if (into == null) {
            throw new IllegalStateException("--into is required, and is missing");
        }
        RebuildAnswer answer = operations.rebuild(
                root.common(),
                new Operations.RebuildRequest(into, settings, Times.parse(until, InstantSource.system()), acceptGap));
        Output.print(own, json, () -> new RebuildJson().of(answer), () -> new RebuildText().of(answer));
        return answer.comparison() == RebuildAnswer.Comparison.DIFFERENT ? 1 : 0;
    }
}
