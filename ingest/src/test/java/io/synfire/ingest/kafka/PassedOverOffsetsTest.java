package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.event.PassedOver;
import io.synfire.engine.event.PassedOver.Why;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Unlearned;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a memory says of each record, against a list of all records. */
final class PassedOverOffsetsTest {

    private static Position at(String topicId, int partition, long nextOffset) {
        return new Position("kafka:t", topicId, partition, nextOffset, -1);
    }

    private static PassedOver range(int partition, long from, long to, Why why) {
        return new PassedOver("id", partition, from, to, why, why == Why.CLOCK ? 1_000 : -1);
    }

    @Test
    void itKnowsWhatLiesBetweenWhereItBeganAndHowFarItRead() {
        PassedOverOffsets offsets = new PassedOverOffsets(
                new Unlearned(
                        "m",
                        List.of(at("id", 1, 5)),
                        List.of(at("id", 0, 10), at("id", 1, 10)),
                        List.of(range(0, 0, 2, Why.REJECTED), range(1, 7, 8, Why.CLOCK))),
                "id");
        assertThat(offsets.knows(0, 0)).isTrue();
        assertThat(offsets.knows(0, 9)).isTrue();
        assertThat(offsets.knows(0, 10)).isFalse();
        assertThat(offsets.knows(1, 4)).isFalse();
        assertThat(offsets.knows(1, 5)).isTrue();
        assertThat(offsets.knows(2, 0)).isFalse();
        assertThat(offsets.why(0, 1)).isEqualTo(Why.REJECTED);
        assertThat(offsets.why(0, 2)).isNull();
        assertThat(offsets.why(1, 7)).isEqualTo(Why.CLOCK);
        assertThat(offsets.why(1, 0)).isNull();
        assertThat(offsets.knowsAll()).isFalse();
        assertThat(offsets.reads(1)).isTrue();
        assertThat(offsets.reads(2)).isFalse();
    }

    @Test
    void ofAnotherTopicOfTheNameItKnowsNothing() {
        PassedOverOffsets offsets = new PassedOverOffsets(
                new Unlearned("m", List.of(), List.of(at("id", 0, 10)), List.of(range(0, 0, 2, Why.REJECTED))),
                "another");
        assertThat(offsets.knows(0, 0)).isFalse();
        assertThat(offsets.why(0, 0)).isNull();
        assertThat(offsets.knowsAll()).isFalse();
        assertThat(new PassedOverOffsets(Unlearned.unknown(), "id").knowsAll()).isFalse();
    }

    @Test
    void ofManyRangesAndALogThatLostItsEndItSaysWhatWasSaidLastOfEachRecord() {
        for (int seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<@Nullable Why> said = new ArrayList<>();
            List<PassedOver> ranges = new ArrayList<>();
            for (int step = 0; step < 40; step++) {
                int end = said.size();
                if (random.nextInt(6) == 0 && end > 0) {
                    int from = random.nextInt(end);
                    ranges.add(range(3, from, end, Why.LOST));
                    said.subList(from, end).clear();
                    continue;
                }
                int records = 1 + random.nextInt(4);
                Why why = List.of(Why.REJECTED, Why.CLOCK, Why.LEFT_OUT).get(random.nextInt(3));
                boolean isLearned = random.nextBoolean();
                if (!isLearned) {
                    ranges.add(range(3, end, end + records, why));
                }
                for (int i = 0; i < records; i++) {
                    said.add(isLearned ? null : why);
                }
            }
            PassedOverOffsets offsets = new PassedOverOffsets(
                    new Unlearned("m", List.of(), List.of(at("id", 3, said.size() + 5)), ranges), "id");
            for (int offset = 0; offset < said.size() + 5; offset++) {
                assertThat(offsets.why(3, offset))
                        .as("seed %d offset %d of %s", seed, offset, ranges)
                        .isEqualTo(offset < said.size() ? said.get(offset) : null);
            }
        }
    }

    @Test
    void aLetterIsOfTheMemoryThatItNamesAndOneWithoutANameLeavesADoubt() {
        Unlearned memory = new Unlearned("m", List.of(at("id", 0, 5)), List.of(at("id", 0, 10)), List.of());
        LetterOffsets letters = new LetterOffsets(List.of(memory), List.of(new PassedOverOffsets(memory, "id")));
        letters.take(0, 1, "m");
        letters.take(0, 2, "other");
        letters.take(0, 3, "");
        // Of this the memory knows itself.
        letters.take(0, 7, "m");
        letters.take(0, 12, "m");
        // In a group another reads this partition.
        letters.take(1, 4, "other");
        assertThat(List.of(1, 2, 3, 7, 12))
                .filteredOn(offset -> letters.isOwn(0, offset))
                .containsExactly(1, 12);
        assertThat(List.of(1, 2, 3, 7, 12))
                .filteredOn(offset -> letters.isUnsigned(0, offset))
                .containsExactly(3);
        assertThat(letters.isUnsigned(1, 4)).isTrue();
        assertThat(letters.isOwn(1, 4)).isFalse();
    }
}
