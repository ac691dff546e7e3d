package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark from the jar, with a broker, on a little of the workload. */
final class BenchIT {

    private static final Pattern RATE = Pattern.compile("\"(\\w+)\":\\{\"pairsPerSecond\":([0-9.E]+)");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void aTinyBenchmarkComparesAllAndLeavesNothingButItsPicture() throws Exception {
        try (JarProcess bench = bench("--baskets", "20000", "--cap", "8s", "--json")) {
            assertThat(bench.awaitExit(Duration.ofMinutes(2)))
                    .as("%s", bench.output())
                    .isZero();
            String json = bench.output()
                    .lines()
                    .filter(line -> line.startsWith("{"))
                    .findFirst()
                    .orElse("");
            assertThat(json).contains("\"baskets\":20000,").endsWith("}}");
            Map<String, Double> rates = rates(json);
            assertThat(rates).containsKeys("synfire", "inMemory", "ceiling", "kafkaStreamsNaive");
            assertThat(rates.get("ceiling")).isGreaterThan(rates.get("synfire"));
            assertThat(rates.get("synfire")).isPositive();
            assertThat(json)
                    .contains("\"ratioToKafkaStreams\":", "\"ratioToInMemory\":", "\"ratioToRedis\":")
                    .contains(hasRedis() ? "\"redis\":{\"pairsPerSecond\":" : "\"redis\":null");
            assertThat(Files.readString(directory.resolve("bench.svg"))).startsWith("<svg ");
            assertThat(left()).isEmpty();
        }
    }

    @Test
    void aBenchmarkThatIsStoppedLeavesNoRedisAndNoFiles() throws Exception {
        assumeThat(hasRedis()).isTrue();
        try (JarProcess bench = bench("--baskets", "20000", "--cap", "2s")) {
            ProcessHandle redis = await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(5))
                    .until(
                            () -> {
                                assertThat(bench.isAlive())
                                        .as("it ended: %s", bench.output())
                                        .isTrue();
                                return bench.children().findFirst();
                            },
                            found -> found.isPresent())
                    .orElseThrow();
            bench.terminate();
            bench.awaitExit(Duration.ofMinutes(1));
            await().atMost(Duration.ofMinutes(1)).until(() -> !redis.isAlive());
            assertThat(left()).as("%s", bench.output()).isEmpty();
        }
    }

    private JarProcess bench(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("bench"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--svg", directory.resolve("bench.svg").toString()));
        return JarProcess.start(
                directory.resolve("bench.log"),
                List.of("-Xmx1g", "-Djava.io.tmpdir=" + directory),
                all.toArray(String[]::new));
    }

    /** The first of each name: those of the warm-up come after. */
    private static Map<String, Double> rates(String json) {
        Map<String, Double> rates = new HashMap<>();
        Matcher matcher = RATE.matcher(json);
        while (matcher.find()) {
            rates.putIfAbsent(matcher.group(1), Double.valueOf(matcher.group(2)));
        }
        return rates;
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("synfire-bench"))
                    .toList();
        }
    }

    private static boolean hasRedis() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(path -> Files.isExecutable(Path.of(path, "redis-server")));
    }
}
