package io.synfire.query.cli;

import io.synfire.engine.event.Shown;
import io.synfire.query.answer.LearnAnswer;
import io.synfire.query.answer.LearnJson;
import io.synfire.query.answer.LearnText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands that run something. */
final class RunCommands {

    private RunCommands() {}

    @Command(
            name = "demo",
            description = "Learns half a million real purchases through a real Kafka broker and answers.")
    static final class Demo implements Callable<Integer> {
        private final SynfireCommand root;
        private final Operations operations;

        @Option(names = "--once", description = "end after printing; does not listen for HTTP")
        boolean once;

        Demo(SynfireCommand root, Operations operations) {
            this.root = root;
            this.operations = operations;
        }

        @Override
        public Integer call() throws IOException {
            return operations.demo(root.common(), once);
        }
    }

    @Command(name = "serve", description = "Learns from Kafka and answers over HTTP until it is stopped.")
    static final class Serve implements Callable<Integer> {
        private final SynfireCommand root;
        private final Operations operations;

        @Option(names = "--offline", description = "answer from an existing store alone, learn nothing")
        boolean offline;

        Serve(SynfireCommand root, Operations operations) {
            this.root = root;
            this.operations = operations;
        }

        @Override
        public Integer call() throws IOException {
            return operations.serve(root.common(), offline);
        }
    }

    @Command(
            name = "learn",
            description =
                    "Learns files of JSON lines (plain, gzip, zstd), with no Kafka. A file that grew or was renamed goes on where it was left.")
    static final class Learn implements Callable<Integer> {
        private final SynfireCommand root;
        private final Operations operations;

        @Parameters(arity = "0..*", paramLabel = "FILE", description = "path, or - for the standard input")
        List<String> files = new ArrayList<>();

        @Option(
                names = "--as-new",
                description =
                        "take each file for one that was never learned, whatever it holds and whatever was learned under its name")
        boolean asNew;

        @Option(
                names = "--again",
                description = "learn the records in dead-letters.jsonl that were not learned since, after the files")
        boolean again;

        @Option(names = "--json", description = "one JSON document on standard output")
        boolean json;

        @Spec
        @Nullable
        CommandSpec spec;

        Learn(SynfireCommand root, Operations operations) {
            this.root = root;
            this.operations = operations;
        }

        @Override
        public Integer call() throws IOException {
            CommandSpec own = Output.required(spec);
            if (files.isEmpty() && !again) {
                throw new UsageException("there must be a file to learn, or --again: files=[]");
            }
            LearnAnswer answer = operations.learn(root.common(), new Operations.LearnRequest(files, asNew, again));
            Output.print(own, json, () -> new LearnJson().of(answer), () -> new LearnText().of(answer));
            if (answer.failure() != null) {
                own.commandLine().getErr().println("synfire: " + Shown.line(String.valueOf(answer.failure())));
            }
            return answer.isWell() ? 0 : 1;
        }
    }

    @Command(name = "completion", description = "Prints a completion script for bash and zsh.")
    static final class Completion implements Callable<Integer> {
        @Spec
        @Nullable
        CommandSpec spec;

        @Override
        public Integer call() {
            CommandSpec own = Output.required(spec);
            own.commandLine()
                    .getOut()
                    .println(AutoComplete.bash("synfire", own.root().commandLine()));
            return 0;
        }
    }
}
