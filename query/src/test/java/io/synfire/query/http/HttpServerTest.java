package io.synfire.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.query.answer.EvidenceAnswer;
import io.synfire.query.answer.RebuildStatus;
import io.synfire.query.answer.StatusAnswer;
import io.synfire.query.recall.BadQueryException;
import io.synfire.query.recall.Queries;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The routes over real HTTP, over a real memory. */
@SuppressWarnings("NullAway.Init")
final class HttpServerTest {

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<byte[]> appended = new ArrayList<>();
    private boolean ready = true;
    private @Nullable EvidenceSource evidence = (from, to, k) -> evidence(from, to);
    private final Rebuilt rebuilds = new Rebuilt();
    private Engine engine;
    private HttpServer server;

    /** Keeps what it is asked for. */
    private static final class Rebuilt implements RebuildControl {
        private RebuildStatus status = RebuildStatus.none();

        @Override
        public RebuildStatus begin(Map<String, String> settings, @Nullable Long untilMs) {
            if (status.state() == RebuildStatus.State.READING) {
                throw new ConflictException("a rebuild is under way, one at a time: state=reading");
            }
            status = new RebuildStatus(RebuildStatus.State.READING, settings, untilMs, 25, 100, 50, 1.5, null);
            return status;
        }

        @Override
        public RebuildStatus status() {
            return status;
        }

        @Override
        public RebuildStatus cancel() {
            if (status.state() != RebuildStatus.State.READING) {
                throw new ConflictException("no rebuild is under way: state=none");
            }
            status = RebuildStatus.none();
            return status;
        }
    }

    @BeforeEach
    void start() {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        engine = Engine.open(directory, Map.of("half-lives", "none"), new EngineOptions(16 << 20), meters);
        engine.apply(Batch.of(
                Episode.of(0, "tea", "milk"),
                Episode.of(0, "tea", "milk"),
                Episode.of(0, "tea", "a/b %2F?é +#\"<"),
                Episode.of(86_400_000, "milk", "honey")));
        server = server(
                records -> {
                    if (new String(records.get(0), StandardCharsets.UTF_8).contains("bad")) {
                        throw new BadQueryException("a record must be good record=0");
                    }
                    appended.addAll(records);
                    return new EpisodeSink.Appended(0, 7, 6 + records.size());
                },
                meters);
        server.start();
    }

    private HttpServer server(@Nullable EpisodeSink sink, PrometheusMeterRegistry meters) {
        return new HttpServer(
                HttpOptions.of("127.0.0.1", 0),
                QueriesSource.of(new Queries(engine.view())),
                () -> StatusAnswer.of(engine.view(), engine.memoryUse(), ready, 0L, null, null),
                sink,
                evidence,
                new Admin(null, sink == null ? null : rebuilds),
                meters,
                InstantSource.system());
    }

    private static EvidenceAnswer evidence(String from, String to) {
        EvidenceAnswer.Place place = new EvidenceAnswer.Place("kafka:t", 2, 9, 1_000, Episode.of(500, from, to));
        return new EvidenceAnswer(
                List.of(new EvidenceAnswer.Together(place, null)),
                List.of(new EvidenceAnswer.Searched("kafka:t", 2, 0, 10)),
                List.of(),
                10,
                null);
    }

    @AfterEach
    void stop() {
        server.close();
        engine.close();
    }

    @Test
    void associationsHaveTheFieldsOfTheContract() throws Exception {
        HttpResponse<String> response = get("/v1/concepts/tea/associations?k=1");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(response.body())
                .isEqualTo("{\"concept\":\"tea\",\"asOf\":\"1970-01-02T00:00:00Z\",\"measure\":\"strength\","
                        + "\"trials\":\"episodes\",\"associations\":[{\"concept\":\"milk\",\"score\":2.0,\"strength\":2.0,\"confidence\":0.6666666666666666,"
                        + "\"lift\":0.8888888888888888,\"npmi\":-0.16992500144231246}]}");
    }

    @Test
    void anyConceptCanBeNamedInThePath() throws Exception {
        String id = URLEncoder.encode("a/b %2F?é +#\"<", StandardCharsets.UTF_8).replace("+", "%20");
        HttpResponse<String> response = get("/v1/concepts/" + id + "/associations");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("\"concept\":\"tea\"");
    }

    @Test
    void conceptsAreMostActiveFirst() throws Exception {
        assertThat(get("/v1/concepts?k=2").body())
                .isEqualTo("{\"concepts\":[{\"concept\":\"milk\",\"activation\":3.0,\"degree\":2},"
                        + "{\"concept\":\"tea\",\"activation\":3.0,\"degree\":2}]}");
        assertThat(get("/v1/concepts?prefix=ho").body()).contains("honey").doesNotContain("tea");
    }

