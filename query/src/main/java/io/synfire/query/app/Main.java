package io.synfire.query.app;

import io.synfire.query.cli.SynfireCommand;

/** The main class of the jar. */
public final class Main {

    private Main() {}

    /**
     * Executes a command line and exits with its code.
     *
     * @param arguments what the user typed
     */
    public static void main(String[] arguments) {
        int code = SynfireCommand.over(new Application(System.getenv(), System.out, System.err))
                .execute(arguments);
        System.exit(code);
    }
}
