package io.synfire.query.cli;

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

        @Option(names = "--once", description = "end after printing")
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

    @Command(name = "learn", description = "Learns files of JSON lines (plain, gzip, zstd), with no Kafka.")
    static final class Learn implements Callable<Integer> {
        private final SynfireCommand root;
        private final Operations operations;

        @Parameters(arity = "1..*", paramLabel = "FILE", description = "path, or - for the standard input")
        List<String> files = new ArrayList<>();

        Learn(SynfireCommand root, Operations operations) {
            this.root = root;
            this.operations = operations;
        }

        @Override
        public Integer call() throws IOException {
            return operations.learn(root.common(), files);
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
