package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The jar's classes as the Java machine has them once they are loaded and verified. Hundreds of processes are started in
 * these tests, and without it each spends most of its time on that. It changes nothing that a process does.
 */
final class ClassArchive {

    private static final Duration LONG = Duration.ofMinutes(3);

    private ClassArchive() {}

    /** The archive beside a jar, made by the first who asks; others who ask meanwhile, in any process, wait for it. */
    static Path of(Path jar) throws IOException {
        Path archive = jar.resolveSibling("synfire.jsa");
        if (isOf(archive, jar)) {
            return archive;
        }
        synchronized (ClassArchive.class) {
            try (FileChannel channel = FileChannel.open(
                            jar.resolveSibling("synfire.jsa.lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                assertThat(lock.isValid()).isTrue();
                if (!isOf(archive, jar)) {
                    make(archive);
                }
            }
        }
        return archive;
    }

    private static boolean isOf(Path archive, Path jar) throws IOException {
        return Files.exists(archive)
                && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) >= 0;
    }

    /** A process that serves with a broker of its own and learns something has loaded nearly all. */
    private static void make(Path archive) throws IOException {
        Path directory = Files.createTempDirectory("synfire-archive");
        Path made = directory.resolve("made.jsa");
        Path output = directory.resolve("serve.log");
        try (JarProcess serve = JarProcess.startPlain(
                output,
                List.of("-XX:ArchiveClassesAtExit=" + made),
                "serve",
                "--data",
                directory.resolve("data").toString(),
                "--set",
                "http.port=0")) {
            String url = serve.awaitReadyUrl();
            HttpClient http = HttpClient.newHttpClient();
            HttpRequest post = HttpRequest.newBuilder(URI.create(url + "/v1/episodes"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"concepts\":[\"a\",\"b\"]}"))
                    .build();
            assertThat(http.send(post, BodyHandlers.discarding()).statusCode()).isEqualTo(202);
            HttpRequest ask = HttpRequest.newBuilder(URI.create(url + "/v1/associations?from=a&to=b"))
                    .build();
            await().atMost(LONG)
                    .until(() -> http.send(ask, BodyHandlers.discarding()).statusCode() == 200);
            serve.terminate();
            assertThat(serve.awaitExit(LONG)).as("%s", serve.output()).isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the archive of classes was made", e);
        }
        Files.move(made, archive, StandardCopyOption.REPLACE_EXISTING);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
