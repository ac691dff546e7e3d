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
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forgetting from outside: the jar, a real broker, files; what is left is what a memory has that never learned it. */
final class ForgetIT {

    private static final String FORGOTTEN = "user-3";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void aContextIsForgottenBesideAServingProcessAndWithoutOneAndReplayAgrees() throws Exception {
        List<String> log = log();
        Path data = directory.resolve("data");
        try (JarProcess serve = serve(data)) {
            String url = serve.awaitReadyUrl();
            post(url, log);
            awaitEpisodes(url, log.size());
            long own = own(log);
            // The store's last checkpoint is what the command knows the settings by.
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(json(data, "status")).contains("\"episodes\":" + log.size()));
            String evidence = "/v1/associations?from=secret&to=c0&evidence=true&k=1000";
            assertThat(evidenceOf(get(url + evidence))).isNotEmpty().allSatisfy(episode -> assertThat(episode)
                    .contains("\"topic\":\"synfire.episodes\",\"partition\":", "\"context\":\"user-3\""));
            assertThat(evidenceOf(json(data, "explain", "secret", "c0", "--evidence", "--k", "1000")))
                    .isEqualTo(evidenceOf(get(url + evidence)));
            String receipt = json(data, "forget", "--context", FORGOTTEN);
            assertThat(receipt)
                    .contains("\"episodes\":" + own)
                    .contains("\"source\":\"kafka:synfire.episodes\",\"partition\":")
                    .contains("\"applied\":true,\"left\":0,");
            assertThat(number(receipt, "associations")).isPositive();
            assertThat(Double.parseDouble(field(receipt, "evidence"))).isPositive();
            assertThat(number(get(url + "/v1/status"), "episodes")).isEqualTo(log.size() - own);
            // Nothing is left to be forgotten.
            assertThat(exit(data, "forget", "--context", FORGOTTEN)).isEqualTo(1);
            // It fired in this context alone: it is as unknown as one that never fired.
            assertThat(statusOf(url + "/v1/concepts/secret/associations")).isEqualTo(404);
            assertThat(statusOf(url + evidence)).isEqualTo(404);
            assertThat(exit(data, "associations", "secret")).isEqualTo(1);
            assertThat(get(url + "/v1/concepts?prefix=secret")).isEqualTo("{\"concepts\":[]}");
            serve.terminate();
            assertThat(serve.awaitExit(Duration.ofSeconds(30))).isZero();
        }
        String left = field(json(data, "digest"), "learned");
        assertThat(left).isEqualTo(digestWithout(log));

        // A memory that is built from the log anew says the same.
        deleteStore(data);
        try (JarProcess serve = serve(data)) {
            awaitEpisodes(serve.awaitUrl(), log.size() - own(log));
            serve.terminate();
            assertThat(serve.awaitExit(Duration.ofSeconds(30))).isZero();
        }
        assertThat(field(json(data, "digest"), "learned")).isEqualTo(left);

