package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.ingest.kafka.EpisodeProducer;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import io.synfire.query.cli.Operations.Common;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a serving process measures is what the documents say it does, name by name and kind by kind. */
final class MetricsIT {

    private static final Pattern FAMILY = Pattern.compile("(?m)^# TYPE (synfire_\\w+) (\\w+)$");
    private static final Pattern SAMPLE = Pattern.compile("(?m)^(synfire_\\w+)[{ ]");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(synfire_\\w+)` \\| (\\w+) \\|");
    private static final Pattern NAMED = Pattern.compile("\\bsynfire_[a-z_]+");

    /** Of all modules. */
    private static final Path ROOT = Path.of("..");

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();

    private String get(String url) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
                .body();
    }

    private static Map<String, String> pairs(Pattern pattern, String text) {
        Map<String, String> pairs = new TreeMap<>();
        for (MatchResult found : pattern.matcher(text).results().toList()) {
            assertThat(pairs.put(found.group(1), found.group(2)))
                    .as(found.group(1) + " is there twice")
                    .isNull();
        }
        return pairs;
    }

    /** Of a process that has learned, rejected and answered. */
    private String metrics() throws Exception {
        Common common =
                new Common(directory.resolve("data"), null, List.of("http.port=0", "memory=16MiB", "half-lives=none"));
        try (Server server = Server.learning(Settings.load(common, Map.of(), Map.of()))) {
            server.start();
            try (EpisodeProducer producer =
                    new EpisodeProducer(server.client(), "synfire.episodes", new SimpleMeterRegistry())) {
                List<Outgoing> records = Stream.of("{\"concepts\":[\"a\",\"b\"]}", "no record")
                        .map(value -> new Outgoing("k", value.getBytes(StandardCharsets.UTF_8)))
                        .toList();
                assertThat(producer.append(records).lastOffset()).isNotNegative();
            }
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> server.view().counts().episodes() == 1
                            && server.view().counts().deadLetters() == 1);
            assertThat(get(server.url() + "/v1/recall?cue=a")).contains("\"b\"");
            return get(server.url() + "/metrics");
        }
    }

    @Test
    void everyMetricIsDocumentedAndEveryDocumentedMetricIsThere() throws Exception {
        String metrics = metrics();
        Map<String, String> measured = pairs(FAMILY, metrics);
        // The largest of late is a family of its own in this format.
        measured.keySet()
                .removeIf(name -> name.endsWith("_max") && measured.containsKey(name.substring(0, name.length() - 4)));
        String documented = Files.readString(ROOT.resolve("query/docs/metrics.md"));
        assertThat(pairs(ROW, documented)).isEqualTo(measured);

        // What other documents, rules and dashboards name is what is scraped.
        Set<String> samples = new TreeSet<>(measured.keySet());
        SAMPLE.matcher(metrics).results().forEach(sample -> samples.add(sample.group(1)));
        assertThat(samples).hasSizeGreaterThan(measured.size());
        Map<String, Set<String>> unknown = new TreeMap<>();
        for (Path file : documents()) {
            Set<String> named = NAMED.matcher(Files.readString(file))
                    .results()
                    .map(MatchResult::group)
                    .filter(name -> !samples.contains(name))
                    .collect(Collectors.toCollection(TreeSet::new));
            if (!named.isEmpty()) {
                unknown.put(ROOT.relativize(file).toString(), named);
            }
        }
        assertThat(unknown).isEmpty();
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            List<Path> documents = files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().matches(".*\\.(md|ya?ml|json)"))
                    .filter(file -> !file.toString().matches(".*/(target|\\.git|node_modules)/.*"))
                    .toList();
            assertThat(documents)
                    .extracting(file -> ROOT.relativize(file).toString())
                    .contains("README.md", "ingest/README.md", "query/docs/metrics.md");
            return documents;
        }
    }
}
