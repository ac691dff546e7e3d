package io.synfire.engine.view;

/** Somebody asks for a time before the watermark: the past is not kept. It is the caller's failure. */
public final class BeforeWatermarkException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /**
     * A read of the past.
     *
     * @param atMs the time that was asked for
     * @param watermarkMs the watermark, which is later
     */
    public BeforeWatermarkException(long atMs, long watermarkMs) {
        super("at must not be before the watermark, the past is not kept: at=" + atMs + " watermark=" + watermarkMs);
    }
}
