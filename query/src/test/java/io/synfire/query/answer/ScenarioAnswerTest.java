package io.synfire.query.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.synfire.query.answer.BenchAnswer.Rate;
import io.synfire.query.answer.ScenarioAnswer.Outcome;
import io.synfire.query.answer.ScenarioAnswer.Sample;
import io.synfire.query.answer.ScenarioAnswer.Scenario;
import io.synfire.query.answer.ScenarioAnswer.Setup;
import io.synfire.query.answer.ScenarioAnswer.Step;
import io.synfire.query.answer.ScenarioAnswer.Used;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

/** The figures of a long run, against numbers made by hand, in all their forms. */
final class ScenarioAnswerTest {

    private static final long MIB = 1 << 20;

    private static Setup setup(Scenario scenario) {
        boolean isGrowth = scenario == Scenario.GROWTH;
        return new Setup(
                scenario,
                7,
                isGrowth ? 0 : 500,
                isGrowth ? 4_000 : 0,
                18,
                4,
                2,
                "17.0.1",
                1 << 30,
                100 * MIB,
                "ext4",
                List.of("max-associations=0"));
    }

    private static Sample sample(double seconds, long ahead, long pairs, long heapMib, @Nullable Long residentMib) {
        Used used = new Used(
                heapMib * MIB,
                20 * MIB,
                15 * MIB,
                30 * MIB,
                residentMib == null ? null : Long.valueOf(residentMib * MIB));
        return new Sample(
                seconds,
                pairs / 10,
                ahead,
                pairs,
                pairs / 2,
                used,
                3 + 1.5 * seconds,
                5 * MIB,
                (long) seconds,
                seconds * 10,
                seconds);
    }

    /** 400 pairs/s for 8 seconds, 100 for 8, 200 for 4. */
    private static List<Sample> samples() {
        return List.of(
                sample(0, 90, 0, 20, 300L),
                sample(4, 70, 1_600, 40, 400L),
                sample(8, 60, 3_200, 50, 900L),
                sample(16, 80, 4_000, 45, null),
                sample(20, 0, 4_800, 44, 500L));
    }

    private static ScenarioAnswer pressure() {
        return new ScenarioAnswer(
                setup(Scenario.PRESSURE),
                samples(),
                List.of(),
                new Outcome(new Rate(480, 4_800, 20), 30, 1_000_000, 1_500_000, 0.5, 5 * MIB, 0.25));
    }

    private static ScenarioAnswer growth(Step... steps) {
        return new ScenarioAnswer(
                setup(Scenario.GROWTH),
                samples(),
                List.of(steps),
                new Outcome(new Rate(480, 4_800, 20), 30, 2_400, 2_400, 0.5, 9_600, 0.25));
    }

