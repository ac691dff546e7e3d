package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The long runs from the jar, with a broker, as short as they can be. */
final class ScenarioIT {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void underPressureTheSameBasketsAreLearnedAgainAndAgain() throws Exception {
        String json = run("pressure", "--baskets", "20000", "--duration", "4s");
        assertThat(json).contains("\"setup\":{\"scenario\":\"pressure\",\"seed\":1,\"baskets\":20000,\"edges\":null,");
        assertThat(number(json, "memoryBytes")).isEqualTo(18 << 20);
        // More than the workload has, so it was begun again; its edges are no more for that.
        assertThat(number(json, "baskets", 1)).isGreaterThan(20_000);
        assertThat(number(json, "seconds", 1)).isGreaterThanOrEqualTo(4);
        assertThat(json).contains("\"steps\":[]");
        assertSamplesGoOn(json, 4);
        assertPicture("M pairs/s", "minutes");
        assertThat(left()).isEmpty();
    }

    @Test
    void growthGoesOnUntilThereAreEnoughEdges() throws Exception {
        String json = run("growth", "--edges", "300000", "--duration", "60s");
        assertThat(json).contains("\"setup\":{\"scenario\":\"growth\",\"seed\":1,\"baskets\":null,\"edges\":300000,");
        assertThat(number(json, "edges", 1)).isGreaterThanOrEqualTo(300_000);
        assertThat(numbers(json, "nanosPerPair")).isNotEmpty().allSatisfy(cost -> assertThat(cost)
                .isPositive());
        assertThat(json).contains("\"steps\":[{\"edges\":20000,");
        assertThat(number(json, "openSeconds")).isPositive();
        assertSamplesGoOn(json, 1);
        assertPicture("ns per ordered pair", "directed edges");
        assertThat(left()).isEmpty();
    }

    /** What was produced and not learned makes the command fail, as the counts are compared in it. */
    private void assertSamplesGoOn(String json, int atLeast) {
        String samples = json.substring(json.indexOf("\"samples\":["));
        for (String name : List.of("seconds", "baskets", "pairs", "checkpoints", "maxCheckpointMs", "maxBlockedMs")) {
            assertThat(numbers(samples, name))
                    .as("%s of %s", name, json)
                    .hasSizeGreaterThan(atLeast)
                    .isSorted();
        }
        List<Double> pairs = numbers(samples, "pairs");
        List<Double> ahead = numbers(samples, "aheadBaskets");
        assertThat(pairs.get(0)).isZero();
        assertThat(pairs.get(pairs.size() - 1)).isEqualTo(number(json, "pairs"));
        assertThat(ahead.get(0)).isPositive();
        assertThat(ahead.get(ahead.size() - 1)).isZero();
        assertThat(number(json, "maxAccountedBytes")).isPositive();
        assertThat(number(json, "bytesPerEdge")).isBetween(1.0, 100.0);
        if (System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")) {
            assertThat(number(json, "maxResidentBytes")).isGreaterThan(100 << 20);
        }
    }

    private void assertPicture(String... texts) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        byte[] svg = Files.readAllBytes(directory.resolve("scenario.svg"));
        assertThat(factory.newDocumentBuilder()
                        .parse(new ByteArrayInputStream(svg))
                        .getDocumentElement()
                        .getTextContent())
                .contains(texts);
    }

    private String run(String scenario, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("bench", "--scenario", scenario, "--json"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--svg", directory.resolve("scenario.svg").toString()));
        try (JarProcess bench = JarProcess.start(
                directory.resolve("bench.log"),
                List.of("-Xmx1g", "-Djava.io.tmpdir=" + directory),
                all.toArray(String[]::new))) {
            assertThat(bench.awaitExit(Duration.ofMinutes(2)))
                    .as("%s", bench.output())
                    .isZero();
            return bench.output()
                    .lines()
                    .filter(line -> line.startsWith("{"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static double number(String json, String name) {
        return number(json, name, 0);
    }

    private static double number(String json, String name, int index) {
        return numbers(json, name).get(index);
    }

    private static List<Double> numbers(String json, String name) {
        List<Double> found = new ArrayList<>();
        Matcher matcher = Pattern.compile("\"" + name + "\":([-0-9.E]+)").matcher(json);
        while (matcher.find()) {
            found.add(Double.valueOf(matcher.group(1)));
        }
        return found;
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("synfire-bench"))
                    .toList();
        }
    }
}
