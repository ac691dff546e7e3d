package io.synfire.query.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.query.answer.BenchAnswer.Checkpoints;
import io.synfire.query.answer.BenchAnswer.Contender;
import io.synfire.query.answer.BenchAnswer.Held;
import io.synfire.query.answer.BenchAnswer.Rate;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

/** The figures of a benchmark, in all their forms. */
final class BenchAnswerTest {

    private static final Contender SYNFIRE = new Contender(
            BenchAnswer.SYNFIRE,
            new Rate(100, 4_000, 0.002),
            null,
            new Held(2_000, 10_000),
            new Checkpoints(3, 8_000, 0.0005, 0.25),
            0.75);
    private static final Contender IN_MEMORY =
            new Contender(BenchAnswer.IN_MEMORY, new Rate(100, 4_000, 0.001), null, null, null, 0.5);
    private static final Contender CEILING =
            new Contender(BenchAnswer.CEILING, new Rate(100, 4_000, 0.0001), null, null, null, null);
    private static final Contender STREAMS =
            new Contender(BenchAnswer.STREAMS, new Rate(50, 2_000, 0.1), 0.1, new Held(1_500, 45_000), null, null);
    private static final Contender REDIS =
            new Contender(BenchAnswer.REDIS, new Rate(100, 4_000, 0.02), null, new Held(2_000, 120_000), null, null);

    private static BenchAnswer answer(Contender... contenders) {
        return new BenchAnswer(
                new BenchAnswer.Setup(
                        7, 100, 4_000, 4, 2, "17.0.1", 1 << 30, 1 << 28, "ext4", List.of("max-associations=0")),
                List.of(contenders),
                Stream.of(contenders)
                        .map(contender -> new Contender(
                                contender.name(),
                                new Rate(10, 400, 1),
                                null,
                                contender.held(),
                                contender.checkpoints(),
                                contender.maxApplyMs()))
                        .toList(),
                new Rate(100, 4_000, 0.5));
    }

    private static BenchAnswer all() {
        return answer(CEILING, SYNFIRE, IN_MEMORY, STREAMS, REDIS);
    }

    @Test
    void jsonHasAnObjectForEachContenderAndTheRatios() {
        String json = new String(new BenchJson().of(all()), StandardCharsets.UTF_8);
        assertThat(json)
                .startsWith("{\"setup\":{\"seed\":7,\"baskets\":100,\"pairs\":4000,\"partitions\":4,")
                .contains("\"settings\":[\"max-associations=0\"]")
                .contains("\"order\":[\"ceiling\",\"synfire\",\"inMemory\",\"kafkaStreamsNaive\",\"redis\"]")
                .contains("\"synfire\":{\"pairsPerSecond\":2000000.0,\"basketsPerSecond\":50000.0,\"pairs\":4000,"
                        + "\"baskets\":100,\"seconds\":0.002,\"edges\":2000,\"bytes\":10000,\"bytesPerEdge\":5.0,"
                        + "\"checkpoints\":3,\"checkpointSeconds\":5.0E-4,\"maxCheckpointMs\":0.25,"
                        + "\"checkpointBytes\":8000,\"checkpointBytesPerPair\":2.0,\"maxApplyMs\":0.75}")
                .contains("\"inMemory\":{\"pairsPerSecond\":4000000.0,")
                .contains("\"ceiling\":{\"pairsPerSecond\":4.0E7,")
                .contains("\"kafkaStreamsNaive\":{\"pairsPerSecond\":20000.0,")
                .contains("\"cappedAtSeconds\":0.1,")
                .contains("\"redis\":{\"pairsPerSecond\":200000.0,")
                .contains("\"ratioToKafkaStreams\":100.0,\"ratioToRedis\":10.0,\"ratioToInMemory\":0.5,"
                        + "\"ratioToCeiling\":0.05");
    }

    @Test
    void whatDidNotRunIsNull() {
        String json = new String(new BenchJson().of(answer(SYNFIRE)), StandardCharsets.UTF_8);
        assertThat(json)
                .contains("\"redis\":null", "\"kafkaStreamsNaive\":null")
                .contains("\"ratioToKafkaStreams\":null,\"ratioToRedis\":null,\"ratioToInMemory\":null");
    }

    @Test
    void theTableSaysWhatIsCappedAndInWhichOrderAllRan() {
        assertThat(new BenchText().of(all()))
                .contains("| **Synfire** | 2,000,000 |  | 50,000 | 4,000 | 0.0 | 5.0 |")
                .contains("| Kafka Streams, naive | 20,000 | 100x | 500 | 2,000 (capped) | 0.1 | 30.0 |")
                .contains("| Redis ZINCRBY, pipelined | 200,000 | 10x | 5,000 | 4,000 | 0.0 | 60.0 (RAM) |")
                .contains("| Synfire without checkpoints | 4,000,000 | 0.50x |")
                .contains(
                        "order: read and decode alone; Synfire; Synfire without checkpoints; Kafka Streams, naive; Redis")
                .contains("with max-associations=0")
                .contains("capped: stopped before it was done");
        assertThat(new BenchText().of(answer(SYNFIRE)))
                .contains("there is no redis-server on the PATH")
                .doesNotContain("capped:");
    }

    @Test
    void thePictureIsXmlAndShowsTheNumbers() throws Exception {
        byte[] svg = new BenchSvg().of(all());
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Document document = factory.newDocumentBuilder().parse(new ByteArrayInputStream(svg));
        assertThat(document.getDocumentElement().getLocalName()).isEqualTo("svg");
        assertThat(document.getDocumentElement().getTextContent())
                .contains("2,000,000", "Kafka Streams, naive", "20,000, Synfire is 100x *", "200,000, Synfire is 10x")
                .doesNotContain("read and decode");
        // The background, and a bar for each that does the work.
        assertThat(document.getElementsByTagName("rect").getLength()).isEqualTo(5);
    }

    @Test
    void aRateTakesTimeAndABenchmarkIsOfSynfire() {
        assertThatThrownBy(() -> new Rate(1, 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> answer(REDIS)).isInstanceOf(IllegalArgumentException.class);
    }
}
