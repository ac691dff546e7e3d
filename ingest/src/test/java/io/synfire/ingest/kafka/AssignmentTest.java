package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where reading starts. */
@SuppressWarnings("NullAway.Init")
final class AssignmentTest {

    private static final TopicPartition FIRST = new TopicPartition("t", 0);
    private static final TopicPartition SECOND = new TopicPartition("t", 1);

    @TempDir
    Path directory;

    @Test
    void aPartitionIsReadOnceItsPositionIsKnownAndNotBefore() {
        try (Engine engine = LearnerKit.open(directory);
                MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none")) {
            consumer.updateBeginningOffsets(Map.of(FIRST, 0L, SECOND, 0L));
            consumer.updateEndOffsets(Map.of(FIRST, 9L, SECOND, 9L));
            Gaps gaps = new Gaps("t", name -> false, new SimpleMeterRegistry());
            Assignment assignment = new Assignment(engine, consumer, "t", "id", gaps, false);

            consumer.setOffsetsException(new TimeoutException("silent"));
            assertThatThrownBy(() -> assignment.assignAll(1)).isInstanceOf(TimeoutException.class);
            assertThat(consumer.assignment()).isEmpty();
            consumer.setOffsetsException(null);
            assignment.assignAll(1);
            assertThat(consumer.position(FIRST)).isZero();

            // One that was added does not take away what is read already.
            consumer.seek(FIRST, 5);
            consumer.setOffsetsException(new TimeoutException("silent"));
            assertThatThrownBy(() -> assignment.assignAll(2)).isInstanceOf(TimeoutException.class);
            assertThat(consumer.assignment()).containsExactly(FIRST);
            assertThat(consumer.position(FIRST)).isEqualTo(5);
            consumer.setOffsetsException(null);
            assignment.assignAll(2);
            assertThat(consumer.assignment()).containsExactlyInAnyOrder(FIRST, SECOND);
            assertThat(consumer.position(FIRST)).isEqualTo(5);
            assertThat(consumer.position(SECOND)).isZero();
        }
    }
}
