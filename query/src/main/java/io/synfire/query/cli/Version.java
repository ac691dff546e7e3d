package io.synfire.query.cli;

import picocli.CommandLine.IVersionProvider;

/** The version in the jar's manifest. Immutable and thread-safe. */
public final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {"synfire " + current()};
    }

    /**
     * The version of this build.
     *
     * @return its number, or {@code development} where it was not built into a jar
     */
    public static String current() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
