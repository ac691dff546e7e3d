package io.synfire.query.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at files every second, and reads those anew that have changed, so that tokens and certificates are rotated without a restart. What
 * cannot be read anew is said, and what was read before goes on to hold. Thread-safe.
 */
final class FileWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);
    private static final long LOOK_MS = 1_000;

    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "synfire-http-files");
        thread.setDaemon(true);
        return thread;
    });

    private final List<ScheduledFuture<?>> running = new CopyOnWriteArrayList<>();

    /**
     * Goes on to look until it is closed.
     *
     * @param what what the files are, for the log
     * @param files the files
     * @param seen what they were when they were read: see {@link #stateOf}
     * @param reader reads them anew; its failure is logged with its message alone
     */
    void watch(String what, List<Path> files, List<Object> seen, Runnable reader) {
        Object[] last = {seen};
        running.add(looks.scheduleWithFixedDelay(
                () -> {
                    List<Object> now = stateOf(files);
                    if (now.equals(last[0])) {
                        return;
                    }
                    last[0] = now;
                    try {
                        reader.run();
                        LOG.info("{} read anew: {}", what, files);
                    } catch (RuntimeException e) {
                        LOG.error("{} cannot be read anew, those read before hold: {}", what, e.getMessage());
                    }
                },
                LOOK_MS,
                LOOK_MS,
                TimeUnit.MILLISECONDS));
    }

    /** What is compared: time, size and identity of each file, or that it is not there. */
    static List<Object> stateOf(List<Path> files) {
        List<Object> state = new ArrayList<>();
        for (Path file : files) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                state.add(List.of(
                        attributes.lastModifiedTime(), attributes.size(), String.valueOf(attributes.fileKey())));
            } catch (IOException e) {
                state.add("missing");
            }
        }
        return state;
    }

    @Override
    public void close() {
        running.forEach(look -> look.cancel(false));
        looks.shutdown();
    }
}
