package io.synfire.query.app;

import io.synfire.engine.event.Episode;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.Origin;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which of the demo's purchases are in a log already. They are there in their order, from its first episode on; a command may be
 * anywhere between them, and behind the last anything. One thread at a time.
 */
final class DemoLog {

    private final DemoBaskets baskets;
    private final JsonEpisodeCodec codec = new JsonEpisodeCodec();
    private byte @Nullable [] next;
    private int present;

    /** A log of which nothing was seen yet; {@code baskets} is read by this alone. */
    DemoLog(DemoBaskets baskets) throws IOException {
        this.baskets = baskets;
        this.next = baskets.count() == 0 ? null : baskets.next();
    }

    /**
     * Sees the value of the log's next record.
     *
     * @return false if it is an episode where a purchase should be: then the log is not the demo's
     */
    boolean see(byte @Nullable [] value) throws IOException {
        if (next == null || value == null) {
            return true;
        }
        if (Arrays.equals(next, value)) {
            pass();
            return true;
        }
        return !isEpisode(value);
    }

    /** How many of the purchases are there. */
    int present() {
        return present;
    }

    /** The first purchase that is missing; null if none is. */
    byte @Nullable [] missing() {
        return next;
    }

    /** It is there now. */
    void pass() throws IOException {
        present++;
        next = present < baskets.count() ? baskets.next() : null;
    }

    private boolean isEpisode(byte[] value) {
        try {
            return codec.decode(value, Origin.at(0)) instanceof Episode;
        } catch (MalformedRecordException e) {
            // A dead letter: nobody learns it.
            return false;
        }
    }
}
