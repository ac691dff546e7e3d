package io.synfire.engine.store;

/**
 * What a concept was until it was forgotten.
 *
 * @param concept the int that it had
 * @param watermarkMs the watermark when it was forgotten, milliseconds since the epoch
 */
public record Retirement(int concept, long watermarkMs) {}
