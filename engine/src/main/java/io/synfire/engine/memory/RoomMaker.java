package io.synfire.engine.memory;

/**
 * Who makes room while batches are applied. It may end the checkpoint that is under way; what it throws leaves the batches half applied.
 */
public interface RoomMaker {

    /** Makes none: for a memory that may use what it takes. */
    RoomMaker NONE = new RoomMaker() {
        @Override
        public void betweenBatches(long pairs) {}

        @Override
        public void withinBatch(long pairs) {}
    };

    /**
     * All batches before this are applied with their positions, and the next is not begun, or moves none: a checkpoint may begin, too.
     *
     * @param pairs for how much there is to be room
     */
    void betweenBatches(long pairs);

    /**
     * A batch is applied in part: no checkpoint may begin, since its positions would not be those of the state.
     *
     * @param pairs for how much there is to be room
     */
    void withinBatch(long pairs);
}
