package io.synfire.ingest.kafka;

import java.nio.file.Path;

/** Another process has the directory of a broker: there is one at a time. */
public final class BrokerInUseException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    /**
     * The directory is in use.
     *
     * @param directory where the broker keeps its log
     * @param holder who has it, such as {@code pid=4711 started=2011-12-09T12:00:00Z}
     */
    BrokerInUseException(Path directory, String holder) {
        super(
                "another process starts, runs or stops the broker of this data directory; wait until that serves or has ended, then run this"
                        + " again: directory=" + directory + ' ' + holder);
    }
}
