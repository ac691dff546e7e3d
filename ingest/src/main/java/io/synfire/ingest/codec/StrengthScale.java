package io.synfire.ingest.codec;

import io.synfire.engine.event.Activation;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a number in foreign JSON, such as a quantity, is as a strength. Gives the same bits on every machine, so that a log learned again gives
 * the same memory. Immutable and thread-safe.
 *
 * @param kind how it is scaled
 * @param cap the most that {@link Kind#MIN} lets through, in (0, {@value Activation#STRENGTH_MAX}]; not used otherwise
 */
public record StrengthScale(Kind kind, double cap) {

    /** How a number is scaled. */
    public enum Kind {
        /** Not at all. */
        NONE,
        /** ln(1 + x): 10 of something are 3.5 times as much as 1 of it. */
        LOG1P,
        /** √x. */
        SQRT,
        /** x, but no more than a cap. */
        MIN
    }

    /** The number itself. */
    public static final StrengthScale NONE = new StrengthScale(Kind.NONE, 0);

    private static final Pattern CAPPED = Pattern.compile("min\\(\\s*x\\s*,\\s*([^)\\s]+)\\s*\\)");

    /**
     * Checks the cap.
     *
     * @throws IllegalArgumentException if it is out of its range
     */
    public StrengthScale {
        if (kind == Kind.MIN && (!(cap > 0) || cap > Activation.STRENGTH_MAX)) {
            throw new IllegalArgumentException("the cap of a strength must be in (0, 1e6]: cap=" + cap);
        }
    }

    /**
     * Reads a scale.
     *
     * @param name the setting's name, for the message
     * @param text {@code log1p}, {@code sqrt} or {@code min(x, CAP)}
     * @return the scale
     * @throws IllegalArgumentException if it is none of them
     */
    public static StrengthScale parse(String name, String text) {
        String bare = text.strip();
        return switch (bare) {
            case "log1p" -> new StrengthScale(Kind.LOG1P, 0);
            case "sqrt" -> new StrengthScale(Kind.SQRT, 0);
            default -> {
                Double cap = cap(bare);
                if (cap == null) {
                    throw new IllegalArgumentException(
                            name + " must be log1p, sqrt or min(x, CAP), with a CAP in (0, 1e6]: " + name + "=" + text);
                }
                yield new StrengthScale(Kind.MIN, cap);
            }
        };
    }

    private static @Nullable Double cap(String text) {
        Matcher matcher = CAPPED.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        try {
            double cap = Double.parseDouble(matcher.group(1));
            return cap > 0 && cap <= Activation.STRENGTH_MAX ? Double.valueOf(cap) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** The strength of a number that is not negative; 0 is 0. */
    double of(double number) {
        return switch (kind) {
            case NONE -> number;
            case LOG1P -> StrictMath.log1p(number);
            case SQRT -> Math.sqrt(number);
            case MIN -> Math.min(number, cap);
        };
    }

    /** As settings name it. */
    @Override
    public String toString() {
        return switch (kind) {
            case NONE -> "none";
            case LOG1P -> "log1p";
            case SQRT -> "sqrt";
            case MIN -> "min(x, " + cap + ")";
        };
    }
}
