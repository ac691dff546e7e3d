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
        super("a part of the log is gone, a memory of what is left is not the memory of all of it;"
                + " where that is accepted (--accept-gap), the rest is learned: "
                + missing.stream().map(Missing::toString).collect(Collectors.joining("; ")));
    }
}
