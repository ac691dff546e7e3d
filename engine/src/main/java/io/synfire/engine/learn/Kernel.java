package io.synfire.engine.learn;

import java.util.Locale;

/**
 * How an impulse falls with the gap between two activations of one context.
 *
 * <p>The exponential form is the spike-timing window of Bi and Poo (1998), "Synaptic modifications in cultured hippocampal
 * neurons"; the reciprocal of the distance in steps is what session-based recommenders found to work on click data.
 */
public final class Kernel {

    /** The form of the fall. */
    public enum Shape {
        /** 1, whatever the gap. */
        UNIFORM,
        /** e^(-gap/tau). */
        EXPONENTIAL,
        /** 1 over the number of steps between. */
        RECIPROCAL;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Shape shape;
    private final double tauMs;

    /**
     * A kernel.
     *
     * @param shape its form
     * @param tauMs its time constant in milliseconds, used by {@link Shape#EXPONENTIAL} alone
     */
    public Kernel(Shape shape, long tauMs) {
        this.shape = shape;
        this.tauMs = tauMs;
    }

    /**
     * The factor on an impulse.
     *
     * @param gapMs time between the two activations, milliseconds, at least 0
     * @param steps episodes of the context between them, at least 1
     * @return in [0, 1]
     */
    public double at(long gapMs, int steps) {
        return switch (shape) {
            case UNIFORM -> 1;
            case EXPONENTIAL -> Math.exp(-gapMs / tauMs);
            case RECIPROCAL -> 1.0 / steps;
        };
    }
}
