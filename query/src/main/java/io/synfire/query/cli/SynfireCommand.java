package io.synfire.query.cli;

import io.synfire.engine.event.Shown;
import io.synfire.query.cli.Operations.Common;
import io.synfire.query.recall.BadQueryException;
import io.synfire.query.recall.Numbers;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The command line as a whole. */
@Command(
        name = "synfire",
        description = "An event-sourced associative memory: what goes with X, how strongly, why?",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed or not found", "2:bad usage"})
public final class SynfireCommand implements java.util.concurrent.Callable<Integer> {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "holds store/ and kafka/ (default: ./synfire-data)")
    @Nullable
    Path data;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "settings (default: ./synfire.yaml if it is there)")
    @Nullable
    Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            scope = ScopeType.INHERIT,
            description = "one setting; may be given again")
    List<String> set = new ArrayList<>();

    @CommandLine.Spec
    CommandLine.Model.@Nullable CommandSpec spec;

    private SynfireCommand() {}

    /**
     * The command line, ready to execute arguments.
     *
     * @param operations what the commands call
     * @return the command line
     */
    public static CommandLine over(Operations operations) {
        SynfireCommand root = new SynfireCommand();
        CommandLine line = new CommandLine(root)
                .addSubcommand(new RunCommands.Demo(root, operations))
                .addSubcommand(new RunCommands.Serve(root, operations))
                .addSubcommand(new RunCommands.Learn(root, operations))
                .addSubcommand(new ForgetCommand(root, operations))
                .addSubcommand(new QueryCommands.RecallCommand(root, operations))
                .addSubcommand(new QueryCommands.AssociationsCommand(root, operations))
                .addSubcommand(new QueryCommands.ExplainCommand(root, operations))
                .addSubcommand(new QueryCommands.ConceptsCommand(root, operations))
                .addSubcommand(new QueryCommands.TrendingCommand(root, operations))
                .addSubcommand(new QueryCommands.StatusCommand(root, operations))
                .addSubcommand(new QueryCommands.DigestCommand(root, operations))
                .addSubcommand(new StoreCommands.Verify(root, operations))
                .addSubcommand(new StoreCommands.Backup(root, operations))
                .addSubcommand(new StoreCommands.Restore(root, operations))
                .addSubcommand(new EvaluateCommand(root, operations))
                .addSubcommand(new RebuildCommand(root, operations))
                .addSubcommand(new DiffCommand(root, operations))
                .addSubcommand(new BenchCommand(root, operations))
                .addSubcommand(new RunCommands.Completion());
        line.registerConverter(double.class, SynfireCommand::number);
        line.registerConverter(Path.class, SynfireCommand::path);
        line.setExecutionExceptionHandler(SynfireCommand::failed);
        line.setParameterExceptionHandler(SynfireCommand::misused);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setHelpFactory(UsageHelp::new);
        return line;
    }

    /** As in a question over HTTP: Java itself would take {@code 0x1p1} and {@code 1d}, too. */
    private static double number(String text) {
        try {
            return Numbers.number("the option", text);
        } catch (BadQueryException e) {
            throw new CommandLine.TypeConversionException("must be a number such as 0.5 or 1e-3, not '" + text + "'");
        }
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new CommandLine.TypeConversionException(message(e));
        }
    }

    Common common() {
        return new Common(data, config, set);
    }

    @Override
    public Integer call() {
        if (spec != null) {
            spec.commandLine().usage(spec.commandLine().getErr());
        }
        return CommandLine.ExitCode.USAGE;
    }

    /** What a user did wrong is one line; what we did wrong shows where. */
    private static int failed(Exception failure, CommandLine line, ParseResult parsed) {
        boolean callers = failure instanceof IllegalArgumentException
                || failure instanceof IllegalStateException
                || failure instanceof io.synfire.query.recall.UnknownConceptException
                || failure instanceof io.synfire.engine.store.StoreException
                || failure instanceof java.io.IOException
                || failure instanceof java.io.UncheckedIOException;
        String message = callers ? message(failure) : "a failure of its own: " + failure;
        line.getErr().println("synfire: " + (failure instanceof UsageException ? message : Shown.line(message)));
        if (!callers) {
            failure.printStackTrace(line.getErr());
        }
        return isUsage(failure) ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }

    /** As the command line library does it, but for what it quotes. */
    private static int misused(CommandLine.ParameterException failure, String[] arguments) {
        CommandLine line = failure.getCommandLine();
        CommandLine.Help.ColorScheme colors = line.getColorScheme();
        line.getErr().println(colors.errorText(Shown.line(String.valueOf(failure.getMessage()))));
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(failure, line.getErr())) {
            line.usage(line.getErr(), colors);
        }
        return line.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static boolean isUsage(Exception failure) {
        return failure instanceof UsageException || failure instanceof BadQueryException;
    }

    private static String message(Exception failure) {
        if (failure instanceof InvalidPathException name) {
            return message(name);
        }
        if (failure instanceof java.nio.file.NoSuchFileException) {
            return "there is no such file: file=" + failure.getMessage();
        }
        if (failure instanceof java.nio.file.FileAlreadyExistsException) {
            return "a file is there already, and nothing is written over it: file=" + failure.getMessage();
        }
        if (failure instanceof java.nio.file.NotDirectoryException) {
            return "it must be a directory: file=" + failure.getMessage();
        }
        return failure instanceof java.nio.file.AccessDeniedException
                ? "the file must be readable, and writable where it is written: file=" + failure.getMessage()
                : String.valueOf(failure.getMessage());
    }

    /** Java says the same of all that no locale can write, and of what this one cannot. */
    private static String message(InvalidPathException name) {
        String file = name.getInput();
        return name.getReason().startsWith("Malformed input")
                ? "a file has a name that cannot be written in this locale: run this in a locale of UTF-8, say with LC_ALL=C.UTF-8:"
                        + " encoding=" + System.getProperty("sun.jnu.encoding") + " file=" + file
                : "this can be the name of no file: " + name.getReason() + ": file=" + file;
    }
}
