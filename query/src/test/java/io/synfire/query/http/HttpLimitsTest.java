package io.synfire.query.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What one client may not take from the others, over real HTTP. */
@Timeout(300)
final class HttpLimitsTest {

    private static final String EPISODE = "{\"concepts\":[\"a\"]}";

    @TempDir
    Path directory;

    private ServedMemory served(HttpLimits limits, Entry... entries) {
        HttpOptions options = new HttpOptions("127.0.0.1", 0, null, null, false, Set.of(), limits);
        return new ServedMemory(directory.resolve("store"), options, entries);
    }

    private static HttpLimits limits(int concurrentMax, int waitingMax, Duration queryTimeMax, Duration idleMax) {
        return new HttpLimits(4_096, 1_024, 1 << 20, 2_048, 3, queryTimeMax, concurrentMax, waitingMax, 64, idleMax);
    }

    private static HttpLimits limits() {
        return limits(4, 4, Duration.ofSeconds(30), Duration.ofSeconds(30));
    }

    @Test
    void aBodyIsBoundedWhateverItsHeadersSay() throws Exception {
        try (ServedMemory memory = served(limits())) {
            String large = " ".repeat(5_000);
            assertProblem(memory.post("/v1/episodes", large), 413, "http.body-max=4096");
            assertProblem(memory.post("/v1/recall", " ".repeat(1_025)), 413, "http.recall-body-max=1024");
            String chunked = memory.raw("POST /v1/episodes HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n" + large
                    + "\r\n0\r\n\r\n");
            assertThat(chunked).startsWith("HTTP/1.1 413 ").contains("http.body-max=4096");
            assertThat(memory.denied("too-large")).isEqualTo(3);
        }
    }

    @Test
    void oneRequestHoldsSoManyEpisodes() throws Exception {
        try (ServedMemory memory = served(limits())) {
            assertThat(memory.post("/v1/episodes", "[" + EPISODE + "," + EPISODE + "," + EPISODE + "]")
                            .statusCode())
                    .isEqualTo(202);
            assertProblem(memory.post("/v1/episodes", "[{},{},{},{}]"), 413, "http.episodes-max=3");
        }
    }

