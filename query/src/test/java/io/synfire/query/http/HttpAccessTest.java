package io.synfire.query.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask what, over real HTTP. */
@SuppressWarnings("NullAway.Init")
final class HttpAccessTest {

    private static final String EPISODE = "{\"concepts\":[\"a\"]}";

    @TempDir
    Path directory;

    private Path tokens;

    @BeforeEach
    void writeTokens() throws IOException {
        tokens = directory.resolve("tokens");
        Files.writeString(tokens, "read rrrrrrrrrrrrrrrr\nwrite wwwwwwwwwwwwwwww\nadmin aaaaaaaaaaaaaaaa\n");
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-------"));
    }

    private ServedMemory guarded() {
        return new ServedMemory(
                directory.resolve("store"),
                new HttpOptions("127.0.0.1", 0, tokens, null, false, Set.of(), HttpLimits.defaults()));
    }

    private ServedMemory open() {
        return new ServedMemory(directory.resolve("store"), HttpOptions.of("127.0.0.1", 0));
    }

    private static String[] bearer(String letter) {
        return new String[] {"Authorization", "Bearer " + letter.repeat(16)};
    }

    @Test
    void eachRouteTakesItsRole() throws Exception {
        try (ServedMemory memory = guarded()) {
            for (String path : Set.of("/v1/concepts", "/v1/recall?cue=tea", "/v1/status", "/metrics")) {
                assertThat(memory.get(path).statusCode()).as(path).isEqualTo(401);
                assertThat(memory.get(path, bearer("x")).statusCode()).as(path).isEqualTo(401);
                assertThat(memory.get(path, bearer("r")).statusCode()).as(path).isEqualTo(200);
                assertThat(memory.get(path, bearer("w")).statusCode()).as(path).isEqualTo(200);
                assertThat(memory.get(path, bearer("a")).statusCode()).as(path).isEqualTo(200);
            }
            String question = "{\"cues\":[\"tea\"]}";
            assertThat(memory.post("/v1/recall", question).statusCode()).isEqualTo(401);
            assertThat(memory.post("/v1/recall", question, bearer("r")).statusCode())
                    .isEqualTo(200);
            assertThat(memory.post("/v1/episodes", EPISODE, bearer("r")).statusCode())
                    .isEqualTo(403);
            assertThat(memory.post("/v1/episodes", EPISODE, bearer("w")).statusCode())
                    .isEqualTo(202);
            assertThat(memory.get("/v1/admin/rebuild", bearer("r")).statusCode())
                    .isEqualTo(403);
            assertThat(memory.get("/v1/admin/rebuild", bearer("w")).statusCode())
                    .isEqualTo(403);
            assertThat(memory.get("/v1/admin/rebuild", bearer("a")).statusCode())
                    .isEqualTo(200);
            assertThat(memory.denied("unauthenticated")).isEqualTo(9);
            assertThat(memory.denied("forbidden")).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/explorer.js", "/explorer.css", "/openapi.yaml", "/health/live", "/health/ready"})
    void pagesAndProbesHoldNoDataAndTakeNoToken(String path) throws Exception {
        try (ServedMemory memory = guarded()) {
            assertThat(memory.get(path).statusCode()).isEqualTo(200);
        }
    }

    /** Supervisors come without a token, and by any name; what is the matter may name topics and files. */
    @Test
    void whyItIsNotReadyIsForThoseWhoMayAsk() throws Exception {
        try (ServedMemory memory = guarded()) {
            assertThat(memory.get("/health/ready").body()).isEqualTo("ready");
            memory.failure = "the topic was deleted: topic=secret.orders file=/var/secret";
            HttpResponse<String> stranger = memory.get("/health/ready");
            assertThat(stranger.statusCode()).isEqualTo(503);
            assertThat(stranger.body()).isEqualTo("unready");
            assertThat(memory.get("/health/ready", bearer("x")).body()).isEqualTo("unready");
            assertThat(memory.get("/health/ready", bearer("r")).body())
                    .isEqualTo("learning stopped: the topic was deleted: topic=secret.orders file=/var/secret");
        }
    }

    /** A page that had its own name resolve to this machine learns no more than that. */
    @Test
    void withoutTokensWhoCallsTheServerByAnotherNameIsAStranger() throws Exception {
        try (ServedMemory memory = open()) {
            memory.failure = "the topic was deleted: topic=secret.orders";
            assertThat(memory.get("/health/ready").body()).contains("secret.orders");
            assertThat(memory.raw("GET /health/ready HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 503 ")
                    .endsWith("unready");
        }
    }

    /** Where the store cannot be opened, the same table of routes holds. */
    @Test
    void aDamagedStoreIsExplainedToThoseWhoMayAskAlone() throws Exception {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        HttpOptions options = new HttpOptions("127.0.0.1", 0, tokens, null, false, Set.of(), HttpLimits.defaults());
        try (DamagedServer server = new DamagedServer(options, "damaged: file=/var/secret", meters)) {
            server.start();
            String url = "http://127.0.0.1:" + server.port();
            HttpClient client = HttpClient.newHttpClient();
            for (String path : List.of("/", "/health/ready", "/openapi.yaml")) {
                HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
                HttpResponse<String> stranger = client.send(request.build(), BodyHandlers.ofString());
                assertThat(stranger.statusCode()).isEqualTo(503);
                assertThat(stranger.body())
                        .contains("the store cannot be opened")
                        .doesNotContain("secret");
                HttpResponse<String> reader =
                        client.send(request.headers(bearer("r")).build(), BodyHandlers.ofString());
                assertThat(reader.statusCode()).isEqualTo(503);
                assertThat(reader.body()).contains("file=/var/secret");
            }
            for (String path : List.of("/v1/status", "/metrics", "/v1/recall?cue=a")) {
                HttpRequest request =
                        HttpRequest.newBuilder(URI.create(url + path)).build();
                assertThat(client.send(request, BodyHandlers.ofString()).statusCode())
                        .isEqualTo(401);
            }
            HttpRequest live =
                    HttpRequest.newBuilder(URI.create(url + "/health/live")).build();
            assertThat(client.send(live, BodyHandlers.ofString()).body()).isEqualTo("live");
            HttpRequest write = HttpRequest.newBuilder(URI.create(url + "/v1/episodes"))
                    .headers(bearer("r"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{}"))
                    .build();
            assertThat(client.send(write, BodyHandlers.ofString()).statusCode()).isEqualTo(403);
        }
    }

    @Test
    void whoIsNotLetInIsToldHowAsAProblem() throws Exception {
        try (ServedMemory memory = guarded()) {
            HttpResponse<String> response = memory.get("/v1/status", "Authorization", "Bearer Geheimgeheimgeheim");
            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(response.headers().firstValue("WWW-Authenticate")).hasValue("Bearer realm=\"synfire\"");
            assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(response.body()).contains("\"status\":401").doesNotContain("Geheim");
        }
    }

    /** What is open is open by its exact path: no other way of writing a path gets past the gate. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/./status",
                "//v1/status",
                "/health/live/../../v1/status",
                "/health/live;/../../v1/status",
                "/v1/%73tatus",
                "/openapi.yaml/../v1/status",
                "/V1/STATUS",
                "/v1/status/",
                "/v1/status;x=/health/live"
            })
    void noWayOfWritingAPathGetsPastTheGate(String path) throws Exception {
        try (ServedMemory memory = guarded()) {
            String answer = memory.raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            assertThat(answer).containsPattern("^HTTP/1.1 (400|401) ").doesNotContain("\"watermark\"");
        }
    }

    @Test
    void tokensAreRotatedWithoutARestartAndABadFileChangesNothing() throws Exception {
        try (ServedMemory memory = guarded()) {
            Files.writeString(tokens, "read nnnnnnnnnnnnnnnn\n");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> memory.get("/v1/status", bearer("n")).statusCode() == 200);
            assertThat(memory.get("/v1/status", bearer("r")).statusCode()).isEqualTo(401);
            Files.writeString(tokens, "nonsense\n");
            // Long enough for it to be seen, and passed over.
            await().during(Duration.ofSeconds(3))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> memory.get("/v1/status", bearer("n")).statusCode() == 200);
        }
    }

    @Test
    void withoutTokensThisMachineMayDoEverything() throws Exception {
        try (ServedMemory memory = open()) {
            assertThat(memory.post("/v1/episodes", EPISODE).statusCode()).isEqualTo(202);
            assertThat(memory.get("/v1/admin/rebuild").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whatOthersCanReachIsNotServedWithoutTokensByMistake() throws Exception {
        HttpOptions everywhere = HttpOptions.of("0.0.0.0", 0);
        assertThatThrownBy(() -> new ServedMemory(directory.resolve("a"), everywhere))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("http.tokens")
                .hasMessageContaining("http.host=0.0.0.0");
        HttpOptions meant = new HttpOptions("0.0.0.0", 0, null, null, true, Set.of(), HttpLimits.defaults());
        try (ServedMemory memory = new ServedMemory(directory.resolve("b"), meant)) {
            assertThat(memory.raw("GET /v1/status HTTP/1.1\r\nHost: any.name\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, 200",
        "LOCALHOST:8720, 200",
        "127.0.0.1:1, 200",
        "127.8.9.1, 200",
        "[::1]:8720, 200",
        "memory.example:8720, 200",
        "evil.example, 421",
        "localhost.evil.example, 421",
        "127.0.0.1.evil.example, 421",
        "10.0.0.1, 421",
        "evil.example:localhost, 421"
    })
    void aNameThatSomebodyElseLedHereIsNotAnswered(String host, int status) throws Exception {
        HttpOptions named =
                new HttpOptions("127.0.0.1", 0, null, null, false, Set.of("Memory.Example"), HttpLimits.defaults());
        try (ServedMemory memory = new ServedMemory(directory.resolve("store"), named)) {
            String answer = memory.raw("GET /v1/status HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
            // A port that is no number is no HTTP.
            assertThat(answer).containsPattern("^HTTP/1.1 (" + status + (status == 421 ? "|400" : "") + ") ");
            assertThat(memory.raw("GET /health/live HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Sec-Fetch-Site, same-origin, 202",
        "Sec-Fetch-Site, none, 202",
        "Sec-Fetch-Site, cross-site, 403",
        "Sec-Fetch-Site, same-site, 403",
        "Origin, https://evil.example, 403",
        "Origin, null, 403",
        "Origin, http://127.0.0.1:1, 403",
        "Origin, own, 202"
    })
    void aPageOfAnotherOriginCannotPost(String header, String value, int status) throws Exception {
        try (ServedMemory memory = open()) {
            String sent = value.equals("own") ? "http://127.0.0.1:" + memory.server.port() : value;
            HttpResponse<String> response = memory.post("/v1/episodes", EPISODE, header, sent);
            assertThat(response.statusCode()).isEqualTo(status);
            assertThat(memory.denied("cross-site")).isEqualTo(status == 403 ? 1 : 0);
            assertThat(memory.get("/v1/status", header, sent).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void everyResponseSaysThatNobodyElseMayUseOrKeepIt() throws Exception {
        try (ServedMemory memory = open()) {
            for (String path : Set.of("/", "/v1/status", "/nowhere", "/v1/concepts?k=0", "/v1/%zz")) {
                String answer = memory.raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
                assertThat(answer)
                        .as(path)
                        .contains("X-Content-Type-Options: nosniff")
                        .contains("Content-Security-Policy: default-src 'none'")
                        .contains("Referrer-Policy: no-referrer")
                        .contains("Cross-Origin-Opener-Policy: same-origin")
                        .contains("Cross-Origin-Resource-Policy: same-origin")
                        .contains("Cache-Control: " + (path.equals("/") ? "no-cache" : "no-store"))
                        .doesNotContain("Server:")
                        .doesNotContain("Jetty");
            }
        }
    }
}
