package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.learn.Durations;
import io.synfire.query.cli.SynfireCommand;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small files as systems write them, learned by the command, with times and quantities of all kinds. */
final class TimeCasesTest {

    private static final Pattern REASON = Pattern.compile("\"reason\":\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern VALUE = Pattern.compile("\"value\":\"([^\"]*)\"");

    @TempDir
    Path directory;

    private String run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<String> line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--data", directory.resolve("memory").toString()));
        line.addAll(List.of("--config", directory.resolve("synfire.yaml").toString()));
        try (PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
                PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8)) {
            PrintStream before = System.out;
            System.setOut(print);
            try {
                int code = SynfireCommand.over(new Application(Map.of(), print, nowhere))
                        .execute(line.toArray(String[]::new));
                return "exit " + code + "\n" + out.toString(StandardCharsets.UTF_8);
            } finally {
                System.setOut(before);
            }
        }
    }

    private void learn(String yaml, String lines) throws IOException {
        Files.writeString(directory.resolve("synfire.yaml"), yaml);
        Path file = Files.writeString(directory.resolve("case.jsonl"), lines);
        run("learn", file.toString());
    }

    private List<String> rejected(Pattern part) throws IOException {
        return Files.readAllLines(directory.resolve("memory/dead-letters.jsonl")).stream()
                .map(line -> part.matcher(line).results().findFirst().map(result -> result.group(1)))
                .map(found -> found.orElse(""))
                .toList();
    }

    private List<String> reasons() throws IOException {
        return rejected(REASON);
    }

    private List<String> values() throws IOException {
        return rejected(VALUE).stream()
                .map(value -> new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8))
                .toList();
    }

    private static double number(String json, String name) {
        MatchResult found = Pattern.compile("\"" + name + "\":(-?[0-9.E-]+)")
                .matcher(json)
                .results()
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not in " + json));
        return Double.parseDouble(found.group(1));
    }

    private static final List<String> TIMES = List.of(
            "\"2024-02-01 12:00:00\"",
            "\"2024-02-01T12:00:00\"",
            "\"01-02-2024 12:00\"",
            "\"2024-02-01\"",
            "\"2024-02-01T12:00:00+0000\"",
            "\"2024-02-01 12:00:00+00\"",
            "\"2024-02-01T12:00:00 UTC\"",
            "\"Thu, 01 Feb 2024 12:00:00 GMT\"",
            "\"2024-02-01T12:00:00z\"",
            "\"1706788800000\"",
            "1706788800000.0",
            "1706788800.25",
            "1706788800000000",
            "1706788800000000000",
            "null",
            "\"\"");

    private static String times() {
        StringBuilder lines = new StringBuilder();
        TIMES.forEach(at -> lines.append("{\"at\":").append(at).append(",\"concepts\":[\"ham\",\"mustard\"]}\n"));
        return lines.toString();
    }

    private static List<String> atsOf(List<String> records) {
        return records.stream()
                .map(record -> record.substring("{\"at\":".length(), record.indexOf(",\"concepts\"")))
                .toList();
    }

    @Test
    void ofSixteenWaysToWriteATimeThoseAreLearnedThatSayAMoment() throws IOException {
        learn("half-lives: none", times());
        assertThat(atsOf(values()))
                .containsExactly(
                        TIMES.get(0),
                        TIMES.get(1),
                        TIMES.get(2),
                        TIMES.get(11),
                        TIMES.get(12),
                        TIMES.get(13),
                        TIMES.get(15));
        assertThat(reasons())
                .satisfiesExactly(
                        reason -> assertThat(reason).contains("at must have an offset"),
                        reason -> assertThat(reason).contains("at must have an offset"),
                        reason -> assertThat(reason).contains("at must be ISO-8601 with an offset"),
                        reason -> assertThat(reason).contains("at looks like seconds", "2024-02-01T12:00:00.250Z"),
                        reason -> assertThat(reason).contains("at looks like microseconds", "2024-02-01T12:00:00Z"),
                        reason -> assertThat(reason).contains("at looks like nanoseconds", "2024-02-01T12:00:00Z"),
                        reason -> assertThat(reason).contains("at must not be empty"));
        String status = run("status", "--json");
        assertThat(number(status, "episodes")).isEqualTo(9);
        assertThat(status).contains("\"watermark\":\"2024-02-01T12:00:00Z\"");
        assertThat(number(run("associations", "ham", "--json"), "strength")).isEqualTo(9);
    }

    @Test
    void whereAZoneIsSaidLocalTimesAreLearnedAndWhatIsAmbiguousIsNot() throws IOException {
        learn(
                """
                half-lives: none
                fields: {concepts: /concepts, at: {pointer: /at, zone: Asia/Tokyo}}
                """,
                times());
        assertThat(atsOf(values()))
                .containsExactly(TIMES.get(2), TIMES.get(11), TIMES.get(12), TIMES.get(13), TIMES.get(15));
        assertThat(number(run("status", "--json"), "episodes")).isEqualTo(11);
    }

    private static final String SECONDS =
            """
            {"at":"2024-02-01T12:00:00Z","concepts":["ham","mustard"]}
            {"at":1706788800,"concepts":["ham","bread"]}
            {"at":1706788860,"concepts":["ham","bread"]}
            {"at":1706788920,"concepts":["ham","bread"]}
            """;

    @Test
    void secondsAreRefusedAsSuch() throws IOException {
        learn("half-lives: none", SECONDS);
        assertThat(reasons())
                .containsExactly(
                        "at looks like seconds, not milliseconds since 1970; if so set fields.at.unit: at=1706788800,"
                                + " which would be 2024-02-01T12:00:00Z",
                        "at looks like seconds, not milliseconds since 1970; if so set fields.at.unit: at=1706788860,"
                                + " which would be 2024-02-01T12:01:00Z",
                        "at looks like seconds, not milliseconds since 1970; if so set fields.at.unit: at=1706788920,"
                                + " which would be 2024-02-01T12:02:00Z");
        String answer = run("associations", "ham", "--json");
        assertThat(answer).contains("\"concept\":\"mustard\"").doesNotContain("bread");
        assertThat(number(answer, "strength")).isEqualTo(1);
    }

    @Test
    void secondsAreLearnedWhereTheirUnitIsSaid() throws IOException {
        learn(
                """
                half-lives: none
                fields: {concepts: /concepts, at: {pointer: /at, unit: s}}
                """,
                SECONDS);
        String answer = run("associations", "ham", "--json");
        assertThat(answer.indexOf("\"bread\"")).isPositive().isLessThan(answer.indexOf("\"mustard\""));
        assertThat(number(answer, "strength")).isEqualTo(3);
        assertThat(number(answer.substring(answer.indexOf("\"mustard\"")), "strength"))
                .isEqualTo(1);
        assertThat(run("status", "--json")).contains("\"watermark\":\"2024-02-01T12:02:00Z\"");
    }

    @Test
    void anEventOfTheYear2099IsADeadLetterAndTheWatermarkIsNotAhead() throws IOException {
        learn(
                "",
                """
                {"at":"2024-02-01T10:00:00Z","concepts":["ham","mustard"]}
                {"at":"2024-02-02T10:00:00Z","concepts":["ham","mustard"]}
                {"at":"2099-02-01T10:00:00Z","concepts":["ham","bread"]}
                {"at":"2024-02-03T10:00:00Z","concepts":["ham","mustard"]}
                """);
        assertThat(reasons()).singleElement().asString().contains("max-ahead=10m", "at=2099-02-01T10:00:00Z");
        String answer = run("associations", "ham", "--json");
        assertThat(answer)
                .contains("\"asOf\":\"2024-02-03T10:00:00Z\"", "mustard")
                .doesNotContain("bread");
        // By a half-life of 30 days.
        assertThat(number(answer, "strength"))
                .isCloseTo(
                        1 + Math.pow(2, -1 / 30.0) + Math.pow(2, -2 / 30.0), org.assertj.core.data.Offset.offset(1e-4));
        assertThat(run("status", "--json"))
                .contains("\"watermark\":\"2024-02-03T10:00:00Z\",\"sourceTime\":\"20")
                .contains("\"deadLetters\":1")
                .doesNotContain("ahead\":\"the")
                .doesNotContain("--until");
        assertThat(run("status")).doesNotContain("--until");
    }

    @Test
    void whereAnEventIsAheadOfEverySourceTheStatusSaysSoAndTheWayOutIsOne() throws IOException {
        Instant early = Instant.now().plus(Duration.ofMinutes(6)).truncatedTo(ChronoUnit.MILLIS);
        learn(
                "half-lives: none",
                "{\"at\":\"2024-02-03T10:00:00Z\",\"concepts\":[\"ham\",\"mustard\"]}\n{\"at\":\"" + early
                        + "\",\"concepts\":[\"ham\",\"bread\"]}\n");
        String json = run("status", "--json");
        Instant source = Instant.parse(text(json, "sourceTime"));
        assertThat(text(json, "watermark")).isEqualTo(early.toString());
        assertThat(source).isBetween(early.minus(Duration.ofMinutes(6)), early.minus(Duration.ofMinutes(3)));
        long aheadMs = Duration.between(source, early).toMillis();
        String sentence = "the watermark lies " + Durations.format(aheadMs)
                + " after the time of every source, so fading, windows and event ids are that far ahead until sources"
                + " come to it; rebuild --until " + source + " leaves out what is ahead";
        assertThat(text(json, "ahead")).isEqualTo(sentence);
        assertThat(run("status")).containsPattern("ahead +" + Pattern.quote(sentence) + "\n");

        String into = directory.resolve("rebuilt").toString();
        assertThat(run("rebuild", "--into", into, "--until", source.toString())).startsWith("exit 0");
        Files.move(directory.resolve("memory"), directory.resolve("before"));
        Files.move(Path.of(into), directory.resolve("memory"));
        String after = run("status", "--json");
        assertThat(after)
                .contains("\"watermark\":\"2024-02-03T10:00:00Z\",\"sourceTime\":\"" + source + "\"")
                .doesNotContain("--until");
        assertThat(number(after, "episodes")).isEqualTo(1);
    }

    private static String text(String json, String name) {
        return Pattern.compile("\"" + name + "\":\"([^\"]*)\"")
                .matcher(json)
                .results()
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not in " + json))
                .group(1);
    }

    private static String orders(int quantity) {
        StringBuilder lines = new StringBuilder();
        for (int i = 1; i <= 4; i++) {
            String[] pair = i <= 2 ? new String[] {"nail", "hammer"} : new String[] {"soap", "towel"};
            int each = i <= 2 ? quantity : 1;
            lines.append("{\"type\":\"track\",\"event\":\"Order Completed\",\"messageId\":\"m" + i
                    + "\",\"timestamp\":\"2024-02-01T10:00:00.000Z\",\"userId\":\"u" + i
                    + "\",\"properties\":{\"order_id\":\"o" + i + "\",\"products\":[{\"product_id\":\"" + pair[0]
                    + "\",\"quantity\":" + each + "},{\"product_id\":\"" + pair[1] + "\",\"quantity\":" + each
                    + "},{\"product_id\":\"returned\",\"quantity\":0}]}}\n");
        }
        return lines.toString();
    }

    @Test
    void quantitiesAsTheyAreWeighPairsAndStayWithinTheRanges() throws IOException {
        learn(
                """
                fields:
                  concepts: /properties/products
                  id: /product_id
                  strength: /quantity
                  at: /timestamp
                  event-id: /messageId
                """,
                orders(10));
        for (String[] pair : new String[][] {{"nail", "hammer"}, {"soap", "towel"}}) {
            String answer = run("explain", pair[0], pair[1], "--json");
            assertThat(answer).contains("\"trials\":\"pairs\"");
            for (String measure : List.of("confidence", "cosine", "jaccard")) {
                assertThat(number(answer, measure)).as(measure).isBetween(1 - 1e-5, 1.0);
            }
            assertThat(number(answer, "npmi")).isBetween(0.99, 1.0);
            assertThat(number(answer, "llr")).isPositive();
            double lift = number(answer, "lift");
            assertThat(number(answer, "pmi"))
                    .isBetween(Math.log(lift) / Math.log(2) - 1e-9, Math.log(lift) / Math.log(2) + 1e-9);
        }
        // 200 of 404 trials.
        assertThat(number(run("explain", "nail", "hammer", "--json"), "lift")).isBetween(2.0199, 2.0201);
        assertThat(run("status", "--json"))
                .contains("\"notPlain\":{\"strengths\":4,\"rewards\":0,\"betweenEpisodes\":0}");
    }

    @Test
    void withACapOfOneAQuantityIsAsGoodAsNone() throws IOException {
        learn(
                """
                half-lives: none
                fields:
                  concepts: /properties/products
                  id: /product_id
                  strength: {pointer: /quantity, scale: "min(x, 1)"}
                  at: /timestamp
                  event-id: /messageId
                """,
                orders(10));
        String many = run("explain", "nail", "hammer", "--json");
        String one = run("explain", "soap", "towel", "--json");
        for (String measure : List.of("strength", "confidence", "lift", "pmi", "npmi", "cosine", "jaccard", "llr")) {
            assertThat(number(many, measure)).as(measure).isEqualTo(number(one, measure));
        }
        assertThat(number(many, "lift")).isEqualTo(2);
        assertThat(number(many, "pmi")).isEqualTo(1);
        assertThat(number(many, "llr")).isBetween(5.544, 5.546);
        // Of what there was none, nothing is known.
        assertThat(number(run("status", "--json"), "concepts")).isEqualTo(4);
    }
}