    @Test
    void anExplanationNamesBothDirections() throws Exception {
        assertThat(get("/v1/associations?from=tea&to=milk").body())
                .contains(
                        "\"trials\":\"episodes\",\"horizons\":[",
                        "\"horizon\":\"none\"",
                        "\"forward\":{\"strength\":2.0,\"row\":3.0,\"column\":3.0,\"total\":4.0,",
                        "\"backward\":{\"strength\":2.0,\"row\":3.0,\"column\":3.0,\"total\":4.0,",
                        "\"llr\":");
    }

    @Test
    void anExplanationNamesEpisodesOfTheLogWhereThatIsAskedFor() throws Exception {
        assertThat(get("/v1/associations?from=tea&to=milk").body()).doesNotContain("\"evidence\"");
        assertThat(get("/v1/associations?from=tea&to=milk&evidence=true").body())
                .contains("\"topic\":\"t\",\"partition\":2,\"offset\":9,\"timestamp\":\"1970-01-01T00:00:01Z\","
                        + "\"at\":\"1970-01-01T00:00:00.500Z\"")
                .contains("\"concepts\":[\"tea\",\"milk\"]");
        assertThat(get("/v1/associations?from=tea&to=milk&evidence=true&k=0").statusCode())
                .isEqualTo(400);
    }

