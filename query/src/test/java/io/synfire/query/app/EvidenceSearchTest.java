package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.event.Position;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.query.cli.Operations.Common;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EvidenceSearchTest {

    /** A server gives the partitions of a topic positions before a record is there; then the evidence of files needs no cluster. */
    @Test
    void aTopicOfWhichNothingWasReadIsNotNeeded(@TempDir Path data) throws Exception {
        EvidenceSearch search = new EvidenceSearch(
                Settings.load(new Common(data, null, List.of()), Map.of(), Map.of()), LearningSettings.parse(Map.of()));
        Position file = new Position("file:/purchases.jsonl", "mark", 0, 9, -1);
        Position empty = new Position("kafka:synfire.episodes", "id", 0, 0, -1);
        Position read = new Position("kafka:synfire.episodes", "id", 1, 1, -1);
        assertThat(search.needsTopic(List.of(file))).isFalse();
        assertThat(search.needsTopic(List.of(file, empty))).isFalse();
        assertThat(search.needsTopic(List.of(file, empty, read))).isTrue();
    }
}
