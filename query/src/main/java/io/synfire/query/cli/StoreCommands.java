package io.synfire.query.cli;

import io.synfire.engine.view.Verification;
import io.synfire.query.answer.BackupAnswer;
import io.synfire.query.answer.RestoreAnswer;
import io.synfire.query.answer.StoreJson;
import io.synfire.query.answer.StoreText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands that look after the store. */
final class StoreCommands {

    private StoreCommands() {}

    /** What they have in common. */
    abstract static class StoreCommand implements Callable<Integer> {
        final SynfireCommand root;
        final Operations operations;

        @Option(names = "--json", description = "one JSON document on standard output")
        boolean json;

        @Spec
        @Nullable
        CommandSpec spec;

        StoreCommand(SynfireCommand root, Operations operations) {
            this.root = root;
            this.operations = operations;
        }
    }

    @Command(
            name = "verify",
            description =
                    "Reads all of the store, beside a running process or without one, and says what is wrong with it.")
    static final class Verify extends StoreCommand {
        Verify(SynfireCommand root, Operations operations) {
            super(root, operations);
        }

        @Override
        public Integer call() throws IOException {
            Verification found = operations.verify(root.common());
            Output.print(Output.required(spec), json, () -> new StoreJson().of(found), () -> new StoreText().of(found));
            return found.isSound() ? 0 : 1;
        }
    }

    @Command(
            name = "backup",
            description = "Copies the memory into a directory, with a serving process's help if there is one.")
    static final class Backup extends StoreCommand {
        @Parameters(paramLabel = "DIR", description = "a directory that is not there yet, or is empty")
        @Nullable
        Path directory;

        @Option(
                names = "--token-file",
                paramLabel = "FILE",
                description = "holds a token of the role admin, where the serving process asks for one")
        @Nullable
        Path tokenFile;

        Backup(SynfireCommand root, Operations operations) {
            super(root, operations);
        }

        @Override
        public Integer call() throws IOException {
            BackupAnswer made = operations.backup(root.common(), required(directory), tokenFile);
            Output.print(Output.required(spec), json, () -> new StoreJson().of(made), () -> new StoreText().of(made));
            return 0;
        }
    }

    @Command(
            name = "restore",
            description = "Brings a backup back as the memory; what was learned since is read again from its source.")
    static final class Restore extends StoreCommand {
        @Parameters(paramLabel = "BACKUP", description = "a directory that backup has made")
        @Nullable
        Path directory;

        @Option(names = "--force", description = "move a store that is there aside, to store.damaged-N")
        boolean force;

        Restore(SynfireCommand root, Operations operations) {
            super(root, operations);
        }

        @Override
        public Integer call() throws IOException {
            RestoreAnswer restored = operations.restore(root.common(), required(directory), force);
            Output.print(Output.required(spec), json, () -> new StoreJson().of(restored), () -> new StoreText()
                    .of(restored));
            return 0;
        }
    }

    private static Path required(@Nullable Path directory) {
        if (directory == null) {
            throw new IllegalStateException("picocli asks for the directory: directory=missing");
        }
        return directory;
    }
}