    @Test
    void oneSearchOfTheLogRunsAtATime() throws Exception {
        CountDownLatch searching = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        evidence = (from, to, k) -> {
            searching.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return evidence(from, to);
        };
        String path = "/v1/associations?from=tea&to=milk&evidence=true";
        try (HttpServer other = server(null, new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))) {
            other.start();
            URI uri = URI.create("http://127.0.0.1:" + other.port() + path);
            HttpRequest request = HttpRequest.newBuilder(uri).build();
            var first = client.sendAsync(request, BodyHandlers.ofString());
            searching.await();
            assertThat(client.send(request, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(503);
            goOn.countDown();
            assertThat(first.join().statusCode()).isEqualTo(200);
            assertThat(client.send(request, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void anExplanationAndTheStatusSayWhatIsKeptAndForHowLong() throws Exception {
        assertThat(get("/v1/associations?from=tea&to=milk&horizon=none").body())
                .contains("\"lastReinforcement\":\"1970-01-01T00:00:00Z\"")
                .contains("\"fallsBelow\":{\"strength\":0.0,\"forward\":null,\"backward\":null}")
                .contains("\"retention\":[{\"horizon\":\"none\",\"keeps\":{\"30d\":1.0,\"90d\":1.0,\"365d\":1.0}}]");
        assertThat(get("/v1/associations?from=honey&to=tea").body()).contains("\"lastReinforcement\":null");
        assertThat(get("/v1/status").body())
                .contains("\"duplicates\":0,\"notPlain\":{\"strengths\":0,\"rewards\":0,\"betweenEpisodes\":0}}")
                .contains("\"trials\":\"episodes\",\"memory\":{", "},\"settings\":{\"half-lives\":\"none\"")
                .contains("\"retention\":[{\"horizon\":\"none\"");
    }

    /** The budget, all that is accounted of it, and the parts that this is the sum of, each under the name of its metric. */
    @Test
    void theStatusSaysWhatIsAccountedInParts() throws Exception {
        String status = get("/v1/status").body();
        String memory = status.substring(status.indexOf("\"memory\":{") + 10, status.indexOf(",\"settings\":"));
        Map<String, Long> fields = new LinkedHashMap<>();
        Matcher field = Pattern.compile("\"(\\w+)\":(\\d+)").matcher(memory);
        while (field.find()) {
            fields.put(field.group(1), Long.valueOf(field.group(2)));
        }
        assertThat(fields)
                .containsOnlyKeys(
                        "budgetBytes",
                        "usedBytes",
                        "idsBytes",
                        "marginalsBytes",
                        "tablesBytes",
                        "heldBytes",
                        "rowcacheBytes",
                        "checkpointBytes",
                        "rocksdbCacheBytes",
                        "rocksdbMemtablesBytes",
                        "rocksdbReadersBytes")
                .containsEntry("budgetBytes", 16L << 20)
                .containsEntry("usedBytes", engine.memoryUse().usedBytes())
                .containsEntry("idsBytes", engine.memoryUse().idsBytes())
                .containsEntry("marginalsBytes", engine.memoryUse().marginalsBytes());
        assertThat(fields.entrySet().stream()
                        .skip(2)
                        .mapToLong(Map.Entry::getValue)
                        .sum())
                .isEqualTo(fields.get("usedBytes"));
        String metrics = get("/metrics").body();
        fields.forEach((name, bytes) -> {
            String words = name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
            String metric = "synfire_" + (words.startsWith("rocksdb") ? "" : "memory_") + words;
            assertThat(metrics.lines()
                            .filter(line -> line.startsWith(metric + " "))
                            .mapToDouble(line -> Double.parseDouble(line.substring(metric.length() + 1))))
                    .as(metric)
                    .containsExactly((double) bytes);
        });
    }

    @Test
    void theStatusSaysWhereTheWatermarkLiesBeyondEverySourcesTimeAndOnlyThere() throws Exception {
        assertThat(get("/v1/status").body())
                .contains("\"watermark\":\"1970-01-02T00:00:00Z\",\"sourceTime\":null,\"lag\":0");
        engine.apply(Batch.of(Episode.of(1, "tea", "milk")).ofSource(86_100_000));
        assertThat(get("/v1/status").body())
                .contains(
                        "\"watermark\":\"1970-01-02T00:00:00Z\",\"sourceTime\":\"1970-01-01T23:55:00Z\",\"ahead\":\"the"
                                + " watermark lies 5m after the time of every source, so fading, windows and event ids are"
                                + " that far ahead until sources come to it; rebuild --until 1970-01-01T23:55:00Z leaves"
                                + " out what is ahead\",\"lag\":0");
        engine.apply(Batch.of(Episode.of(1, "tea", "milk")).ofSource(86_400_000));
        assertThat(get("/v1/status").body())
                .contains("\"watermark\":\"1970-01-02T00:00:00Z\",\"sourceTime\":\"1970-01-02T00:00:00Z\",\"lag\":0");
    }

    @Test
    void everyQuestionTakesABlendOfHorizons() throws Exception {
        assertThat(get("/v1/concepts?k=1&blend=none:2").body()).contains("\"activation\":6.0");
        assertThat(get("/v1/concepts?k=1&horizon=none&at=now").body()).contains("\"activation\":3.0");
        assertThat(get("/v1/concepts/tea/associations?k=1&blend=none:0.5").body())
                .contains("\"strength\":1.0");
        assertThat(get("/v1/associations?from=tea&to=milk&blend=none:2").body())
                .contains("\"horizons\":[{\"horizon\":\"none:2\",\"episodes\":8.0,")
                .contains("\"forward\":{\"strength\":4.0,\"row\":6.0,\"column\":6.0,\"total\":8.0,");
        // This one has nothing that decays.
        assertThat(get("/v1/trending?blend=none:1").body()).contains("fast must be a shorter half-life than slow");
        assertThat(get("/v1/recall?cue=tea&blend=none:1").body())
                .isEqualTo(get("/v1/recall?cue=tea").body());
        assertThat(post("/v1/recall", "application/json", "{\"cues\":[\"tea\"],\"blend\":{\"none\":1}}")
                        .body())
                .isEqualTo(get("/v1/recall?cue=tea").body());
    }

    @Test
    void withOneHorizonTrendingIsEmpty() throws Exception {
        assertThat(get("/v1/trending?k=3").body())
                .isEqualTo(
                        "{\"asOf\":\"1970-01-02T00:00:00Z\",\"fast\":null,\"slow\":null,\"concepts\":[],\"associations\":[]}");
    }

    @Test
    void recallTakesParametersAndABody() throws Exception {
        HttpResponse<String> byParameters = get("/v1/recall?cue=tea&cue=nothing&hops=1");
        HttpResponse<String> byBody =
                post("/v1/recall", "application/json", "{\"cues\":[\"tea\",{\"concept\":\"nothing\"}],\"hops\":1}");
        assertThat(byBody.body()).isEqualTo(byParameters.body());
        assertThat(byBody.body())
                .startsWith("{\"asOf\":\"1970-01-02T00:00:00Z\",\"results\":[{\"concept\":\"milk\",\"score\":")
                .contains("\"because\":[{\"cue\":\"tea\",\"via\":\"tea\",\"contribution\":")
                .endsWith("\"unknownCues\":[\"nothing\"]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    /v1/concepts/unknown/associations          | 404 | knows nothing of the concept
                    /v1/associations?from=tea&to=unknown       | 404 | knows nothing of the concept
                    /v1/associations?from=tea&to=milk&horizon=3d | 400 | horizon must be one of
                    /v1/concepts?blend=none                    | 400 | blend must be such as
                    /v1/concepts?blend=none:0                  | 400 | above 0
                    /v1/concepts?blend=none:1e300              | 400 | at most 1e6
                    /v1/concepts?blend=none:1&horizon=none     | 400 | give horizon or blend, not both
                    /v1/associations?from=tea&to=milk&horizon=none&blend=none:1 | 400 | give horizon or blend, not both
                    /v1/trending?fast=none&blend=none:1        | 400 | give fast or blend, not both
                    /v1/trending?min-support=0                 | 400 | min-support must be above 0
                    /v1/trending?fast=3d                       | 400 | horizon must be one of
                    /v1/associations?from=tea                  | 400 | to must be given
                    /v1/concepts/tea/associations?k=1001       | 400 | k must be 1 to 1000
                    /v1/concepts/tea/associations?k=ten        | 400 | whole number
                    /v1/concepts/tea/associations?measure=love | 400 | measure must be one of
                    /v1/concepts/tea/associations?horizon=1d   | 400 | horizon must be one of
                    /v1/concepts/tea/associations?at=0         | 400 | before the watermark
                    /v1/concepts/tea/associations?at=tomorrow  | 400 | ISO-8601
                    /v1/concepts/tea/associations?min_support=1 | 400 | unknown parameter
                    /v1/recall                                 | 400 | cues must be 1 to 1000
                    /v1/recall?cue=tea&hops=9                  | 400 | hops must be 1 to 4
                    /nowhere                                   | 404 | path=/nowhere
                    """)
    void everyErrorIsAProblemThatNamesTheRule(String path, int status, String detail) throws Exception {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(response.body()).contains("\"status\":" + status).contains(detail);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"cues\":[]}",
                "{\"cues\":[1]}",
                "{\"cues\":[\"a\"],\"x\":1}",
                "{\"cues\":[\"a\"]} 1"
            })
    void aBodyThatIsNoQuestionIsRefused(String body) throws Exception {
        HttpResponse<String> response = post("/v1/recall", "application/json", body);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    }

    @Test
    void episodesAreAppendedByteForByteAllOrNone() throws Exception {
        HttpResponse<String> one = post("/v1/episodes", "application/json", "{\"concepts\":[\"a\"],\"reward\":1.50}");
        assertThat(one.statusCode()).isEqualTo(202);
        assertThat(one.body()).isEqualTo("{\"accepted\":1,\"partition\":0,\"firstOffset\":7,\"lastOffset\":7}");
        post("/v1/episodes", "application/json", "[{\"concepts\":[\"b\"]} , {\"concepts\": [\"ü\"]}]");
        post("/v1/episodes", "application/x-ndjson", "{\"concepts\":[\"d\"]}\n\n{\"concepts\":[\"e\"]}\n");
        assertThat(appended.stream().map(bytes -> new String(bytes, StandardCharsets.UTF_8)))
                .containsExactly(
                        "{\"concepts\":[\"a\"],\"reward\":1.50}",
                        "{\"concepts\":[\"b\"]}",
                        "{\"concepts\": [\"ü\"]}",
                        "{\"concepts\":[\"d\"]}",
                        "{\"concepts\":[\"e\"]}");
        assertThat(post("/v1/episodes", "application/json", "[\"bad\"]").statusCode())
                .isEqualTo(400);
        assertThat(post("/v1/episodes", "text/plain", "x").statusCode()).isEqualTo(415);
        assertThat(post("/v1/episodes", "application/json", "[]").statusCode()).isEqualTo(400);
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() throws Exception {
        HttpResponse<String> response = post("/v1/episodes", "application/json", " ".repeat((16 << 20) + 1));
        assertThat(response.statusCode()).isEqualTo(413);
    }

    @Test
    void anOfflineServerTakesNoEpisodes() throws Exception {
        try (HttpServer offline = server(null, new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))) {
            offline.start();
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + offline.port() + "/v1/episodes"))
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString("{\"concepts\":[\"a\"]}"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(503);
        }
    }

    @Test
    void readyIsRedUntilTheLearnerHasCaughtUp() throws Exception {
        assertThat(get("/health/ready").statusCode()).isEqualTo(200);
        ready = false;
        assertThat(get("/health/ready").statusCode()).isEqualTo(503);
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
        assertThat(get("/v1/status").body())
                .contains(
                        "\"ready\":false",
                        "\"watermark\":\"1970-01-02T00:00:00Z\"",
                        "\"episodes\":4",
                        "\"half-lives\":\"none\"");
    }

    @Test
    void metricsAreInPrometheusTextAndBeginWithTheName() throws Exception {
        get("/v1/concepts/tea/associations");
        assertThat(get("/metrics").body())
                .contains("synfire_episodes_total 4.0")
                .contains("synfire_query_seconds_bucket{route=\"associations\"")
                .contains("synfire_associations ")
                .contains("synfire_rocksdb_memtables_bytes ");
    }

    @Test
    void thePageIsServedUnderAStrictPolicy() throws Exception {
        HttpResponse<String> page = get("/");
        assertThat(page.body()).contains("explorer.js");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'")
                .doesNotContain("unsafe");
    }

    @Test
    void aRebuildIsBegunLookedAtAndCalledOff() throws Exception {
        assertThat(get("/v1/admin/rebuild").body()).contains("\"state\":\"none\"", "\"remainingSeconds\":null");
        HttpResponse<String> begun = post(
                "/v1/admin/rebuild",
                "application/json",
                "{\"settings\":{\"half-lives\":[\"1h\",\"30d\"],\"backward\":1},\"until\":\"2011-06-01T00:00:00Z\"}");
        assertThat(begun.statusCode()).isEqualTo(202);
        assertThat(begun.body())
                .isEqualTo("{\"state\":\"reading\",\"settings\":{\"backward\":\"1\",\"half-lives\":\"1h,30d\"},"
                        + "\"until\":\"2011-06-01T00:00:00Z\",\"recordsDone\":25,\"recordsTotal\":100,\"recordsPerSecond\":50.0,"
                        + "\"remainingSeconds\":1.5,\"failure\":null}");
        HttpResponse<String> second = post("/v1/admin/rebuild", "application/json", "");
        assertThat(second.statusCode()).isEqualTo(409);
        assertThat(second.body()).contains("one at a time");
        assertThat(delete("/v1/admin/rebuild").statusCode()).isEqualTo(200);
        assertThat(delete("/v1/admin/rebuild").statusCode()).isEqualTo(409);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{\"settings\":7}",
                "{\"until\":\"soon\"}",
                "{\"other\":1}",
                "{\"settings\":{\"a\":{}}}",
                "{"
            })
    void aRebuildThatIsNotUnderstoodIsRefused(String body) throws Exception {
        HttpResponse<String> response = post("/v1/admin/rebuild", "application/json", body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(get("/v1/admin/rebuild").body()).contains("\"state\":\"none\"");
    }

    @Test
    void theContractNamesEveryRouteAndEveryRouteAnswers() throws Exception {
        String contract = get("/openapi.yaml").body();
        TreeSet<String> paths = new TreeSet<>();
        Pattern.compile("(?m)^  (/\\S*):$").matcher(contract).results().forEach(match -> paths.add(match.group(1)));
        assertThat(paths)
                .isEqualTo(
                        Arrays.stream(Route.values()).map(Route::path).collect(Collectors.toCollection(TreeSet::new)));
    }

    /** A route names the parameters it knows to whoever gives it another. */
    @Test
    void theContractListsTheParametersOfEveryRouteThatTakesAny() throws Exception {
        Map<?, ?> contract = (Map<?, ?>) new Load(LoadSettings.builder().build())
                .loadFromString(get("/openapi.yaml").body());
        Map<?, ?> paths = child(contract, "paths");
        Pattern known = Pattern.compile("this route knows \\[([^]]*)]");
        int routes = 0;
        for (Map.Entry<?, ?> path : paths.entrySet()) {
            Map<?, ?> operation = (Map<?, ?>) ((Map<?, ?>) path.getValue()).get("get");
            if (operation != null && operation.get("parameters") instanceof List<?> parameters) {
                routes++;
                String asked = path.getKey().toString().replace("{id}", "tea") + "?nonsense=1";
                Matcher answer = known.matcher(get(asked).body());
                assertThat(answer.find()).as(asked).isTrue();
                assertThat(queryParameters(contract, parameters))
                        .as(asked)
                        .containsExactlyInAnyOrder(answer.group(1).split(", ", -1));
            }
        }
        assertThat(routes).isEqualTo(5);
    }

    private static Map<?, ?> child(Map<?, ?> parent, String key) {
        return (Map<?, ?>) Objects.requireNonNull(parent.get(key), key);
    }

    private static List<String> queryParameters(Map<?, ?> contract, List<?> parameters) {
        List<String> names = new ArrayList<>();
        for (Object parameter : parameters) {
            Map<?, ?> named = (Map<?, ?>) parameter;
            if (named.get("$ref") instanceof String reference) {
                named = contract;
                for (String step : reference.substring(2).split("/", -1)) {
                    named = child(named, step);
                }
            }
            if ("query".equals(named.get("in"))) {
                names.add(String.valueOf(named.get("name")));
            }
        }
        return names;
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> delete(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .DELETE()
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String type, String body) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .header("Content-Type", type)
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }
}
