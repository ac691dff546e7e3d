package io.synfire.query.answer;

import java.util.ArrayList;
import java.util.List;

/**
 * From a value to a place on a picture: evenly from 0, or by the logarithm. Immutable and thread-safe.
 *
 * @param least the value at the beginning
 * @param most the value at the end, above the least
 * @param from where the axis begins
 * @param to where it ends
 * @param logarithmic whether the same factor takes the same room
 */
record SvgAxis(double least, double most, double from, double to, boolean logarithmic) {

    /**
     * Checks the ends.
     *
     * @throws IllegalArgumentException if they are not in order, or cannot be on a logarithmic axis
     */
    SvgAxis {
        if (!(most > least) || (logarithmic && !(least > 0))) {
            throw new IllegalArgumentException("an axis must go up: least=" + least + " most=" + most);
        }
    }

    /** An axis from 0 to a round number not below the greatest value. */
    static SvgAxis fromZero(double greatest, double from, double to) {
        double step = step(greatest);
        return new SvgAxis(0, Math.max(1, Math.ceil(greatest / step)) * step, from, to, false);
    }

    /** An axis from 0 that ends where the values do. */
    static SvgAxis upTo(double greatest, double from, double to) {
        return new SvgAxis(0, greatest, from, to, false);
    }

    /** An axis of the logarithm. */
    static SvgAxis logarithmic(double least, double most, double from, double to) {
        return new SvgAxis(least, most, from, to, true);
    }

    /** Where a value is; one beyond the ends is at the end. */
    double at(double value) {
        double within = Math.min(most, Math.max(least, value));
        double share =
                logarithmic ? Math.log(within / least) / Math.log(most / least) : (within - least) / (most - least);
        return from + share * (to - from);
    }

    /** Round values on it, in order. */
    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (logarithmic) {
            for (double decade = Math.pow(10, Math.floor(Math.log10(least))); decade <= most; decade *= 10) {
                for (int digit : new int[] {1, 2, 5}) {
                    double tick = digit * decade;
                    if (tick >= least * (1 - 1e-9) && tick <= most * (1 + 1e-9)) {
                        ticks.add(tick);
                    }
                }
            }
            return ticks;
        }
        double step = step(most);
        for (int i = 0; i * step <= most * (1 + 1e-9); i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    /** 1, 2 or 5 times a power of ten, of which three to six are in a value. */
    private static double step(double greatest) {
        double wanted = Math.max(greatest, 1e-9) / 6;
        double power = Math.pow(10, Math.floor(Math.log10(wanted)));
        double digit = wanted / power;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
    }
}
