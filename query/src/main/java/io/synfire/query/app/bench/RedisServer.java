package io.synfire.query.app.bench;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A redis-server on a free port of the loopback interface, in memory alone, that ends when this is closed. */
final class RedisServer implements AutoCloseable {

    private static final String NAME = "redis-server";
    private static final long START_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);
    private static final long STOP_SECONDS_MAX = 5;

    /** More than it gets to hold in the time it has; should it reach this, it refuses, and that is said. */
    private static final String MEMORY_MAX = "4gb";

    private final Process process;
    private final int port;

    private RedisServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Where it is installed.
     *
     * @param path directories, as in the environment
     * @return the executable, or empty
     */
    static Optional<Path> find(@Nullable String path) {
        return path == null
                ? Optional.empty()
                : Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                        .splitAsStream(path)
                        .filter(directory -> !directory.isEmpty())
                        .map(directory -> Path.of(directory, NAME))
                        .filter(Files::isExecutable)
                        .findFirst();
    }

    /** Starts one; its files, if it writes any, and what it says are in the directory. */
    static RedisServer start(Workspace workspace, Path executable, Path directory) throws IOException {
        int port = freePort();
        ProcessBuilder builder = new ProcessBuilder(
                        executable.toString(),
                        "--port",
                        Integer.toString(port),
                        "--bind",
                        "127.0.0.1",
                        "--save",
                        "",
                        "--appendonly",
                        "no",
                        "--daemonize",
                        "no",
                        "--maxmemory",
                        MEMORY_MAX,
                        "--dir",
                        directory.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("redis.log").toFile());
        return new RedisServer(workspace.start(builder), port);
    }

    /** Connects as soon as it answers. */
    RedisConnection connect() throws IOException {
        long start = System.nanoTime();
        while (true) {
            try {
                return RedisConnection.open(port);
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() - start > START_NANOS_MAX) {
                    throw new IOException(NAME + " does not start: port=" + port + ": " + e.getMessage(), e);
                }
                Clock.pause();
            }
        }
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
