package io.synfire.query.app;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGTERM or Ctrl-C: what is under way on the thread that waits for it is interrupted, everything is closed, with a last checkpoint, and then
 * the process ends. Until this is closed.
 */
final class StopSignal implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StopSignal.class);
    private static final long STOP_SECONDS_MAX = 9;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "synfire-stop");
    private @Nullable Thread working;

    /** What may take long. */
    @FunctionalInterface
    interface Work {

        /** Does it, unless it is interrupted. */
        void run() throws Exception;
    }

    private StopSignal() {}

    /** Hears the signal from now on. */
    static StopSignal install() {
        StopSignal signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    /** Does what may take long, on this thread. A signal interrupts it: what it throws then is no failure. */
    void during(Work work) throws Exception {
        if (!begin()) {
            return;
        }
        try {
            work.run();
        } catch (Exception e) {
            if (asked.getCount() > 0) {
                throw e;
            }
            LOG.debug("stopped before it was done", e);
        } finally {
            end();
        }
    }

    /** Waits for the signal. */
    void await() {
        try {
            asked.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** All is closed: the process may end. Without a signal it is not heard any more. */
    @Override
    public void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The signal has come, and the hook ends the process.
            LOG.debug("the process ends", e);
        }
    }

    private synchronized boolean begin() {
        if (asked.getCount() > 0) {
            working = Thread.currentThread();
        }
        return working != null;
    }

    private synchronized void end() {
        working = null;
        if (asked.getCount() == 0) {
            // It was meant for the work: what closes the parts is not to be interrupted.
            var unused = Thread.interrupted();
        }
    }

    private synchronized void ask() {
        asked.countDown();
        if (working != null) {
            working.interrupt();
        }
    }

    private void stop() {
        ask();
        try {
            if (!closed.await(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                LOG.warn("closing takes too long; what is not checkpointed will be read again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // A stop that was asked for and went well is a success, whatever the signal.
        Runtime.getRuntime().halt(0);
    }
}