    @Test
    void tenSpansAreOfEqualLengthAndTheirPairsAreThoseBetweenTheirEnds() {
        ScenarioFigures figures = new ScenarioFigures(pressure());
        assertThat(figures.spans())
                .extracting(ScenarioFigures.Span::pairsPerSecond)
                .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-6 ? 0 : Double.compare(a, b))
                .containsExactly(400.0, 400.0, 400.0, 400.0, 100.0, 100.0, 100.0, 100.0, 200.0, 200.0);
        assertThat(figures.spans().get(4).last().seconds()).isEqualTo(8);
        assertThat(figures.spans().get(9).last().seconds()).isEqualTo(20);
        assertThat(figures.slowest()).isEqualTo(100, within(1e-6));
        assertThat(figures.fastest()).isEqualTo(400, within(1e-6));
        assertThat(figures.flatness()).isEqualTo(0.25, within(1e-9));
        assertThat(figures.pairsPerSecond(0)).isZero();
        assertThat(figures.pairsPerSecond(3)).isEqualTo(100);
    }

    @Test
    void theFirstSpanDoesNotCountForFlatness() {
        List<Sample> samples = List.of(
                sample(0, 0, 0, 1, null),
                sample(1, 0, 9_000, 1, null),
                sample(6, 0, 9_500, 1, null),
                sample(10, 0, 9_820, 1, null));
        ScenarioAnswer answer = new ScenarioAnswer(
                setup(Scenario.PRESSURE), samples, List.of(), pressure().outcome());
        ScenarioFigures figures = new ScenarioFigures(answer);
        assertThat(figures.fastest()).isEqualTo(9_000, within(1e-6));
        assertThat(figures.flatness()).isEqualTo(0.8, within(1e-9));
        assertThat(figures.peakResidentBytes()).isNull();
    }

    @Test
    void memoryIsHeldAgainstTheBudgetAndTheHeapAgainstItsHalf() {
        ScenarioFigures figures = new ScenarioFigures(pressure());
        assertThat(figures.mostAccountedBytes()).isEqualTo(80 * MIB);
        assertThat(figures.mostHeapBytes()).isEqualTo(50 * MIB);
        assertThat(figures.isWithinBudget()).isTrue();
        assertThat(figures.peakResidentBytes()).isEqualTo(900 * MIB);
        // 50 MiB of heap less 20 that cannot leave, of 20.7 bytes for each of a million edges.
        assertThat(figures.tableRoomBytes()).isEqualTo(30 * MIB);
        assertThat(figures.roomRatio()).isEqualTo(30 * MIB / 20.7e6, within(1e-6));
        List<Sample> more = List.of(
                sample(0, 0, 0, 51, null),
                sample(1, 0, 10, 50, null),
                sample(2, 0, 20, 71, null),
                sample(3, 0, 30, 70, null));
        ScenarioFigures above = new ScenarioFigures(new ScenarioAnswer(
                setup(Scenario.PRESSURE), more, List.of(), pressure().outcome()));
        assertThat(above.samplesAboveBudget()).isEqualTo(1);
        assertThat(above.samplesAboveHeapShare()).isEqualTo(3);
        assertThat(above.isWithinBudget()).isFalse();
    }

    @Test
    void howFarAheadIsAskedOnlyWhileMoreIsToCome() {
        // The last but one has 400 learned and 80 ahead, which is all: nothing came after it.
        assertThat(new ScenarioFigures(pressure()).leastAheadBaskets()).isEqualTo(60);
    }

    @Test
    void costsAreComparedFromTheFirstStepToTheLast() {
        ScenarioAnswer answer = growth(new Step(500, 300), new Step(1_000, 900), new Step(2_000, 450));
        assertThat(new ScenarioFigures(answer).costRatio()).isEqualTo(1.5);
        assertThat(new ScenarioFigures(growth(new Step(500, 300))).costRatio()).isNull();
    }

    @Test
    void jsonHasAllOfIt() {
        String json = new String(
                new ScenarioJson().of(growth(new Step(500, 300), new Step(1_000, 450))), StandardCharsets.UTF_8);
        assertThat(json)
                .startsWith("{\"setup\":{\"scenario\":\"growth\",\"seed\":7,\"baskets\":null,\"edges\":4000,"
                        + "\"seconds\":18.0,\"partitions\":4,")
                .contains(
                        "\"summary\":{\"pairsPerSecond\":240.0,\"basketsPerSecond\":24.0,\"pairs\":4800,"
                                + "\"baskets\":480,\"seconds\":20.0,\"processorsUsed\":1.5,\"concepts\":30,\"edges\":2400,\"countedEdges\":2400,")
                .contains("\"costRatio\":1.5,\"leastAheadBaskets\":60,\"maxAccountedBytes\":83886080,")
                .contains("\"withinBudget\":true,\"samplesAboveBudget\":0,\"samplesAboveHeapShare\":0,"
                        + "\"maxResidentBytes\":943718400,")
                .contains("\"storeBytes\":9600,\"bytesPerEdge\":4.0,\"closeSeconds\":0.5,\"openSeconds\":0.25}")
                .contains("\"steps\":[{\"edges\":500,\"nanosPerPair\":300.0},{\"edges\":1000,\"nanosPerPair\":450.0}]")
                .contains("{\"seconds\":16.0,\"pairsPerSecond\":100.0,\"baskets\":400,\"aheadBaskets\":80,"
                        + "\"pairs\":4000,\"edges\":2000,\"accountedBytes\":78643200,")
                .contains("\"residentBytes\":null,\"cpuSeconds\":27.0,\"storeBytes\":5242880,\"checkpoints\":16,"
                        + "\"maxCheckpointMs\":160.0,\"maxBlockedMs\":16.0}");
    }

    @Test
    void theTableSaysWhatTheFiguresMean() {
        assertThat(new ScenarioText().of(pressure()))
                .contains("| 0.0 to 0.0 | 400 | 0 | 0 | 50 | 300 | 5 |")
                .contains("pressure: 240 pairs/s over 20.0 s")
                .contains("1,500,000 in the end: what was added to a row that is not in memory may count twice")
                .contains("without the first, slowest ÷ fastest is 0.25")
                .contains("the same 500 baskets again and again; a producer in the process keeps ahead, by 60 baskets")
                .contains(
                        "budget 100 MiB, accounted at most 80 MiB: within it; heap at most 50 MiB of its half, 50 MiB; ids and marginals of that 15 MiB;")
                .contains("process: resident at most 900 MiB,")
                .contains("of which the process had 1.5 on average")
                .contains("5.2 bytes/edge; opened again in 0.25 s")
                .doesNotContain("ns/pair");
        assertThat(new ScenarioText().of(growth(new Step(500, 300), new Step(1_000, 450))))
                .contains("| 1,000 | 450 |", "cost: a pair at 1,000 edges is 1.50x one at 500")
                .contains("2,400 edges of 4,000 that were wanted", "never the same basket twice")
                .doesNotContain("may count twice");
    }

    @Test
    void picturesAreXmlWithTwoPanels() throws Exception {
        Document pressure = parsed(new ScenarioSvg().of(pressure()));
        assertThat(pressure.getDocumentElement().getTextContent())
                .contains("M pairs/s", "mean of each tenth", "budget, 100 MiB", "resident", "minutes");
        assertThat(pressure.getDocumentElement().getTextContent()).contains("accounted", "ids, marginals");
        // Each second, tenths, resident, accounted, what of that ids and marginals take.
        assertThat(pressure.getElementsByTagName("polyline").getLength()).isEqualTo(5);
        Document growth = parsed(new ScenarioSvg().of(growth(new Step(500, 300), new Step(1_000, 450))));
        assertThat(growth.getDocumentElement().getTextContent())
                .contains("ns per ordered pair", "300", "450", "directed edges", "1k", "500");
        assertThat(growth.getElementsByTagName("circle").getLength()).isEqualTo(2);
        parsed(new ScenarioSvg().of(growth()));
    }

    @Test
    void samplesAreInTheOrderOfTime() {
        Outcome outcome = pressure().outcome();
        Setup setup = setup(Scenario.PRESSURE);
        List<Sample> one = List.of(sample(0, 0, 0, 1, null));
        assertThatThrownBy(() -> new ScenarioAnswer(setup, one, List.of(), outcome))
                .isInstanceOf(IllegalArgumentException.class);
        List<Sample> back = List.of(sample(1, 0, 0, 1, null), sample(1, 0, 10, 1, null));
        assertThatThrownBy(() -> new ScenarioAnswer(setup, back, List.of(), outcome))
                .isInstanceOf(IllegalArgumentException.class);
        List<Sample> fewer = List.of(sample(1, 0, 10, 1, null), sample(2, 0, 0, 1, null));
        assertThatThrownBy(() -> new ScenarioAnswer(setup, fewer, List.of(), outcome))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> sample(-1, 0, 0, 1, null)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anAxisHasRoundTicks() {
        assertThat(SvgAxis.fromZero(4.2, 0, 100).ticks()).containsExactly(0.0, 1.0, 2.0, 3.0, 4.0, 5.0);
        assertThat(SvgAxis.fromZero(0, 0, 100).at(0)).isZero();
        SvgAxis decades = SvgAxis.logarithmic(1_000, 100_000, 0, 200);
        assertThat(decades.at(10_000)).isEqualTo(100, within(1e-9));
        assertThat(decades.at(10)).isZero();
        assertThat(decades.ticks()).containsExactly(1_000.0, 2_000.0, 5_000.0, 10_000.0, 20_000.0, 50_000.0, 100_000.0);
        assertThatThrownBy(() -> SvgAxis.logarithmic(0, 1, 0, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Document parsed(byte[] svg) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Document document = factory.newDocumentBuilder().parse(new ByteArrayInputStream(svg));
        assertThat(document.getDocumentElement().getLocalName()).isEqualTo("svg");
        return document;
    }
}
