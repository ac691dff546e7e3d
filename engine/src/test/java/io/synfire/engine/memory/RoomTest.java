package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoomTest {

    /** What is left for learning of a budget, of which a 16th is for what readers have read. */
    private static final long BUDGET = 1_700;

    /** Of these 1,700 bytes 100 cannot leave: 1,600 are left to tables and windows. */
    private static final long FIXED = 100;

    private long bytes = FIXED;
    private long pending;
    private final Room room = new Room(new MemoryBudget(1_813), () -> bytes, () -> FIXED, () -> pending);

    @Test
    void asItFillsUpACheckpointIsAskedForThenLearningSlowsDownThenWaits() {
        for (bytes = FIXED; bytes <= BUDGET + 100; bytes += 50) {
            assertThat(room.isFull()).as("bytes=%d", bytes).isEqualTo(bytes > 1_300);
            assertThat(room.isTight()).as("bytes=%d", bytes).isEqualTo(bytes > 1_400);
            assertThat(room.isOverfull()).as("bytes=%d", bytes).isEqualTo(bytes > 1_700);
        }
    }

    @Test
    void theLessRoomThereIsTheLessIsLearnedAtOnceAndThatAlwaysFits() {
        room.learned(10_000, FIXED - 100_000);
        long before = Long.MAX_VALUE;
        for (bytes = FIXED; bytes <= BUDGET; bytes += 100) {
            long pairs = room.pairsAtOnce();
            assertThat(pairs).as("bytes=%d", bytes).isLessThanOrEqualTo(before).isNotNegative();
            assertThat(room.isEnoughFor(pairs)).as("bytes=%d", bytes).isTrue();
            before = pairs;
        }
        assertThat(before).isZero();
        bytes = BUDGET + 1;
        assertThat(room.pairsAtOnce()).isZero();
        assertThat(room.isEnoughFor(1)).isFalse();
    }

    @Test
    void whatAPairTakesIsTheMostOfLately() {
        long empty = 0;
        room.learned(10_000, bytes - 320_000);
        // 32 bytes a pair.
        assertThat(room.isEnoughFor(50)).isTrue();
        assertThat(room.isEnoughFor(51)).isFalse();
        for (int i = 0; i < 100; i++) {
            room.learned(10_000, bytes - empty);
        }
        // 8 at the least.
        assertThat(room.isEnoughFor(200)).isTrue();
        assertThat(room.isEnoughFor(201)).isFalse();
        // A handful of pairs tells nothing.
        room.learned(10, bytes - 100_000);
        assertThat(room.isEnoughFor(200)).isTrue();
    }

    @Test
    void asLongAsACheckpointNeverFoundItFullAllTablesStayThatLeaveLearningSomeRoom() {
        assertThat(room.tableBytesMax()).isEqualTo(1_100);
        bytes = FIXED + 1_200;
        room.written();
        room.made();
        assertThat(room.tableBytesMax()).isEqualTo(1_100);
    }

    @Test
    void onceItWasFullWhatStaysOfTablesLeavesRoomForWhatWasGatheredLately() {
        bytes = FIXED + 1_400;
        room.written();
        assertThat(room.tableBytesMax()).isEqualTo(500);
        room.made();
        room.written();
        assertThat(room.tableBytesMax()).as("half of what was").isEqualTo(500);
        room.written();
        assertThat(room.tableBytesMax()).as("a quarter of it").isEqualTo(1_100 - 435);
        bytes = FIXED + 700;
        room.written();
        assertThat(room.tableBytesMax()).as("no longer full").isEqualTo(1_100);
    }
}
