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
        Application application = new Application(System.getenv(), System.out, System.err);
        int code = SynfireCommand.over(application).execute(arguments);
        application.ended();
        System.exit(code);
    }
}
