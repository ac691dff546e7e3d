package io.synfire.query.cli;

import io.synfire.engine.learn.Durations;
import io.synfire.query.answer.BenchAnswer;
import io.synfire.query.answer.BenchJson;
import io.synfire.query.answer.BenchSvg;
import io.synfire.query.answer.BenchText;
import io.synfire.query.cli.Operations.BenchRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command that measures how fast a memory learns. */
@Command(
        name = "bench",
        description = {
            "Measures how fast a memory learns, beside what one would take instead, in one run on this machine: reading and decoding alone, Synfire"
                    + " as it is served, Synfire without checkpoints, a naive topology of Kafka Streams, and ZINCRBY of Redis where a redis-server is on the"
                    + " PATH.",
            "All of them read one topic of a broker in this process. Everything is in a temporary directory (with --data in that directory, so that its disk"
                    + " is measured), which is gone afterwards. Settings apply, except kafka.* and fields.*."
        })
final class BenchCommand implements Callable<Integer> {

    private static final int BASKETS = 1_200_000;
    private static final int QUICK_BASKETS = 300_000;
    private static final String CAP = "90s";
    private static final String QUICK_CAP = "25s";

    private final SynfireCommand root;
    private final Operations operations;

    @Option(names = "--quick", description = "within two minutes: fewer baskets, earlier caps")
    boolean quick;

    @Option(names = "--seed", description = "of the workload; the same gives the same baskets (default: 1)")
    long seed = 1;

    @Option(names = "--baskets", description = "how many records (default: 1200000, quick 300000)")
    @Nullable
    Integer baskets;

    @Option(
            names = "--cap",
            paramLabel = "DURATION",
            description = "stop Kafka Streams after this long, Redis after two fifths of it (default: 90s, quick 25s)")
    @Nullable
    String cap;

    @Option(names = "--svg", paramLabel = "FILE", description = "where the picture goes (default: ./bench.svg)")
    Path svg = Path.of("bench.svg");

    @Option(names = "--json", description = "one JSON document on standard output")
    boolean json;

    @Spec
    @Nullable
    CommandSpec spec;

    BenchCommand(SynfireCommand root, Operations operations) {
        this.root = root;
        this.operations = operations;
    }

    @Override
    public Integer call() throws IOException {
        CommandSpec own = Output.required(spec);
        requireDirectory(own);
        BenchAnswer answer = operations.bench(root.common(), request(own));
        Files.write(svg, new BenchSvg().of(answer));
        Output.print(own, json, () -> new BenchJson().of(answer), () -> new BenchText().of(answer));
        return 0;
    }

    /** That the picture has no place is to be said before minutes have gone by. */
    private void requireDirectory(CommandSpec own) {
        Path parent = svg.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent) || Files.isDirectory(svg)) {
            throw new ParameterException(
                    own.commandLine(), "the picture must be a file in a directory that is there: --svg=" + svg);
        }
    }

    private BenchRequest request(CommandSpec own) {
        int wanted = baskets == null ? (quick ? QUICK_BASKETS : BASKETS) : baskets;
        if (wanted < 1) {
            throw new ParameterException(own.commandLine(), "baskets must be at least 1: --baskets=" + wanted);
        }
        String text = cap == null ? (quick ? QUICK_CAP : CAP) : cap;
        try {
            long capMs = Durations.parseMs("--cap", text);
            if (capMs < 1) {
                throw new IllegalArgumentException("cap must be above 0: --cap=" + text);
            }
            return new BenchRequest(seed, wanted, capMs / 1000.0);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(own.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
