package io.synfire.query.cli;

import io.synfire.query.answer.DiffAnswer;
import io.synfire.query.answer.DiffJson;
import io.synfire.query.answer.DiffText;
import io.synfire.query.cli.Operations.DiffRequest;
import io.synfire.query.cli.Operations.HeldOutLog;
import io.synfire.query.recall.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command that compares two memories. */
@Command(
        name = "diff",
        description = {
            "What changed between two memories: how alike their lists of strongest associations are, which concepts moved most, and which"
                    + " are in one alone.",
            "Alike is measured by overlap and by rank-biased overlap (p 0.9), 1 is the same. Each memory is read at its slowest horizon and"
                    + " its own watermark, as of its last checkpoint.",
            "With --tail, both are asked what comes next in the tail of their log that both end before: what is later than the watermarks of"
                    + " both. So rebuild both with --until to hold out a tail. With --test, in the episodes of files."
        })
final class DiffCommand implements Callable<Integer> {

    private static final int TAIL_EPISODES_MAX = 1_000;

    private final SynfireCommand root;
    private final Operations operations;

    @Parameters(index = "0", paramLabel = "DIR1", description = "data directory of the one memory")
    @Nullable
    Path first;

    @Parameters(index = "1", paramLabel = "DIR2", description = "data directory of the other")
    @Nullable
    Path second;

    @Option(names = "--k", description = "how long the compared lists are, and how many answers count (default: 10)")
    int k = Limits.K;

    @Option(
            names = "--min-support",
            description = "how active a concept must be in both to be among those that moved (default: 3)")
    double minSupport = 3;

    @Option(names = "--test", arity = "1..*", paramLabel = "FILE", description = "episodes that both are asked about")
    List<Path> test = new ArrayList<>();

    @Option(
            names = "--format",
            description = "of these: jsonl, sessions or tsv, as for evaluate (default: what the first line looks like)")
    @Nullable
    String format;

    @Option(names = "--tail", description = "ask both about what their log holds of the time after both of them")
    boolean tail;

    @Option(
            names = "--tail-max",
            description = "so many episodes of it at most, the earliest (default: " + TAIL_EPISODES_MAX + ")")
    int tailMax = TAIL_EPISODES_MAX;

    @Option(names = "--json", description = "one JSON document on standard output")
    boolean json;

    @Spec
    @Nullable
    CommandSpec spec;

    DiffCommand(SynfireCommand root, Operations operations) {
        this.root = root;
        this.operations = operations;
    }

    @Override
    public Integer call() throws IOException {
        CommandSpec own = Output.required(spec);
        if (first == null || second == null) {
            throw new IllegalStateException("both directories are required, and one is missing");
        }
        if (tail && !test.isEmpty()) {
            throw new UsageException("either --tail or --test may be given: test=" + test);
        }
        Limits.requireK(k);
        if (tailMax < 1) {
            throw new UsageException("tail-max must be at least 1: tail-max=" + tailMax);
        }
        DiffAnswer answer = operations.diff(root.common(), new DiffRequest(first, second, k, minSupport, heldOut()));
        Output.print(own, json, () -> new DiffJson().of(answer), () -> new DiffText().of(answer));
        return 0;
    }

    private @Nullable HeldOutLog heldOut() {
        if (tail) {
            return new HeldOutLog.OfTail(tailMax);
        }
        return test.isEmpty() ? null : new HeldOutLog.OfFiles(test, format);
    }
}
