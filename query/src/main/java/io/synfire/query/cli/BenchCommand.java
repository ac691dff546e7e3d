package io.synfire.query.cli;

import io.synfire.engine.learn.Durations;
import io.synfire.query.answer.BenchAnswer;
import io.synfire.query.answer.BenchJson;
import io.synfire.query.answer.BenchSvg;
import io.synfire.query.answer.BenchText;
import io.synfire.query.answer.ScenarioAnswer;
import io.synfire.query.answer.ScenarioAnswer.Scenario;
import io.synfire.query.answer.ScenarioJson;
import io.synfire.query.answer.ScenarioSvg;
import io.synfire.query.answer.ScenarioText;
import io.synfire.query.cli.Operations.BenchRequest;
import io.synfire.query.cli.Operations.ScenarioRequest;
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
            "Or how it bears a long run of its own: --scenario pressure, the same edges again and again with memory for about a tenth of them; --scenario"
                    + " growth, new edges until there are many.",
            "All of them read one topic of a broker in this process. Everything is in a temporary directory (with --data in that directory, so that its disk"
                    + " is measured), which is gone afterwards. Settings apply, except kafka.* and fields.*."
        })
final class BenchCommand implements Callable<Integer> {

    private static final int BASKETS = 1_200_000;
    private static final int QUICK_BASKETS = 300_000;
    private static final String CAP = "230s";
    private static final String QUICK_CAP = "20s";
    private static final String PRESSURE_DURATION = "10m";
    private static final String GROWTH_DURATION = "20m";
    private static final String QUICK_DURATION = "60s";
    private static final long EDGES = 100_000_000;
    private static final long QUICK_EDGES = 5_000_000;

    private final SynfireCommand root;
    private final Operations operations;

    @Option(
            names = "--scenario",
            paramLabel = "NAME",
            description = "contenders, pressure or growth (default: contenders)")
    String scenario = "contenders";

    @Option(names = "--quick", description = "within two minutes: less work, earlier caps")
    boolean quick;

    @Option(names = "--seed", description = "of the workload; the same gives the same baskets (default: 1)")
    long seed = 1;

    @Option(
            names = "--baskets",
            description = "contenders: how many records; pressure: after how many they begin again (default: 1200000,"
                    + " quick 300000)")
    @Nullable
    Integer baskets;

    @Option(names = "--edges", description = "growth: how many there are to be (default: 100000000, quick 5000000)")
    @Nullable
    Long edges;

    @Option(
            names = "--duration",
            paramLabel = "DURATION",
            description =
                    "pressure: how long; growth: stop after this long though there are fewer edges (default: 10m and"
                            + " 20m, quick 60s)")
    @Nullable
    String duration;

    @Option(
            names = "--cap",
            paramLabel = "DURATION",
            description = "contenders: stop Kafka Streams after this long, and Redis (default: 230s, quick 20s)")
    @Nullable
    String cap;

    @Option(
            names = "--svg",
            paramLabel = "FILE",
            description = "where the picture goes (default: ./bench.svg, ./bench-pressure.svg, ./bench-growth.svg)")
    @Nullable
    Path svg;

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
        switch (scenario) {
            case "contenders" -> contenders(own);
            case "pressure" -> longRun(own, pressure(own));
            case "growth" -> longRun(own, growth(own));
            default -> throw bad(own, "the scenario must be contenders, pressure or growth: --scenario=" + scenario);
        }
        return 0;
    }

    private void contenders(CommandSpec own) throws IOException {
        refuse(own, "--edges", edges);
        refuse(own, "--duration", duration);
        BenchRequest request = new BenchRequest(seed, baskets(own), seconds(own, "--cap", cap, CAP, QUICK_CAP));
        Path picture = picture("bench.svg");
        BenchAnswer answer = operations.bench(root.common(), request);
        Files.write(picture, new BenchSvg().of(answer));
        Output.print(own, json, () -> new BenchJson().of(answer), () -> new BenchText().of(answer));
    }

    private void longRun(CommandSpec own, ScenarioRequest request) throws IOException {
        Path picture = picture("bench-" + request.scenario().label() + ".svg");
        ScenarioAnswer answer = operations.scenario(root.common(), request);
        Files.write(picture, new ScenarioSvg().of(answer));
        Output.print(own, json, () -> new ScenarioJson().of(answer), () -> new ScenarioText().of(answer));
    }

    private ScenarioRequest pressure(CommandSpec own) {
        refuse(own, "--cap", cap);
        refuse(own, "--edges", edges);
        double seconds = seconds(own, "--duration", duration, PRESSURE_DURATION, QUICK_DURATION);
        return new ScenarioRequest(Scenario.PRESSURE, seed, baskets(own), 0, seconds);
    }

    private ScenarioRequest growth(CommandSpec own) {
        refuse(own, "--cap", cap);
        refuse(own, "--baskets", baskets);
        long wanted = edges == null ? (quick ? QUICK_EDGES : EDGES) : edges;
        if (wanted < 1) {
            throw bad(own, "edges must be at least 1: --edges=" + wanted);
        }
        double seconds = seconds(own, "--duration", duration, GROWTH_DURATION, QUICK_DURATION);
        return new ScenarioRequest(Scenario.GROWTH, seed, 0, wanted, seconds);
    }

    private int baskets(CommandSpec own) {
        int wanted = baskets == null ? (quick ? QUICK_BASKETS : BASKETS) : baskets;
        if (wanted < 1) {
            throw bad(own, "baskets must be at least 1: --baskets=" + wanted);
        }
        return wanted;
    }

    private double seconds(CommandSpec own, String option, @Nullable String given, String usual, String ifQuick) {
        String text = given == null ? (quick ? ifQuick : usual) : given;
        long ms;
        try {
            ms = Durations.parseMs(option, text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(own.commandLine(), String.valueOf(e.getMessage()), e);
        }
        if (ms < 1) {
            throw bad(own, option.substring(2) + " must be above 0: " + option + "=" + text);
        }
        return ms / 1000.0;
    }

    /** That the picture has no place is to be said before minutes have gone by. */
    private Path picture(String usual) {
        Path picture = svg == null ? Path.of(usual) : svg;
        Path parent = picture.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent) || Files.isDirectory(picture)) {
            throw new IllegalStateException(
                    "the picture must be a file in a directory that is there: --svg=" + picture);
        }
        return picture;
    }

    private void refuse(CommandSpec own, String option, @Nullable Object given) {
        if (given != null) {
            throw bad(
                    own,
                    option + " does not belong to this scenario: --scenario=" + scenario + " " + option + "=" + given);
        }
    }

    private static ParameterException bad(CommandSpec own, String message) {
        return new ParameterException(own.commandLine(), message);
    }
}
