package io.synfire.query.app.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A temporary directory and the processes of a benchmark. Nothing of either is left when this is closed, nor when the JVM is told to stop: then the
 * owner's thread is interrupted and has a few seconds to close what it opened.
 */
final class Workspace implements AutoCloseable {

    private static final long UNWIND_SECONDS_MAX = 9;
    private static final int DELETE_ATTEMPTS = 20;
    private static final long DELETE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Path directory;
    private final Thread owner = Thread.currentThread();
    private final List<Process> processes = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "synfire-bench-stop");

    private Workspace(Path directory) {
        this.directory = directory;
    }

    /**
     * Makes one.
     *
     * @param parent where, or null for the system's temporary directory
     */
    static Workspace in(@Nullable Path parent) throws IOException {
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Workspace workspace = new Workspace(
                parent == null
                        ? Files.createTempDirectory("synfire-bench")
                        : Files.createTempDirectory(parent, "synfire-bench"));
        Runtime.getRuntime().addShutdownHook(workspace.hook);
        return workspace;
    }

    /** What kind of file system it is on, as far as the system says. */
    String fileSystem() throws IOException {
        return Files.getFileStore(directory).type();
    }

    /** An empty directory in it. */
    Path directory(String name) throws IOException {
        return Files.createDirectory(directory.resolve(name));
    }

    /** Starts a process that does not outlive this. */
    Process start(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    @Override
    public void close() throws IOException {
        try {
            processes.forEach(Process::destroyForcibly);
            deletePatiently();
        } finally {
            closed.countDown();
            removeHook();
        }
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is stopping, which is why this is closed: the hook waits for it.
            return;
        }
    }

    private void stop() {
        processes.forEach(Process::destroyForcibly);
        owner.interrupt();
        try {
            if (!closed.await(UNWIND_SECONDS_MAX, TimeUnit.SECONDS)) {
                deletePatiently();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            System.err.println("synfire: a temporary directory is left behind: " + directory + ": " + e);
        }
    }

    /** What still runs may be making files. */
    private void deletePatiently() throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                Directories.delete(directory);
                return;
            } catch (IOException e) {
                if (attempt == DELETE_ATTEMPTS) {
                    throw e;
                }
                LockSupport.parkNanos(DELETE_PAUSE_NANOS);
            }
        }
    }
}
