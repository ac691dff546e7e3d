package io.synfire.query.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.query.recall.ExplainQuery;
import io.synfire.query.recall.Queries;
import io.synfire.query.recall.RecallQuery;
import io.synfire.query.recall.RecallSettings;
import io.synfire.query.recall.TrendingQuery;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a budget or a hub left out is named, as text and as JSON, and counted where there is too much to name. */
final class LeftOutTest {

    private static final AnswerText TEXT = new AnswerText();
    private static final AnswerJson JSON = new AnswerJson();

    @TempDir
    Path directory;

    private Engine engine;

    /** A hub with 200 spokes, some of which know each other. */
    @BeforeEach
    void learn() {
        engine = Engine.open(
                directory, Map.of("half-lives", "1d,30d"), new EngineOptions(16 << 20), new SimpleMeterRegistry());
        List<Episode> log = new ArrayList<>();
        IntStream.range(0, 200).forEach(i -> log.add(Episode.of(0, "hub", "s" + i)));
        log.add(Episode.of(0, "s0", "s1", "s2"));
        engine.apply(Batch.of(log.toArray(new Episode[0])));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private Queries queries(int hubMax, int budget) {
        return new Queries(
                engine.view(),
                RecallSettings.parse(Map.of(
                        "recall.hub-max", String.valueOf(hubMax), "recall.associations-max", String.valueOf(budget))));
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    private static RecallQuery of(int hops, String... cues) {
        return RecallQuery.builder().cues(List.of(cues)).hops(hops).build();
    }

    @Test
    void nothingIsSaidWhereNothingIsLeftOut() {
        assertThat(text(JSON.of(queries(1_000, 10_000).recall(of(2, "s0"))))).doesNotContain("work");
        assertThat(TEXT.of(queries(1_000, 10_000).recall(of(2, "s0")))).doesNotContain("left out", "in part");
    }

    @Test
    void cuesForWhichThereIsNoBudgetAreNamed() {
        var answer = queries(1_000, 4).recall(of(1, "hub", "s0", "s5"));
        assertThat(text(JSON.of(answer)))
                .endsWith("\"work\":{\"rows\":2,\"associations\":4,\"skipped\":1,\"partly\":0,"
                        + "\"leftOut\":[{\"concept\":\"hub\",\"reason\":\"budget\"}]}}");
        assertThat(TEXT.of(answer).lines().toList())
                .last()
                .isEqualTo("left out, recall.associations-max is used up, the associations of: hub");
    }

    @Test
    void hubsAreNamedWhereTheyPassNothingOnAndWhereTheyAreCues() {
        var answer = queries(100, 1_000).recall(of(2, "hub", "s0"));
        assertThat(text(JSON.of(answer)))
                .contains("\"skipped\":1,\"partly\":1,\"leftOut\":[{\"concept\":\"hub\",\"reason\":\"partly\"},"
                        + "{\"concept\":\"hub\",\"reason\":\"hub\"}]");
        assertThat(TEXT.of(answer).lines())
                .contains(
                        "left out, they are more than recall.hub-max, the associations of: hub",
                        "read in part, they are more than recall.hub-max, the associations of: hub");
    }

    @Test
    void degreesTrendsAndTheRecallsOfAnExplanationNameThemToo() {
        String text = "left out, recall.associations-max is used up, the associations of: hub";
        var concepts = queries(1_000, 100).concepts("", 3, null, null);
        assertThat(TEXT.of(concepts)).contains(text);
        assertThat(text(JSON.of(concepts)))
                .contains("{\"concept\":\"hub\",\"activation\":200.0,\"degree\":null}")
                .contains("\"leftOut\":[{\"concept\":\"hub\",\"reason\":\"budget\"}]");
        var trending = queries(1_000, 700).trending(new TrendingQuery(3, null, null, 0.5, null));
        assertThat(TEXT.of(trending)).doesNotContain(text);
        var tight = queries(1_000, 150).trending(new TrendingQuery(3, null, null, 0.5, null));
        assertThat(TEXT.of(tight)).contains("the associations of: hub, ");
        assertThat(text(JSON.of(tight))).contains("\"leftOut\":[{\"concept\":\"hub\",\"reason\":\"budget\"},");
        var explanation = queries(1_000, 100).explain(ExplainQuery.of("hub", "s0"));
        assertThat(TEXT.of(explanation)).contains("  " + text);
        assertThat(text(JSON.of(explanation)))
                .contains("\"skipped\":1,\"partly\":0,\"leftOut\":[{\"concept\":\"hub\",\"reason\":\"budget\"}]}");
    }

    @Test
    void aHundredAreNamedAndAllAreCounted() {
        String[] cues = IntStream.range(0, 150).mapToObj(i -> "s" + i).toArray(String[]::new);
        var answer = queries(1_000, 20).recall(of(1, cues));
        assertThat(answer.work().skipped()).isEqualTo(130);
        assertThat(answer.work().leftOut()).hasSize(100);
        // Three have more associations than the others, and come after all of them.
        assertThat(answer.work().leftOut().get(0).concept()).isEqualTo("s0");
        assertThat(answer.work().leftOut().get(3).concept()).isEqualTo("s23");
        assertThat(TEXT.of(answer).lines().toList()).last().isEqualTo("and of 30 more concepts");
    }
}
