package io.synfire.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is nearly, and not, what a route takes: each is refused with the status and the words of its kind, and nothing is done. */
@SuppressWarnings("NullAway.Init")
final class HttpInputTest {

    @TempDir
    static Path directory;

    private static ServedMemory memory;

    @BeforeAll
    static void start() {
        memory = new ServedMemory(directory, HttpOptions.of("127.0.0.1", 0));
    }

    @BeforeEach
    void begin() {
        memory.done.clear();
    }

    @AfterAll
    static void stop() {
        memory.close();
    }

    private static HttpResponse<String> send(String path, byte[] body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(memory.uri(path)).POST(BodyPublishers.ofByteArray(body));
        return memory.client()
                .send((headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
    }

    private static void assertRefused(HttpResponse<String> response, int status, String detail) {
        assertThat(response.body()).contains("\"status\":" + status).contains(detail);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(memory.done).isEmpty();
    }

    private static final Map<String, String> BODIES = Map.of(
            "/v1/recall", "{\"cues\":[\"tea\"]}",
            "/v1/episodes", "[{\"concepts\":[\"a\"]}]",
            "/v1/admin/rebuild", "{}",
            "/v1/admin/backup", "{\"directory\":\"/x\"}");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/json; charset=utf-16",
                "application/json; charset=iso-8859-1",
                "application/jsonx",
                "application/json, text/plain",
                "application/json;;;",
                "*/*"
            })
    void anotherContentTypeIs415EverywhereAndSaysWhichIsRight(String type) throws Exception {
        for (Map.Entry<String, String> body : BODIES.entrySet()) {
            byte[] bytes = body.getValue().getBytes(StandardCharsets.UTF_8);
            assertRefused(send(body.getKey(), bytes, "Content-Type", type), 415, "application/json");
            assertRefused(send(body.getKey(), bytes), 415, "Content-Type=missing");
        }
        assertRefused(memory.post("/v1/recall", "{\"cues\":[\"tea\"]}", "Content-Type", type), 415, "Content-Type=");
    }

