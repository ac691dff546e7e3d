package io.synfire.query.http;

import io.javalin.http.Context;
import io.synfire.query.recall.BadQueryException;
import io.synfire.query.recall.Blend;
import io.synfire.query.recall.Limits;
import io.synfire.query.recall.Times;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The query parameters of one request; what is not known or not readable is refused by name. */
final class Parameters {

    private final Context context;
    private final InstantSource clock;

    /** Refuses a parameter that the route does not know. */
    Parameters(Context context, InstantSource clock, String... known) {
        this.context = context;
        this.clock = clock;
        Set<String> names = Set.of(known);
        for (String given : context.queryParamMap().keySet()) {
            if (!names.contains(given)) {
                throw new BadQueryException(
                        "unknown parameter, this route knows " + new TreeSet<>(names) + ": parameter=" + given);
            }
        }
    }

    @Nullable
    String text(String name) {
        return context.queryParam(name);
    }

    String textOr(String name, String otherwise) {
        String value = context.queryParam(name);
        return value == null ? otherwise : value;
    }

    String required(String name) {
        String value = context.queryParam(name);
        if (value == null || value.isEmpty()) {
            throw new BadQueryException(name + " must be given: " + name + "=missing");
        }
        return value;
    }

    List<String> all(String name) {
        return context.queryParams(name);
    }

    int k() {
        return whole("k", Limits.K);
    }

    int whole(String name, int otherwise) {
        String value = context.queryParam(name);
        try {
            return value == null ? otherwise : Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new BadQueryException(name + " must be a whole number: " + name + "=" + value);
        }
    }

    @Nullable
    Integer wholeOrNull(String name) {
        return context.queryParam(name) == null ? null : Integer.valueOf(whole(name, 0));
    }

    @Nullable
    Double numberOrNull(String name) {
        return context.queryParam(name) == null ? null : Double.valueOf(number(name, 0));
    }

    double number(String name, double otherwise) {
        String value = context.queryParam(name);
        try {
            return value == null ? otherwise : Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new BadQueryException(name + " must be a number: " + name + "=" + value);
        }
    }

    boolean flag(String name) {
        String value = context.queryParam(name);
        if (value == null || value.equals("false")) {
            return false;
        }
        if (value.isEmpty() || value.equals("true")) {
            return true;
        }
        throw new BadQueryException(name + " must be true or false: " + name + "=" + value);
    }

    /** Which horizons are read, by {@code horizon} or {@code blend}; null for the slowest. */
    @Nullable
    Blend blend() {
        return Blend.chosen(context.queryParam("horizon"), context.queryParam("blend"));
    }

    @Nullable
    Long at() {
        return Times.parse(context.queryParam("at"), clock);
    }
}
