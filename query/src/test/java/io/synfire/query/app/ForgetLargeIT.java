package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A context of more JSON than one record may hold is forgotten, from files and from a topic: the memory answers as one that never learned.
 * {@code -Dsynfire.events=2500} sets how many events of 200 concepts each there are; those of one concept are 25
 * times as many.
 */
@SuppressWarnings("NullAway.Init")
final class ForgetLargeIT {

    private static final int EVENTS = Integer.getInteger("synfire.events", 400);

    /** So small that the retraction takes several parts. */
    private static final String SETTING = "max-record=256KiB";

    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir
    Path directory;

    @Test
    void nothingIsLeftOfManyEventsOfOneConceptInFiles() throws Exception {
        assertForgottenFromFiles(25 * EVENTS, 1);
    }

    @Test
    void nothingIsLeftOfManyConceptsInFiles() throws Exception {
        assertForgottenFromFiles(EVENTS, 200);
    }

    @Test
    void nothingIsLeftOfManyConceptsInATopic() throws Exception {
        Path data = directory.resolve("topic");
        try (JarProcess serve = JarProcess.start(
                directory.resolve("serve.log"),
                List.of("-Xmx512m"),
                "serve",
                "--data",
                data.toString(),
                "--set",
                "http.port=0",
                "--set",
                "checkpoint-interval=1s",
                "--set",
                SETTING)) {
            String url = serve.awaitReadyUrl();
            post(url, log(EVENTS, 200));
            await().atMost(LONG).until(() -> get(url + "/v1/status").body().contains("\"episodes\":" + EVENTS + ","));
            // The command knows the memory by its last checkpoint.
            await().atMost(LONG)
                    .until(() -> command(0, data, "status", "--json").contains("\"episodes\":" + EVENTS + ","));
            assertThat(get(url + "/v1/concepts/item-1/associations").statusCode())
                    .isEqualTo(200);
            assertForgets(data, EVENTS, "kafka:");
            assertThat(get(url + "/v1/concepts?k=1000").body()).isEqualTo("{\"concepts\":[]}");
            for (String unknown : List.of("item-1", "never")) {
                assertThat(get(url + "/v1/concepts/" + unknown + "/associations")
                                .statusCode())
                        .as(unknown)
                        .isEqualTo(404);
            }
            serve.terminate();
            assertThat(serve.awaitExit(Duration.ofSeconds(60))).isZero();
        }
        assertNothingIsKnown(data);
    }

    private void assertForgottenFromFiles(int events, int concepts) throws Exception {
        Path file = Files.write(directory.resolve("big.jsonl"), log(events, concepts));
        Path data = directory.resolve("files");
        command(0, data, "learn", file.toString());
        command(0, data, "associations", "item-1");
        assertForgets(data, events, "file:");
        assertNothingIsKnown(data);
    }

    private void assertForgets(Path data, int events, String source) throws Exception {
        String receipt = command(0, data, "forget", "--context", "user-1", "--json");
        assertThat(receipt).contains("\"episodes\":" + events + ",", "\"applied\":true,\"left\":0,");
        assertThat(receipt.split("\"source\":\"" + source, -1)).as(receipt).hasSizeGreaterThan(2);
    }

    private void assertNothingIsKnown(Path data) throws Exception {
        assertThat(command(0, data, "concepts", "--k", "1000", "--json").strip())
                .isEqualTo("{\"concepts\":[]}");
        assertThat(command(0, data, "status", "--json"))
                .contains("\"counts\":{\"episodes\":0,", "\"concepts\":0,", "\"associations\":0,");
        assertThat(command(0, data, "digest", "--json"))
                .contains("\"state\":\"0000000000000000\"", "\"associations\":0,\"concepts\":0}");
        assertThat(command(0, data, "verify")).contains("the store is sound");
        assertThat(command(1, data, "associations", "item-1").replace("item-1", "never"))
                .isEqualTo(command(1, data, "associations", "never"));
    }

    /** As {@code c18-forget-large.py} writes them: events of one context, 45 minutes apart. */
    private static List<String> log(int events, int concepts) {
        List<String> log = new ArrayList<>();
        for (long i = 0; i < events; i++) {
            List<String> items = new ArrayList<>();
            for (long j = 0; j < concepts; j++) {
                items.add("\"item-" + (i * 7 + j * j) % 997 + "\"");
            }
            log.add("{\"at\":" + (1_600_000_000_000L + i * 2_700_000) + ",\"context\":\"user-1\",\"concepts\":["
                    + String.join(",", items) + "]}");
        }
        return log;
    }

    private static void post(String url, List<String> log) throws Exception {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url + "/v1/episodes"))
                                .header("Content-Type", "application/x-ndjson")
                                .POST(BodyPublishers.ofString(String.join("\n", log)))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    }

    private static HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
    }

    private String command(int code, Path data, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--data", data.toString(), "--set", SETTING));
        Path output = Files.createTempFile(directory, "command", ".log");
        try (JarProcess process = JarProcess.start(output, List.of("-Xmx512m"), line.toArray(new String[0]))) {
            assertThat(process.awaitExit(LONG))
                    .as("%s: %s", line, process.output())
                    .isEqualTo(code);
            return process.output();
        }
    }
}
