package io.synfire.query.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever sends a body that is refused before it has come reads the whole answer, and takes nothing from others by going on. */
@Timeout(300)
final class HttpRefusedBodyTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int BODY_BYTES = 6 << 20;
    private static final String JSON = "Content-Type: application/json\r\n";

    @TempDir
    Path directory;

    private ServedMemory served(HttpLimits limits, @Nullable Path tokens) {
        HttpOptions options = new HttpOptions("127.0.0.1", 0, tokens, null, false, Set.of(), limits);
        return new ServedMemory(directory.resolve("store"), options);
    }

    /** Bodies of 4 KiB for episodes and of 1 KiB for all else, so that 16 KiB are thrown away. */
    private static HttpLimits small(int connectionsMax, Duration idleMax) {
        return new HttpLimits(4_096, 1_024, 8_192, 2_048, 3, Duration.ofSeconds(60), 1, 0, connectionsMax, idleMax);
    }

    private static Socket connected(ServedMemory memory) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), memory.server.port());
        socket.setSoTimeout((int) LONG.toMillis());
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    private static String read(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void awaitAnswer(Socket socket) {
        await().atMost(LONG).until(() -> socket.getInputStream().available() > 0);
    }

    /** The answer is on its way before most of the body is, and is read when all of it was sent. */
    private static String answerAfterSending(Socket socket, String head, boolean isChunked, boolean isToldEarly)
            throws IOException {
        write(socket, head + "Host: localhost\r\n");
        write(socket, isChunked ? "Transfer-Encoding: chunked\r\n\r\n" : "Content-Length: " + BODY_BYTES + "\r\n\r\n");
        String piece = " ".repeat(64 << 10);
        for (int sent = 0; sent < BODY_BYTES; sent += piece.length()) {
            if (sent == 0 && isToldEarly) {
                awaitAnswer(socket);
            }
            write(socket, isChunked ? Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n" : piece);
        }
        write(socket, isChunked ? "0\r\n\r\n" : "");
        return read(socket);
    }

    private static void assertWhole(String answer, int status) {
        assertThat(answer).startsWith("HTTP/1.1 " + status + ' ').contains("\r\nConnection: close\r\n");
        int length = Integer.parseInt(answer.replaceFirst("(?s).*\r\nContent-Length: (\\d+)\r\n.*", "$1"));
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        assertThat(body.getBytes(StandardCharsets.UTF_8)).hasSize(length);
        assertThat(body).startsWith("{").contains("\"status\":" + status).endsWith("}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    413 | POST /v1/recall    | Content-Type: application/json
                    413 | GET /v1/status     | X: y
                    413 | DELETE /v1/admin/rebuild | X: y
                    413 | GET /health/live   | X: y
                    415 | POST /v1/recall    | Content-Type: text/plain
                    415 | POST /v1/episodes  | Content-Encoding: gzip
                    403 | POST /v1/episodes  | Origin: http://evil.example
                    405 | POST /v1/status    | Content-Type: application/json
                    405 | PUT /v1/episodes   | Content-Type: application/json
                    404 | POST /nowhere      | Content-Type: application/json
                    400 | POST /v1/episodes  | X-HTTP-Method-Override: GET
                    """)
    void theAnswerIsReadByWhoSendsTheWholeBodyFirst(int status, String line, String header) throws Exception {
        try (ServedMemory memory = served(HttpLimits.defaults(), null)) {
            for (boolean isChunked : List.of(false, true)) {
                // Of a body in chunks it is not known at first that it is too large.
                boolean isToldEarly = status != 413 || !isChunked;
                try (Socket socket = connected(memory)) {
                    String head = line + " HTTP/1.1\r\n" + header + "\r\n";
                    assertWhole(answerAfterSending(socket, head, isChunked, isToldEarly), status);
                }
            }
            assertThat(memory.done).isEmpty();
        }
    }

    @Test
    void theAnswerIsReadByWhoHasNoRight() throws Exception {
        Path tokens = directory.resolve("tokens");
        Files.writeString(tokens, "read " + "r".repeat(16) + "\n");
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-------"));
        try (ServedMemory memory = served(HttpLimits.defaults(), tokens)) {
            for (boolean isChunked : List.of(false, true)) {
                try (Socket socket = connected(memory)) {
                    String head = "POST /v1/episodes HTTP/1.1\r\n" + JSON;
                    assertWhole(answerAfterSending(socket, head, isChunked, true), 401);
                }
                try (Socket socket = connected(memory)) {
                    String head = "POST /v1/episodes HTTP/1.1\r\n" + JSON + "Authorization: Bearer " + "r".repeat(16)
                            + "\r\n";
                    assertWhole(answerAfterSending(socket, head, isChunked, true), 403);
                }
            }
        }
    }

    @Test
    void aClientOfTheJdkReadsEachAnswer() throws Exception {
        try (ServedMemory memory = served(HttpLimits.defaults(), null)) {
            String large = " ".repeat((1 << 20) + 1);
            for (int i = 0; i < 50; i++) {
                HttpResponse<String> answer = memory.post("/v1/recall", large);
                assertThat(answer.statusCode()).isEqualTo(413);
                assertThat(answer.body()).contains("http.recall-body-max=1048576");
                assertThat(memory.post("/v1/status", large).statusCode()).isEqualTo(405);
            }
            assertThat(memory.denied("too-large")).isEqualTo(50);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 100_000})
    void aHeadIsRefusedWithoutABody(int bytes) throws Exception {
        try (ServedMemory memory = served(HttpLimits.defaults(), null);
                Socket socket = connected(memory)) {
            write(socket, "HEAD /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + bytes + "\r\n\r\n");
            awaitAnswer(socket);
            write(socket, " ".repeat(bytes));
            assertThat(read(socket))
                    .startsWith("HTTP/1.1 404 ")
                    .contains("\r\nConnection: close\r\n")
                    .endsWith("\r\n\r\n");
        }
    }

    /** What is sent along to a route that takes no body is no reason to close, and is not taken for the next request. */
    @ParameterizedTest
    @ValueSource(
            strings = {"Content-Length: 12\r\n\r\nGET / HTTP/1", "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
            })
    void aBodyThatIsNotAskedForIsThrownAway(String body) throws Exception {
        try (ServedMemory memory = served(small(64, LONG), null);
                Socket socket = connected(memory)) {
            String get = "GET /v1/status HTTP/1.1\r\nHost: localhost\r\n";
            write(socket, get + body + get + "Connection: close\r\n\r\n");
            assertThat(read(socket).split("HTTP/1.1 200 OK", -1)).hasSize(3);
        }
    }

    /** What is refused before it is known what it asks for. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    400 | POST /%zz HTTP/1.1           | Host: localhost
                    400 | POST /v1/recall HTTP/1.1     | Transfer-Encoding: gzip
                    417 | POST /v1/recall HTTP/1.1     | Expect: x
                    505 | POST /v1/recall HTTP/3.1     | Host: localhost
                    400 | POST /v1/recall HTTP/1.1     | X y
                    """)
    void whatIsNoHttpIsAnsweredToWhoGoesOn(int status, String line, String header) throws Exception {
        try (ServedMemory memory = served(HttpLimits.defaults(), null);
                Socket socket = connected(memory)) {
            String answer = answerAfterSending(socket, line + "\r\n" + header + "\r\n", false, true);
            assertWhole(answer, status);
        }
    }

    @Test
    void headersThatAreTooLargeAreAnsweredToWhoGoesOn() throws Exception {
        try (ServedMemory memory = served(HttpLimits.defaults(), null)) {
            for (String begin : List.of("GET / HTTP/1.1\r\nHost: localhost\r\nX: ", "GET /")) {
                try (Socket socket = connected(memory)) {
                    write(socket, begin + "x".repeat(9_000));
                    awaitAnswer(socket);
                    for (int i = 0; i < 64; i++) {
                        write(socket, "x".repeat(64 << 10));
                    }
                    assertWhole(read(socket), begin.length() > 5 ? 431 : 414);
                }
            }
        }
    }

    /** Chunks that are none: it cannot be told where the body ends. */
    @Test
    void aBodyOutOfJointIsAnsweredToWhoGoesOn() throws Exception {
        try (ServedMemory memory = served(HttpLimits.defaults(), null);
                Socket socket = connected(memory)) {
            write(
                    socket,
                    "POST /v1/recall HTTP/1.1\r\nHost: localhost\r\n" + JSON
                            + "Transfer-Encoding: chunked\r\n\r\nzz\r\n");
            awaitAnswer(socket);
            for (int i = 0; i < 64; i++) {
                write(socket, "x".repeat(64 << 10));
            }
            assertWhole(read(socket), 400);
        }
    }

    /** The sender does not send what it was not asked for: nothing is waited for. */
    @ParameterizedTest
    @CsvSource({"/v1/episodes, application/json, 413", "/v1/episodes, text/plain, 415", "/nowhere, text/plain, 404"})
    void whoWaitsToBeAskedForABodyIsRefusedInstead(String path, String type, int status) throws Exception {
        try (ServedMemory memory = served(small(64, LONG), null)) {
            String request = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type
                    + "\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n\r\n";
            String answer = memory.raw(request.getBytes(StandardCharsets.US_ASCII), false);
            assertWhole(answer, status);
            assertThat(answer).doesNotContain("HTTP/1.1 100");
        }
    }

    /** Asked for it, then refused, since it is in chunks. */
    @Test
    void whoWasAskedForABodyThatIsTooLargeReadsTheAnswer() throws Exception {
        try (ServedMemory memory = served(HttpLimits.defaults(), null);
                Socket socket = connected(memory)) {
            String head = "POST /v1/recall HTTP/1.1\r\n" + JSON + "Expect: 100-continue\r\n";
            String answer = answerAfterSending(socket, head, true, true);
            String interim = "HTTP/1.1 100 Continue\r\n\r\n";
            assertThat(answer).startsWith(interim);
            assertWhole(answer.substring(interim.length()), 413);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nowhere", "/%zz"})
    void whoNeverStopsIsCutOff(String path) throws Exception {
        try (ServedMemory memory = served(small(64, LONG), null);
                Socket socket = connected(memory)) {
            write(socket, "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            awaitAnswer(socket);
            String piece = "400\r\n" + " ".repeat(1_024) + "\r\n";
            long bytes = 0;
            try {
                while (bytes < 64 << 20) {
                    write(socket, piece);
                    bytes += piece.length();
                }
            } catch (IOException e) {
                // Cut off.
            }
            // As much as is thrown away, and what lies between the two.
            assertThat(bytes).isLessThan(16 << 20);
            assertThat(memory.get("/v1/status").statusCode()).isEqualTo(200);
        }
    }

    /** Four times the largest body is thrown away, whichever it is: the answer is read by who sends that much. */
    @Test
    void asMuchIsThrownAwayAsIsSaid() {
        assertThat(LingeringClose.bytesMax(HttpLimits.defaults())).isEqualTo(64 << 20);
        assertThat(LingeringClose.bytesMax(small(64, LONG))).isEqualTo(4 * 4_096);
    }

    /** There is one connection at most: that another one is answered shows that the first was closed. */
    @ParameterizedTest
    @CsvSource({"404, /nowhere, 300", "404, /nowhere, 60000", "400, /%zz, 300", "400, /%zz, 60000"})
    void whoStopsIsClosed(int status, String path, int idleMs) throws Exception {
        try (ServedMemory memory = served(small(1, Duration.ofMillis(idleMs)), null);
                Socket socket = connected(memory)) {
            write(socket, "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\n ");
            assertWhole(read(socket), status);
            assertThat(memory.get("/v1/status").statusCode()).isEqualTo(200);
        }
    }

    /** Never silent for as long as it may be. */
    @Test
    void whoTricklesIsClosed() throws Exception {
        try (ServedMemory memory = served(small(64, Duration.ofMillis(500)), null);
                Socket socket = connected(memory)) {
            write(socket, "POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\n ");
            awaitAnswer(socket);
            int[] sent = {0};
            await().atMost(LONG).pollInterval(Duration.ofMillis(50)).until(() -> {
                try {
                    write(socket, " ");
                    sent[0]++;
                    return false;
                } catch (IOException e) {
                    return true;
                }
            });
            assertThat(sent[0]).isLessThan(9_000);
        }
    }

    /** However many of them there are. */
    @Test
    void whatIsThrownAwayHoldsNoPlaceAndNoRoom() throws Exception {
        try (ServedMemory memory = served(small(64, LONG), null)) {
            List<Socket> refused = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                Socket socket = connected(memory);
                refused.add(socket);
                String path = i % 2 == 0 ? "/v1/episodes" : "/v1/status";
                write(
                        socket,
                        "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + JSON + "Content-Length: 12000\r\n\r\n");
                awaitAnswer(socket);
                write(socket, " ".repeat(6_000));
            }
            assertThat(memory.meters.get("synfire.http.bodies").gauge().value()).isZero();
            for (int i = 0; i < 10; i++) {
                assertThat(memory.post("/v1/episodes", "{\"concepts\":[\"a\"]}").statusCode())
                        .isEqualTo(202);
            }
            assertThat(memory.denied("busy")).isZero();
            for (Socket socket : refused) {
                write(socket, " ".repeat(6_000));
                assertThat(read(socket)).matches("(?s)HTTP/1\\.1 4(13|05) .*\\}");
                socket.close();
            }
        }
    }

    /** Those that are heard out do not keep others out. */
    @Test
    void manyAtOnceReadTheirAnswers() throws Exception {
        try (ServedMemory memory = served(HttpLimits.defaults(), null)) {
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                answers.add(CompletableFuture.supplyAsync(
                        () -> {
                            try (Socket socket = connected(memory)) {
                                String head = "POST /v1/status HTTP/1.1\r\n" + JSON;
                                return answerAfterSending(socket, head, false, true);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        },
                        task -> new Thread(task, "sending").start()));
            }
            for (CompletableFuture<String> answer : answers) {
                assertWhole(answer.join(), 405);
            }
        }
    }
}
