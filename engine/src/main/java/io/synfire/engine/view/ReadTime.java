package io.synfire.engine.view;

/**
 * For which time a memory is read: for the watermark of the moment that is read, whichever that is, or for a later time that is given.
 * Strengths only decay between the two. Immutable.
 */
public final class ReadTime {

    /** The watermark of the moment that is read. */
    public static final ReadTime WATERMARK = new ReadTime(0, false);

    private final long atMs;
    private final boolean isGiven;

    private ReadTime(long atMs, boolean isGiven) {
        this.atMs = atMs;
        this.isGiven = isGiven;
    }

    /**
     * A time.
     *
     * @param atMs milliseconds since the epoch, not before the watermark of what is read
     * @return it
     */
    public static ReadTime at(long atMs) {
        return new ReadTime(atMs, true);
    }

    /**
     * The time at which a moment is read.
     *
     * @param watermarkMs the watermark of that moment
     * @return milliseconds since the epoch
     * @throws BeforeWatermarkException if the given time is before that
     */
    public long resolve(long watermarkMs) {
        if (isGiven && atMs < watermarkMs) {
            throw new BeforeWatermarkException(atMs, watermarkMs);
        }
        return isGiven ? atMs : watermarkMs;
    }

    @Override
    public String toString() {
        return isGiven ? "at=" + atMs : "the watermark";
    }
}
