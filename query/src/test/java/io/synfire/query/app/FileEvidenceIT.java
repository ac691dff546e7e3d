package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Position;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
            assertOfflineSaysTheSame(data, found.body());
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

    @Test
    void aNameThatTheLocaleCannotWriteIsToldByTheLocale() throws Exception {
        Path plain = Files.writeString(directory.toRealPath().resolve("e.jsonl"), MONDAY);
        Path other = Files.writeString(directory.toRealPath().resolve("other.jsonl"), MONDAY);
        Path data = directory.resolve("named");
        try (JarProcess learn = JarProcess.start(
                directory.resolve("learn.log"), List.of(), "learn", plain.toString(), "--data", data.toString())) {
            assertThat(learn.awaitExit(Duration.ofMinutes(1)))
                    .as(learn.output())
                    .isZero();
        }
        // As if it had been learned by its name in a locale of UTF-8: the one of this test may be another.
        try (Engine engine =
                Engine.open(data.resolve("store"), Map.of(), new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
            Position learned = engine.positions().get(0);
            Position named = new Position(
                    learned.source().replace("e.jsonl", "\u00e9.jsonl"),
                    learned.sourceId(),
                    learned.partition(),
                    learned.nextOffset(),
                    learned.leaderEpoch(),
                    learned.content());
            engine.apply(new Batch("files", List.of(), List.of(named), 0));
        }
        for (List<String> command : List.of(
                List.of("learn", other.toString()),
                List.of("explain", "tea", "milk", "--evidence"),
                List.of("forget", "--concept", "tea"),
                List.of("rebuild", "--into", directory.resolve("into").toString()))) {
            List<String> line = new ArrayList<>(command);
            line.addAll(List.of("--data", data.toString()));
            try (JarProcess ascii = JarProcess.start(
                    directory.resolve("ascii.log"),
                    List.of("-Dsun.jnu.encoding=ANSI_X3.4-1968"),
                    line.toArray(new String[0]))) {
                assertThat(ascii.awaitExit(Duration.ofMinutes(1)))
                        .as(ascii.output())
                        .isEqualTo(1);
                assertThat(ascii.output())
                        .as("%s", command)
                        .contains("synfire: a file that was learned has a name that cannot be written in this locale")
                        .contains("LC_ALL=C.UTF-8: encoding=ANSI_X3.4-1968 file=" + directory.toRealPath())
                        .doesNotContain("\tat ");
            }
        }
    }

    /** Files need no cluster. */
    private void assertOfflineSaysTheSame(String data, String expected) throws Exception {
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
            assertThat(found.body()).isEqualTo(expected);
        }
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
