package io.synfire.ingest.replay;

import java.util.List;
import java.util.stream.Collectors;

/** A part of the log is gone, so that what is read of it would not be the memory of all of it. */
public final class IncompleteLogException extends IllegalStateException {

    /**
     * Names what is missing.
     *
     * @param missing at least one range
     */
    public IncompleteLogException(List<Missing> missing) {
        this("a part of the log is gone", "", missing);
    }

    private IncompleteLogException(String what, String help, List<Missing> missing) {
        super(what + ", a memory of what is left is not the memory of all of it;" + help
                + " where that is accepted (--accept-gap), the rest is learned: "
                + missing.stream().map(Missing::toString).collect(Collectors.joining("; ")));
    }

    /**
     * Names files that are not those that were learned.
     *
     * @param missing what was learned of them, at least one range
     * @return the exception
     */
    public static IncompleteLogException replaced(List<Missing> missing) {
        return new IncompleteLogException(
                "a file is not there any more as it was learned, it was replaced, cut short or removed",
                " if it was renamed, learn it under its new name first, which learns nothing twice; what commands in it took back or forgot"
                        + " would be learned again;",
                missing);
    }
}