    @Test
    void headersAreBounded() throws Exception {
        try (ServedMemory memory = served(limits())) {
            String long3000 = "x".repeat(3_000);
            assertThat(memory.raw("GET /v1/concepts?prefix=" + long3000 + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                    .containsPattern("^HTTP/1.1 (414|431) ")
                    .contains("application/problem+json");
            assertThat(memory.raw("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + long3000 + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 431 ")
                    .contains("http.header-max");
        }
    }

    @Test
    void aQuestionThatTakesTooLongIsGivenUp() throws Exception {
        List<Entry> many = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            many.add(Episode.of(i, "cue", "other " + i, "third " + i));
        }
        HttpLimits brief = limits(4, 4, Duration.ofMillis(1), Duration.ofSeconds(30));
        try (ServedMemory memory = served(brief, many.toArray(Entry[]::new))) {
            for (String path : List.of(
                    "/v1/concepts?prefix=nothing",
                    "/v1/trending?min-support=0.001&k=1000",
                    "/v1/recall?cue=cue&cue=other%201&hops=4&k=1000",
                    "/v1/concepts/cue/associations?measure=npmi&k=1000",
                    "/v1/associations?from=cue&to=other%201")) {
                // It may be done in a millisecond now and then; not each time.
                HttpResponse<String> late = await().atMost(Duration.ofSeconds(60))
                        .until(() -> memory.get(path), answer -> answer.statusCode() != 200);
                assertProblem(late, 503, "query-time-max=1ms");
            }
            assertThat(memory.denied("out-of-time")).isGreaterThanOrEqualTo(5);
        }
    }

    @Test
    void beyondThoseThatWaitRequestsAreRefusedAtOnceButProbesAreAnswered() throws Exception {
        try (ServedMemory memory = served(limits(1, 3, Duration.ofSeconds(60), Duration.ofSeconds(60)))) {
            CountDownLatch hold = new CountDownLatch(1);
            memory.hold = hold;
            List<CompletableFuture<HttpResponse<String>>> held = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                held.add(memory.client().sendAsync(memory.posting("/v1/episodes", EPISODE), BodyHandlers.ofString()));
            }
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> assertThat(memory.get("/metrics").body()).contains("synfire_http_waiting 3.0"));
            HttpResponse<String> refused = memory.get("/v1/status");
            assertProblem(refused, 429, "too many requests are waiting");
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(memory.denied("busy")).isEqualTo(1);
            for (String path : List.of("/health/live", "/health/ready", "/metrics", "/")) {
                assertThat(memory.get(path).statusCode()).as(path).isEqualTo(200);
            }
            hold.countDown();
            for (CompletableFuture<HttpResponse<String>> response : held) {
                assertThat(response.join().statusCode()).isEqualTo(202);
            }
            assertThat(memory.get("/v1/status").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void appendingLeavesPlacesForQuestions() throws Exception {
        try (ServedMemory memory = served(limits(4, 4, Duration.ofSeconds(60), Duration.ofSeconds(60)))) {
            CountDownLatch hold = new CountDownLatch(1);
            memory.hold = hold;
            List<CompletableFuture<HttpResponse<String>>> posts = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                posts.add(memory.client().sendAsync(memory.posting("/v1/episodes", EPISODE), BodyHandlers.ofString()));
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> memory.denied("busy") == 3);
            assertThat(memory.get("/v1/status").statusCode()).isEqualTo(200);
            hold.countDown();
            List<Integer> statuses = new ArrayList<>();
            for (CompletableFuture<HttpResponse<String>> post : posts) {
                statuses.add(post.join().statusCode());
            }
            assertThat(statuses).containsExactlyInAnyOrder(202, 202, 429, 429, 429);
            assertThat(memory.post("/v1/episodes", EPISODE).statusCode()).isEqualTo(202);
        }
    }

    private static final String HEAD =
            """
            POST /v1/episodes HTTP/1.1
            Host: localhost
            Content-Type: application/json
            Content-Length: 4000

            """
                    .replace("\n", "\r\n");

    private Socket sending(ServedMemory memory, int bytes) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), memory.server.port());
        socket.setSoTimeout(60_000);
        socket.getOutputStream().write((HEAD + " ".repeat(bytes)).getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        return socket;
    }

    private static double held(ServedMemory memory) {
        return memory.meters.get("synfire.http.bodies").gauge().value();
    }

