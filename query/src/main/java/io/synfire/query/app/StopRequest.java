package io.synfire.query.app;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGTERM or Ctrl-C while something is read that goes on for long: whoever reads asks whether to stop, keeps what was read, and says what that is.
 * Then the process ends, as one that the signal has ended, since it is not done. Where that takes too long, the process ends without it.
 */
final class StopRequest implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StopRequest.class);
    private static final long STOP_SECONDS_MAX = 9;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "synfire-stop");
    private volatile boolean asked;

    private StopRequest() {}

    /** Hears the signal from now on. */
    static StopRequest install() {
        StopRequest request = new StopRequest();
        Runtime.getRuntime().addShutdownHook(request.hook);
        return request;
    }

    /** Whether the signal has come. */
    boolean isAsked() {
        return asked;
    }

    /** Nothing more is to be kept or said: if the signal has come, the process ends. */
    void ended() {
        ended.countDown();
    }

    /** Without a signal it is not heard any more. With one, the process waits for {@link #ended}. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            LOG.debug("the process ends", e);
        }
    }

    private void stop() {
        asked = true;
        try {
            if (!ended.await(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.warn("stopping takes too long; what is not checkpointed is not learned");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
