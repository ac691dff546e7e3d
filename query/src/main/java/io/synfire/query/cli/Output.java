package io.synfire.query.cli;

import io.synfire.engine.event.Shown;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** What a command prints on standard output: one JSON document, or text in which nothing steers a terminal. */
final class Output {

    private Output() {}

    /** The specification that picocli gives a command before it runs. */
    static CommandSpec required(@Nullable CommandSpec spec) {
        if (spec == null) {
            throw new IllegalStateException("the command does not know its own specification");
        }
        return spec;
    }

    static void print(CommandSpec spec, boolean isJson, Supplier<byte[]> json, Supplier<String> text) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(isJson ? new String(json.get(), StandardCharsets.UTF_8) + "\n" : Shown.lines(text.get()));
        out.flush();
    }
}