    @Test
    void linesAreForEpisodesAlone() throws Exception {
        byte[] line = "{\"cues\":[\"tea\"]}".getBytes(StandardCharsets.UTF_8);
        for (String path : List.of("/v1/recall", "/v1/admin/rebuild", "/v1/admin/backup")) {
            assertRefused(send(path, line, "Content-Type", "application/x-ndjson"), 415, "[application/json]");
        }
        byte[] episode = "{\"concepts\":[\"a\"]}".getBytes(StandardCharsets.UTF_8);
        assertThat(send("/v1/episodes", episode, "Content-Type", "Application/X-NDJSON")
                        .statusCode())
                .isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "APPLICATION/JSON",
                "application/json; charset=UTF-8",
                "application/json;charset=\"utf-8\""
            })
    void jsonIsJsonHoweverItIsSaid(String type) throws Exception {
        byte[] body = "{\"cues\":[\"tea\"]}".getBytes(StandardCharsets.UTF_8);
        assertThat(send("/v1/recall", body, "Content-Type", type).statusCode()).isEqualTo(200);
    }

    @Test
    void aCompressedBodyIs415() throws Exception {
        for (Map.Entry<String, String> body : BODIES.entrySet()) {
            byte[] bytes = body.getValue().getBytes(StandardCharsets.UTF_8);
            assertRefused(
                    send(body.getKey(), bytes, "Content-Type", "application/json", "Content-Encoding", "gzip"),
                    415,
                    "Content-Encoding=gzip");
            assertRefused(
                    send(
                            body.getKey(),
                            bytes,
                            "Content-Type",
                            "application/json",
                            "Content-Encoding",
                            "identity",
                            "Content-Encoding",
                            "gzip"),
                    415,
                    "Content-Encoding=identity, gzip");
        }
        assertThat(send(
                                "/v1/recall",
                                "{\"cues\":[\"tea\"]}".getBytes(StandardCharsets.UTF_8),
                                "Content-Type",
                                "application/json",
                                "Content-Encoding",
                                "identity")
                        .statusCode())
                .isEqualTo(200);
    }

    /** One that ends with chunks has an end, so it is known what comes next; of another nobody knows where it ends. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    gzip, chunked      | 415
                    GZIP, chunked      | 415
                    deflate,chunked    | 415
                    br, gzip, chunked  | 415
                    identity, chunked  | 200
                    chunked            | 200
                    gzip               | 400
                    chunked, gzip      | 400
                    chunked, chunked   | 400
                    """)
    void aBodyOfAnotherTransferCodingIsRefused(String coding, int status) throws Exception {
        for (Map.Entry<String, String> body : BODIES.entrySet()) {
            memory.done.clear();
            String answer = memory.raw("POST " + body.getKey()
                    + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: " + coding + "\r\n\r\n"
                    + Integer.toHexString(body.getValue().length()) + "\r\n" + body.getValue() + "\r\n0\r\n\r\n");
            if (status == 200) {
                assertThat(answer).as(body.getKey()).matches("(?s)HTTP/1\\.1 20[02] .*");
                continue;
            }
            assertThat(answer)
                    .as(body.getKey())
                    .startsWith("HTTP/1.1 " + status + ' ')
                    .contains("application/problem+json", "\"status\":" + status);
            if (status == 415) {
                assertThat(answer).contains("a body must not be compressed: Transfer-Encoding=");
            }
            assertThat(memory.done).isEmpty();
        }
    }

    @Test
    void aBodyThatIsNotUtf8Is400() throws Exception {
        for (Map.Entry<String, String> body : BODIES.entrySet()) {
            for (byte[] bytes : List.of(
                    body.getValue().getBytes(StandardCharsets.UTF_16),
                    body.getValue().getBytes(StandardCharsets.UTF_16LE),
                    body.getValue().getBytes(StandardCharsets.UTF_16BE),
                    body.getValue().replace("{", "{\"ü\":1,").getBytes(StandardCharsets.ISO_8859_1))) {
                assertRefused(
                        send(body.getKey(), bytes, "Content-Type", "application/json"),
                        400,
                        "the body must be JSON in UTF-8");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    /v1/concepts?k=5&k=6                                 | a parameter must be given once: parameter=k
                    /v1/concepts?k=5&k=5                                 | a parameter must be given once: parameter=k
                    /v1/concepts?%6b=5&k=5                               | a parameter must be given once: parameter=k
                    /v1/recall?cue=tea&min-support=1&min-support=2       | a parameter must be given once: parameter=min-support
                    /v1/concepts/tea/associations?measure=lift&measure=lift | a parameter must be given once: parameter=measure
                    /v1/recall?cue=tea&min-support=0x1p3                 | min-support must be a number
                    /v1/recall?cue=tea&min-support=1d                    | min-support must be a number
                    /v1/recall?cue=tea&popularity=1f                     | popularity must be a number
                    /v1/recall?cue=tea&self=NaN                          | self must be a number
                    /v1/recall?cue=tea&shrinkage=1e309                   | shrinkage must be a number
                    /v1/recall?cue=tea&hops=%D9%A1                       | hops must be a whole number
                    /v1/recall?cue=tea&k=%2B5                            | k must be a whole number
                    /v1/recall?cue=tea&blend=1d:0x1p-1                   | a weight of a blend must be a number
                    /v1/recall?cue=tea&blend=1d:1f                       | a weight of a blend must be a number
                    /v1/concepts?k=05                                    | k must be a whole number: k=05
                    /v1/recall?cue=tea&hops=01                           | hops must be a whole number: hops=01
                    /v1/recall?cue=tea&min-support=00.5                  | min-support must be a number
                    /v1/concepts/tea/associations?measure=LIFT           | measure must be one of [strength, confidence, lift, pmi, npmi, jaccard, cosine, llr]: measure=LIFT
                    /v1/concepts/tea/associations?measure=               | measure must be one of
                    /v1/recall?cue=tea&ordered=TRUE                      | ordered must be true or false
                    /v1/recall?cue=tea&candidates=tea                    | candidate, cue, exclude
                    /v1/recall?cue=tea&minSupport=1                      | min-support
                    /v1/status?k=5                                       | unknown parameter, this route knows []: parameter=k
                    /v1/admin/rebuild?k=5                                | unknown parameter, this route knows []: parameter=k
                    /v1/recall?cue=%C3%28                                | percent-encoded UTF-8
                    /v1/recall?cue=%C3                                   | percent-encoded UTF-8
                    /v1/recall?cue=%ED%A0%80                             | percent-encoded UTF-8
                    /v1/recall?cue=%C0%80                                | percent-encoded UTF-8
                    /v1/recall?cue=%FF                                   | percent-encoded UTF-8
                    /v1/concepts?prefix=%E4                              | percent-encoded UTF-8
                    """)
    void aQuestionByParametersThatIsNotWellWrittenIs400(String path, String detail) throws Exception {
        assertRefused(memory.get(path), 400, detail);
    }

    /** A page may be asked for past a cache, and whoever probes or scrapes may add what all targets get. */
    @Test
    void aParameterThatIsNotKnownIs400WhereParametersAreLookedAt() throws Exception {
        for (Route route : Route.values()) {
            String path = route.path().replace("{id}", "tea");
            HttpRequest.Builder request = HttpRequest.newBuilder(memory.uri(path + "?v=1"));
            if (!route.bodyTypes().isEmpty()) {
                request.header("Content-Type", "application/json");
            }
            String body = BODIES.getOrDefault(route.path(), "");
            HttpResponse<String> answer = memory.client()
                    .send(
                            request.method(
                                            route.method(),
                                            body.isEmpty() || route.method().equals("GET")
                                                    ? BodyPublishers.noBody()
                                                    : BodyPublishers.ofString(body))
                                    .build(),
                            BodyHandlers.ofString());
            boolean looksAtNone = route.path().startsWith("/health/")
                    || List.of("/", "/explorer.css", "/explorer.js", "/openapi.yaml", "/metrics")
                            .contains(route.path());
            if (looksAtNone) {
                assertThat(answer.statusCode()).as("%s", route).isEqualTo(200);
            } else {
                assertThat(answer.body()).as("%s", route).contains("unknown parameter", "parameter=v");
                assertThat(answer.statusCode()).as("%s", route).isEqualTo(400);
            }
        }
        assertThat(memory.done).isEmpty();
    }

    @Test
    void aFlagMayHaveNoValue() throws Exception {
        for (String flag : List.of("ordered", "ordered=", "ordered=true", "include-cues", "ordered=false")) {
            assertThat(memory.get("/v1/recall?cue=tea&" + flag).statusCode())
                    .as(flag)
                    .isEqualTo(200);
        }
    }

    /** What a client of HTTP does not let one send. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/recall?cue=%zz",
                "/v1/recall?cue=%",
                "/v1/recall?cue=tea%2",
                "/v1/recall?%C3=tea",
                "/v1/concepts/%FF/associations",
                "/v1/concepts/%zz/associations",
                "/v1/concepts/tea%/associations",
                "/v1/concepts/%C3%28/associations"
            })
    void aUrlThatIsNotUtf8Is400(String path) throws Exception {
        String answer = memory.raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 400 ").contains("application/problem+json");
    }

    @Test
    void bytesThatAreNotUtf8AreRefusedAndThoseThatAreAreReadWithoutPercentsToo() throws Exception {
        for (String cue : List.of("\u00ff", "\u00c3(", "\u00ed\u00a0\u0080")) {
            assertThat(memory.raw(
                            "GET /v1/recall?cue=" + cue + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 400 ");
        }
        String utf8 = new String("ü😀".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        assertThat(memory.raw(
                        "GET /v1/recall?cue=" + utf8 + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\"unknownCues\":[\"ü😀\"]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    {"cues":["a"],"cues":["b"]}                     | a field must be given once: field=cues
                    {"cues":["a"],"k":1,"k":1}                      | a field must be given once: field=k
                    {"cues":[{"concept":"a","concept":"b"}]}        | a field must be given once: field=concept
                    {"cues":["a"],"blend":{"1d":1,"1d":1}}          | a field must be given once: field=1d
                    {"cues":["a"],"min-support":1}                  | minSupport
                    {"cue":["a"]}                                   | a recall knows [cues, ordered, includeCues, exclude, candidates
                    {"cues":[{"concept":"a","strength":1}]}         | a cue knows [concept, weight]
                    {"cues":[{"weight":1}]}                         | concept=missing
                    {"cues":["a"],"k":05}                           | the body must be JSON
                    {"cues":["a"],"minSupport":00.5}                | the body must be JSON
                    {"cues":["a"],"k":1e2}                          | k must be a whole number
                    {"cues":["a"],"k":99999999999}                  | k must be a whole number
                    {"cues":["a"],"k":"5"}                          | k must be a whole number: found=string
                    {"cues":["a"],"minSupport":1e999999999}         | minSupport must be a number
                    {"cues":["\\ud800"]}                            | a cue must be Unicode
                    {"cues":["a"],"exclude":["\\udc00x"]}           | exclude must be Unicode
                    {"cues":["a"],"exclude":"a"}                    | exclude must be an array: found=string
                    {"cues":"a"}                                    | cues must be an array: found=string
                    {"cues":[["a"]]}                                | a cue must be a string: found=array
                    {"cues":["a"                                    | the body must be JSON: line=1 column=
                    {"cues":["a"]}}                                 | the body must be JSON: line=1 column=
                    {"cues":["a"]} {}                               | the body must be one JSON value: found=object
                    ["a"]                                           | a recall must be a JSON object: found=array
                    {"cues":[[[[[[[[[[[["a"]]]]]]]]]]]]}            | a cue must be a string: found=array
                    {"cues":["a"],"at":"1970-01-01T00:00:00Z","at":0} | a field must be given once: field=at
                    """)
    void aQuestionByBodyThatIsNotWellWrittenIs400(String body, String detail) throws Exception {
        assertRefused(memory.post("/v1/recall", body), 400, detail);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    /v1/admin/rebuild | {"settings":{},"settings":{}}               | a field must be given once: field=settings
                    /v1/admin/rebuild | {"settings":{"tau":"1h","tau":"2h"}}        | a field must be given once: field=tau
                    /v1/admin/rebuild | {"setting":{}}                              | a rebuild knows [settings, until]: field=setting
                    /v1/admin/rebuild | {"settings":{"half-lives":[["1h"]]}}        | a value must be text or a number: found=array
                    /v1/admin/backup  | {"directory":"/a","directory":"/b"}         | a field must be given once: field=directory
                    /v1/admin/backup  | {"dir":"/a"}                                | a backup knows [directory]: field=dir
                    /v1/admin/backup  | {}                                          | directory=missing
                    /v1/admin/backup  | {"directory":"a"}                           | an absolute path
                    """)
    void aCommandThatIsNotWellWrittenIs400(String path, String body, String detail) throws Exception {
        assertRefused(memory.post(path, body), 400, detail);
    }

    /** Each of these is one more than may be; as many as may be are answered. */
    @Test
    void whatIsTooMuchIsRefusedByItsLimit() throws Exception {
        assertThat(memory.post("/v1/recall", "{\"cues\":[" + times(1_000) + "]}")
                        .statusCode())
                .isEqualTo(200);
        assertRefused(
                memory.post("/v1/recall", "{\"cues\":[" + times(1_001) + "]}"), 400, "cues must hold at most 1000");
        for (String name : List.of("exclude", "candidates")) {
            String question = "{\"cues\":[\"tea\"],\"" + name + "\":[";
            assertThat(memory.post("/v1/recall", question + times(10_000) + "]}")
                            .statusCode())
                    .isEqualTo(200);
            assertRefused(
                    memory.post("/v1/recall", question + times(10_001) + "]}"), 400, name + " must hold at most 10000");
        }
        String horizons =
                IntStream.range(0, 101).mapToObj(i -> "\"" + (i + 1) + "h\":1").collect(Collectors.joining(","));
        assertRefused(
                memory.post("/v1/recall", "{\"cues\":[\"tea\"],\"blend\":{" + horizons + "}}"),
                400,
                "at most 100 fields");
        assertRefused(memory.post("/v1/admin/rebuild", "{\"settings\":{" + horizons + "}}"), 400, "at most 100 fields");
        assertRefused(
                memory.post("/v1/admin/rebuild", "{\"settings\":{\"half-lives\":[" + times(101) + "]}}"),
                400,
                "half-lives must hold at most 100");
        assertRefused(
                memory.post("/v1/recall", "{\"cues\":[\"" + "x".repeat(1 << 20) + "\"]}"), 413, "http.recall-body-max");
        assertRefused(
                memory.post("/v1/recall", "{\"" + "x".repeat(100_000) + "\":1}"),
                400,
                "the body must be JSON of a usual size");
        assertRefused(
                memory.post("/v1/recall", "{\"cues\":[],\"k\":1" + "0".repeat(100_000) + "}"),
                400,
                "the body must be JSON of a usual size");
    }

    private static String times(int count) {
        return "\"a\"" + ",\"a\"".repeat(count - 1);
    }

    @Test
    void getAndPostTakeTheSameNames() throws Exception {
        HttpResponse<String> byParameters = memory.get("/v1/recall?cue=tea&k=3&hops=1&ordered=true&include-cues=true"
                + "&exclude=honey&candidate=milk&candidate=tea&prefix=m&popularity=0.1&shrinkage=1&self=2&blend=1d:1,30d:2"
                + "&min-support=0.1&at=5000");
        HttpResponse<String> byBody = memory.post(
                "/v1/recall",
                "{\"cues\":[\"tea\"],\"k\":3,\"hops\":1,\"ordered\":true,\"includeCues\":true,\"exclude\":[\"honey\"],"
                        + "\"candidates\":[\"milk\",\"tea\"],\"prefix\":\"m\",\"popularity\":0.1,\"shrinkage\":1,\"self\":2,"
                        + "\"blend\":{\"1d\":1,\"30d\":2},\"minSupport\":0.1,\"at\":5000}");
        assertThat(byParameters.statusCode()).as(byParameters.body()).isEqualTo(200);
        assertThat(byBody.body())
                .isEqualTo(byParameters.body())
                .contains("\"asOf\":\"1970-01-01T00:00:05Z\"")
                .contains("\"concept\":\"milk\"")
                .doesNotContain("\"concept\":\"honey\"");
    }

    /** HEAD says what GET would, and nothing more. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/explorer.css",
                "/explorer.js",
                "/openapi.yaml",
                "/health/live",
                "/health/ready",
                "/v1/concepts",
                "/v1/concepts/tea/associations",
                "/v1/concepts/nothing/associations",
                "/v1/associations?from=tea&to=milk",
                "/v1/recall?cue=tea",
                "/v1/recall?nonsense=1",
                "/v1/status",
                "/v1/admin/rebuild",
                "/nowhere"
            })
    void headIsGetWithoutTheBody(String path) throws Exception {
        HttpResponse<String> get = memory.get(path);
        HttpResponse<String> head = memory.client()
                .send(
                        HttpRequest.newBuilder(memory.uri(path))
                                .method("HEAD", BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString());
        assertThat(head.statusCode()).isEqualTo(get.statusCode());
        assertThat(head.body()).isEmpty();
        assertThat(headers(head)).isEqualTo(headers(get)).containsKey("content-type");
    }

    private static Map<String, List<String>> headers(HttpResponse<?> response) {
        return response.headers().map().entrySet().stream()
                .filter(header -> !header.getKey().equals("date"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
