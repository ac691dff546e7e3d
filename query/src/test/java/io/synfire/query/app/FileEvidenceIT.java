package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A memory that was learned from files is served: its evidence is read from them, and one that was replaced is refused by name. */
@SuppressWarnings("NullAway.Init")
final class FileEvidenceIT {

    private static final String MONDAY =
            """
            {"at":"2024-02-01T10:00:00Z","concepts":["tea","milk"]}
            {"at":"2024-02-02T10:00:00Z","concepts":["tea","cup"]}
            """;

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    private HttpResponse<String> evidence(String url) throws Exception {
        URI uri = URI.create(url + "/v1/associations?from=tea&to=milk&evidence=true");
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    @Test
    void aFileThatWasReplacedIsRefusedByNameWithWhatToDo() throws Exception {
        Path daily = Files.writeString(directory.toRealPath().resolve("daily.jsonl"), MONDAY);
        String data = directory.resolve("memory").toString();
        try (JarProcess learn = JarProcess.start(
                directory.resolve("learn.log"), List.of(), "learn", daily.toString(), "--data", data)) {
            assertThat(learn.awaitExit(Duration.ofMinutes(1)))
                    .as(learn.output())
                    .isZero();
        }
        String offline = offline(data);
        try (JarProcess serve = JarProcess.start(
                directory.resolve("serve.log"), List.of(), "serve", "--data", data, "--set", "http.port=0")) {
            String url = serve.awaitReadyUrl();
            HttpResponse<String> found = evidence(url);
            assertThat(found.statusCode()).as(found.body()).isEqualTo(200);
            assertThat(found.body())
                    .contains("\"episodes\":[{\"source\":\"file:" + daily
                            + "\",\"topic\":null,\"partition\":0,\"offset\":0,")
                    .contains("\"at\":\"2024-02-01T10:00:00Z\"")
                    .contains("\"concepts\":[\"tea\",\"milk\"]");
            assertThat(offline).isEqualTo(episodes(found));
            Files.writeString(daily, MONDAY.replace("milk", "honey"));
            assertRefused(evidence(url), daily);
            Files.writeString(daily, MONDAY.substring(0, MONDAY.indexOf('\n') + 1));
            assertRefused(evidence(url), daily);
            Files.delete(daily);
            assertRefused(evidence(url), daily);
            // What has grown is still what was learned.
            Files.writeString(daily, MONDAY + MONDAY.replace("milk", "honey"));
            assertThat(evidence(url).body()).isEqualTo(found.body());
        }
    }

    /** What a server without a cluster says: files need none. */
    private String offline(String data) throws Exception {
        try (JarProcess serve = JarProcess.start(
                directory.resolve("offline.log"),
                List.of(),
                "serve",
                "--offline",
                "--data",
                data,
                "--set",
                "http.port=0")) {
            HttpResponse<String> found = evidence(serve.awaitUrl());
            assertThat(found.statusCode()).as(found.body()).isEqualTo(200);
            return episodes(found);
        }
    }

    private static String episodes(HttpResponse<String> answer) {
        String body = answer.body();
        return body.substring(body.indexOf("\"episodes\":[{\"source\""));
    }

    private static void assertRefused(HttpResponse<String> answer, Path file) {
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
        assertThat(answer.body())
                .contains("the file was replaced, cut short or removed: file=" + file + " records=2 bytes="
                        + MONDAY.length())
                .contains("If it was renamed, learn it under its new name first")
                .contains("If it is gone for good, rebuild --accept-gap");
    }
}
