package io.synfire.query.app;

import static org.awaitility.Awaitility.await;

import io.synfire.ingest.kafka.TopicNames;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process that serves, and so learns, with little memory and many checkpoints. */
final class Learner implements AutoCloseable {

    private static final Pattern LAG = Pattern.compile("\"lag\":(\\d+)");
    private static final Pattern EPISODES = Pattern.compile("\"episodes\":(\\d+)");
    private static final Pattern CHECKPOINTS = Pattern.compile("(?m)^synfire_checkpoint_seconds_count (\\d+)");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final JarProcess process;

    private Learner(JarProcess process) {
        this.process = process;
    }

    /** Starts it on a directory; what it prints goes to a file. */
    static Learner start(
            Path data, Path output, String bootstrapServers, TopicNames topics, Duration checkpointInterval)
            throws IOException {
        return new Learner(JarProcess.start(
                output,
                List.of("-Xmx128m", "-XX:+UseSerialGC"),
                "serve",
                "--data",
                data.toString(),
                "--set",
                "kafka.bootstrap.servers=" + bootstrapServers,
                "--set",
                "topics.episodes=" + topics.episodes(),
                "--set",
                "topics.dead-letters=" + topics.deadLetters(),
                "--set",
                "http.port=0",
                "--set",
                "checkpoint-interval=" + checkpointInterval.toMillis() + "ms",
                "--set",
                "memory=16MiB"));
    }

    JarProcess process() {
        return process;
    }

    /** Waits until it has learned something since it was asked first. */
    void awaitWork() {
        String url = process.awaitUrl();
        long before = figure(url + "/v1/status", EPISODES);
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> figure(url + "/v1/status", EPISODES) > before);
    }

    /** Waits until it has written another checkpoint. */
    void awaitCheckpoint() {
        String url = process.awaitUrl();
        long before = Math.max(0, figure(url + "/metrics", CHECKPOINTS));
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> figure(url + "/metrics", CHECKPOINTS) > before);
    }

    /** Waits until it has learned so many episodes and there is nothing more. */
    void awaitEnd(long episodes) {
        String url = process.awaitUrl();
        await().atMost(Duration.ofMinutes(5))
                .until(() -> figure(url + "/v1/status", LAG) == 0 && figure(url + "/v1/status", EPISODES) == episodes);
    }

    @Override
    public void close() {
        process.close();
    }

    private static long figure(String url, Pattern pattern) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                    .timeout(Duration.ofSeconds(30))
                    .build();
            Matcher matcher = pattern.matcher(
                    CLIENT.send(request, BodyHandlers.ofString()).body());
            return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
        } catch (IOException e) {
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a learner was asked", e);
        }
    }
}