        // With nobody serving, the command starts the broker itself and applies what it appended.
        assertThat(json(data, "forget", "--context", "user-1")).contains("\"applied\":true");
        assertThat(json(data, "forget", "--concept", "c1")).contains("\"applied\":true");
        assertThat(exit(data, "associations", "c1")).isEqualTo(1);
    }

    @Test
    void aContextThatWasLearnedFromFilesIsForgotten() throws Exception {
        List<String> log = log();
        Path data = directory.resolve("files");
        Path one = Files.write(directory.resolve("one.jsonl"), log.subList(0, 200));
        Path two = Files.write(directory.resolve("two.jsonl"), log.subList(200, log.size()));
        assertThat(exit(data, "learn", one.toString(), two.toString())).isZero();
        assertThat(json(data, "forget", "--context", FORGOTTEN))
                .contains("\"episodes\":" + own(log))
                .contains("\"applied\":true");
        assertThat(field(json(data, "digest"), "learned")).isEqualTo(digestWithout(log));
        assertThat(exit(data, "forget", "--context", FORGOTTEN)).isEqualTo(1);
        assertThat(json(data, "forget", "--concept", "c2")).contains("forgotten.jsonl");
        assertThat(exit(data, "associations", "c2")).isEqualTo(1);
    }

    /** The digest of a memory that never met the context. */
    private String digestWithout(List<String> log) throws Exception {
        Path data = directory.resolve("never" + System.nanoTime());
        List<String> others =
                log.stream().filter(line -> !line.contains(FORGOTTEN)).toList();
        Path file = Files.write(directory.resolve("others.jsonl"), others);
        assertThat(exit(data, "learn", file.toString())).isZero();
        return field(json(data, "digest"), "learned");
    }

    /** Sessions that go on side by side, come back after weeks, and repeat events. */
    private static List<String> log() {
        SplittableRandom random = new SplittableRandom(20111209);
        List<String> log = new ArrayList<>();
        long atMs = 1_700_000_000_000L;
        for (int i = 0; i < 400; i++) {
            atMs += random.nextInt(40) == 0 ? 20L * 86_400_000 : random.nextLong(600_000);
            String context = "user-" + random.nextInt(6);
            String concept = context.equals(FORGOTTEN) && i % 2 == 0 ? "secret" : "c" + random.nextInt(12);
            log.add("{\"at\":" + (atMs - random.nextLong(60_000)) + ",\"context\":\"" + context + "\",\"concepts\":[\""
                    + concept + "\",\"c" + random.nextInt(12) + "\"],\"eventId\":\"e" + i + "\"}");
        }
        return log;
    }

    private static long own(List<String> log) {
        return log.stream().filter(line -> line.contains(FORGOTTEN)).count();
    }

    private JarProcess serve(Path data) throws IOException {
        return JarProcess.start(
                directory.resolve("serve" + System.nanoTime() + ".log"),
                List.of("-Xmx192m"),
                "serve",
                "--data",
                data.toString(),
                "--set",
                "http.port=0",
                "--set",
                "topics.partitions=3",
                "--set",
                "checkpoint-interval=500ms");
    }

    private void post(String url, List<String> lines) throws Exception {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create(url + "/v1/episodes"))
                        .header("Content-Type", "application/x-ndjson")
                        .POST(BodyPublishers.ofString(String.join("\n", lines)))
                        .build(),
                BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    }

    private String get(String url) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
                .body();
    }

    private int statusOf(String url) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.discarding())
                .statusCode();
    }

    private void awaitEpisodes(String url, long episodes) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            String status = get(url + "/v1/status");
            assertThat(number(status, "episodes")).as(status).isEqualTo(episodes);
        });
    }

    private int exit(Path data, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--data", data.toString()));
        try (JarProcess process =
                JarProcess.start(directory.resolve("command.log"), List.of("-Xmx192m"), line.toArray(new String[0]))) {
            return process.awaitExit(Duration.ofMinutes(1));
        }
    }

    private String json(Path data, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.add("--json");
        assertThat(exit(data, line.toArray(new String[0])))
                .as("%s: %s", line, Files.readString(directory.resolve("command.log")))
                .isZero();
        return Files.readString(directory.resolve("command.log"));
    }

    /** Each place in the log that an explanation names. */
    private static List<String> evidenceOf(String json) {
        int begin = json.indexOf("\"episodes\":[", json.indexOf("\"evidence\":{\"records\":400"));
        assertThat(begin).as(json).isPositive();
        return Pattern.compile("\\{\"source\":\"kafka:synfire.episodes\"[^}]*")
                .matcher(json.substring(begin))
                .results()
                .map(match -> match.group())
                .toList();
    }

    private static long number(String json, String name) {
        return Long.parseLong(field(json, name));
    }

    private static String field(String json, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\":\"?([-.0-9a-fE]+)").matcher(json);
        assertThat(matcher.find()).as("%s in %s", name, json).isTrue();
        return matcher.group(1);
    }

    private static void deleteStore(Path data) throws IOException {
        try (var files = Files.walk(data.resolve("store"))) {
            for (Path path : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