    @Test
    void bodiesThatComeSlowlyHoldNoPlace() throws Exception {
        try (ServedMemory memory = served(limits(2, 0, Duration.ofSeconds(60), Duration.ofSeconds(60)))) {
            List<Socket> slow = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                slow.add(sending(memory, 10));
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> held(memory) == 16 * 1_024);
            for (int i = 0; i < 10; i++) {
                assertThat(memory.post("/v1/episodes", EPISODE).statusCode()).isEqualTo(202);
                assertThat(memory.post("/v1/recall", "{\"cues\":[\"tea\"]}").statusCode())
                        .isEqualTo(200);
                assertThat(memory.get("/v1/status").statusCode()).isEqualTo(200);
            }
            assertThat(memory.denied("busy")).isZero();
            // One of them comes to its end after all.
            Socket first = slow.get(0);
            first.getOutputStream()
                    .write((" ".repeat(4_000 - 10 - EPISODE.length()) + EPISODE).getBytes(StandardCharsets.US_ASCII));
            byte[] answer = new byte[12];
            assertThat(first.getInputStream().readNBytes(answer, 0, answer.length))
                    .isEqualTo(12);
            assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 202");
            for (Socket socket : slow) {
                socket.close();
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> held(memory) == 0);
        }
    }

    @Test
    void whoHoldsMostForLongestMakesRoomForOthers() throws Exception {
        HttpLimits scarce =
                new HttpLimits(4_096, 1_024, 8_192, 2_048, 3, Duration.ofSeconds(60), 4, 4, 64, Duration.ofSeconds(60));
        try (ServedMemory memory = served(scarce)) {
            try (Socket first = sending(memory, 3_990)) {
                await().atMost(Duration.ofSeconds(60)).until(() -> held(memory) == 4_096);
                try (Socket second = sending(memory, 3_990)) {
                    await().atMost(Duration.ofSeconds(60)).until(() -> held(memory) == 8_192);
                    assertThat(memory.post("/v1/episodes", EPISODE).statusCode())
                            .isEqualTo(202);
                    assertThat(new String(first.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                            .startsWith("HTTP/1.1 429 ")
                            .contains("Retry-After: 1", "http.bodies-max");
                    assertThat(memory.denied("busy")).isEqualTo(1);
                    await().atMost(Duration.ofSeconds(60)).until(() -> held(memory) == 4_096);
                    // The other one has lost nothing.
                    second.getOutputStream().write((" ".repeat(10 - 2) + "{}").getBytes(StandardCharsets.US_ASCII));
                    byte[] answer = new byte[12];
                    assertThat(second.getInputStream().readNBytes(answer, 0, answer.length))
                            .isEqualTo(12);
                    assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 400");
                }
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> held(memory) == 0);
        }
    }

    @Test
    void aBodyThatTricklesInIsGivenUp() throws Exception {
        try (ServedMemory memory = served(limits(4, 4, Duration.ofSeconds(30), Duration.ofMillis(500)));
                Socket trickling = sending(memory, 1)) {
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return new String(trickling.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            // Never silent for as long as a connection may be, and never done.
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        if (!answer.isDone()) {
                            try {
                                trickling.getOutputStream().write(' ');
                            } catch (IOException e) {
                                // Closed in between.
                                return answer.isDone();
                            }
                        }
                        return answer.isDone();
                    });
            assertThat(answer.join()).startsWith("HTTP/1.1 408 ").contains("application/problem+json");
            assertThat(memory.denied("slow")).isEqualTo(1);
        }
    }

    @Test
    void whoWaitsTooLongIsRefused() throws Exception {
        try (ServedMemory memory = served(limits(1, 3, Duration.ofMillis(300), Duration.ofSeconds(60)))) {
            CountDownLatch hold = new CountDownLatch(1);
            memory.hold = hold;
            var first = memory.client().sendAsync(memory.posting("/v1/episodes", EPISODE), BodyHandlers.ofString());
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> memory.get("/v1/status").statusCode() == 429);
            hold.countDown();
            assertThat(first.join().statusCode()).isEqualTo(202);
        }
    }

    @Test
    void aConnectionThatIsSilentIsClosed() throws Exception {
        try (ServedMemory memory = served(limits(4, 4, Duration.ofSeconds(30), Duration.ofMillis(300)))) {
            try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), memory.server.port())) {
                silent.setSoTimeout(60_000);
                assertThat(silent.getInputStream().read()).isEqualTo(-1);
            }
            String half = "POST /v1/episodes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 100\r\n\r\n{";
            assertThat(memory.raw(half.getBytes(StandardCharsets.US_ASCII), false))
                    .startsWith("HTTP/1.1 408 ")
                    .contains("application/problem+json");
        }
    }

    @Test
    void aLimitOutOfItsRangeIsRefusedByName() {
        assertThatThrownBy(() -> limits(0, 1, Duration.ofSeconds(1), Duration.ofSeconds(1)))
                .hasMessageContaining("http.concurrent-max=0");
        assertThatThrownBy(() -> limits(1, -1, Duration.ofSeconds(1), Duration.ofSeconds(1)))
                .hasMessageContaining("http.waiting-max=-1");
        assertThatThrownBy(() -> limits(1, 1, Duration.ZERO, Duration.ofSeconds(1)))
                .hasMessageContaining("http.query-time-max");
    }

    private static void assertProblem(HttpResponse<String> response, int status, String detail) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(response.body()).contains("\"status\":" + status).contains(detail);
    }
}
