package io.synfire.query.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.view.Counts;
import io.synfire.engine.view.MemoryUse;
import io.synfire.engine.view.Trials;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a memory takes is told in parts, as text and as JSON. */
final class StatusAnswerTest {

    private static final StatusAnswer ANSWER = new StatusAnswer(
            true,
            0L,
            null,
            null,
            null,
            List.of(),
            new Counts(1, 2, 2, 2, 0, 0, false),
            new Trials(false, 0, 0, 0),
            new MemoryUse(16_777_216, 5_000, 600, 1_000_000, 20_000, 7_000, 800, 90_000, 100_000, 11),
            Map.of("half-lives", "none"),
            List.of(),
            null,
            null);

    @Test
    void asText() {
        assertThat(new AnswerText().of(ANSWER).lines())
                .containsSequence(
                        "  memory budget      16,777,216 bytes",
                        "  memory used        1,223,411 bytes, of it",
                        "    ids              1,000,000 bytes",
                        "    marginals        20,000 bytes",
                        "    tables           5,000 bytes",
                        "    held             600 bytes",
                        "    rowcache         7,000 bytes",
                        "    checkpoint       800 bytes",
                        "    rocksdb cache    90,000 bytes",
                        "    memtables        100,000 bytes",
                        "    table readers    11 bytes",
                        "  half-lives         none");
    }

    @Test
    void asJson() {
        assertThat(new String(new AnswerJson().of(ANSWER), StandardCharsets.UTF_8))
                .contains(
                        "\"trials\":\"episodes\",\"memory\":{\"budgetBytes\":16777216,\"usedBytes\":1223411,\"idsBytes\":1000000,"
                                + "\"marginalsBytes\":20000,\"tablesBytes\":5000,\"heldBytes\":600,\"rowcacheBytes\":7000,"
                                + "\"checkpointBytes\":800,\"rocksdbCacheBytes\":90000,\"rocksdbMemtablesBytes\":100000,"
                                + "\"rocksdbReadersBytes\":11},\"settings\":{\"half-lives\":\"none\"}");
    }
}
