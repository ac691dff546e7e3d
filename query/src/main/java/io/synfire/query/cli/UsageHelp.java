package io.synfire.query.cli;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Help whose options are in the same order everywhere. By itself the command line library puts them in the order of their names in
 * capitals, as the machine's own language writes these: in Turkish no capital i is an I.
 */
final class UsageHelp extends Help {

    private static final Comparator<OptionSpec> BY_NAME =
            Comparator.comparing(option -> name(option).toUpperCase(Locale.ROOT));

    private static final Comparator<OptionSpec> BY_ARITY_AND_NAME = Comparator.<OptionSpec>comparingInt(
                    option -> option.arity().max())
            .thenComparing(option -> option.arity().min())
            .thenComparing(OptionSpec::isMultiValue)
            .thenComparing(BY_NAME);

    UsageHelp(CommandSpec spec, ColorScheme colors) {
        super(spec, colors);
    }

    @Override
    public String synopsis(int headingLength) {
        return detailedSynopsis(headingLength, BY_ARITY_AND_NAME, true);
    }

    @Override
    public Comparator<OptionSpec> createDefaultOptionSort() {
        return BY_NAME;
    }

    private static String name(OptionSpec option) {
        return Arrays.stream(option.names())
                .min(Comparator.comparingInt(String::length))
                .orElseThrow()
                .replaceFirst("^-+", "");
    }
}
