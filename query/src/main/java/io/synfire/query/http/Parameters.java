package io.synfire.query.http;

import io.javalin.http.Context;
import io.synfire.query.recall.BadQueryException;
import io.synfire.query.recall.Blend;
import io.synfire.query.recall.Limits;
import io.synfire.query.recall.Numbers;
import io.synfire.query.recall.Times;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The query parameters of one request; what is not known, not readable or given twice is refused by name. */
final class Parameters {

    /** Those that may be given several times. */
    private static final Set<String> LISTS = Set.of("cue", "exclude", "candidate");

    private final Map<String, List<String>> given;
    private final InstantSource clock;

    /** Refuses a parameter that the route does not know, and one that is given twice. */
    Parameters(Context context, InstantSource clock, String... known) {
        this.clock = clock;
        this.given = QueryText.parameters(context.queryString());
        Set<String> names = Set.of(known);
        given.forEach((name, values) -> {
            if (!names.contains(name)) {
                throw new BadQueryException(
                        "unknown parameter, this route knows " + new TreeSet<>(names) + ": parameter=" + name);
            }
            if (values.size() > 1 && !LISTS.contains(name)) {
                throw new BadQueryException("a parameter must be given once: parameter=" + name);
            }
        });
    }

    /** Refuses all parameters. */
    static void none(Context context) {
        var unused = new Parameters(context, InstantSource.system());
    }

    @Nullable
    String text(String name) {
        List<String> values = given.get(name);
        return values == null ? null : values.get(0);
    }

    String textOr(String name, String otherwise) {
        String value = text(name);
        return value == null ? otherwise : value;
    }

    String required(String name) {
        String value = text(name);
        if (value == null || value.isEmpty()) {
            throw new BadQueryException(name + " must be given: " + name + "=missing");
        }
        return value;
    }

    List<String> all(String name) {
        return given.getOrDefault(name, List.of());
    }

    int k() {
        Integer k = wholeOrNull("k");
        return k == null ? Limits.K : k;
    }

    @Nullable
    Integer wholeOrNull(String name) {
        String value = text(name);
        return value == null ? null : Integer.valueOf(Numbers.whole(name, value));
    }

    @Nullable
    Double numberOrNull(String name) {
        String value = text(name);
        return value == null ? null : Double.valueOf(Numbers.number(name, value));
    }

    double number(String name, double otherwise) {
        Double value = numberOrNull(name);
        return value == null ? otherwise : value;
    }

    boolean flag(String name) {
        String value = text(name);
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
        return Blend.chosen(text("horizon"), text("blend"));
    }

    @Nullable
    Long at() {
        return Times.parse(text("at"), clock);
    }
}
