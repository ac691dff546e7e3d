package io.synfire.query.http;

import io.synfire.query.recall.BadQueryException;
import io.synfire.query.recall.Blend;
import io.synfire.query.recall.Limits;
import io.synfire.query.recall.RecallQuery;
import io.synfire.query.recall.RecallQuery.Cue;
import io.synfire.query.recall.Times;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The body of {@code POST /v1/recall} as a question. Used once, by one thread. */
final class RecallBody {

    private static final List<String> FIELDS = List.of(
            "cues",
            "ordered",
            "includeCues",
            "exclude",
            "candidates",
            "prefix",
            "k",
            "hops",
            "popularity",
            "shrinkage",
            "self",
            "horizon",
            "blend",
            "minSupport",
            "at");

    private final JsonReader json;
    private final InstantSource clock;
    private final List<Cue> cues = new ArrayList<>();
    private final RecallQuery.Builder query = RecallQuery.builder();
    private @Nullable String horizon;
    private @Nullable Blend blend;

    private RecallBody(JsonReader json, InstantSource clock) {
        this.json = json;
        this.clock = clock;
    }

    /** Reads a question; {@code clock} is what {@code now} means. */
    static RecallQuery read(Body body, InstantSource clock) {
        return JsonReader.read(body, json -> new RecallBody(json, clock).read());
    }

    private RecallQuery read() {
        json.object("a recall", FIELDS, this::field);
        if (horizon != null && blend != null) {
            throw new BadQueryException("give a horizon or a blend: horizon=" + horizon);
        }
        return query.weightedCues(cues)
                .blend(horizon == null ? blend : Blend.of(horizon))
                .build();
    }

    private void field(String name) {
        boolean isNull = json.isNull();
        switch (name) {
            case "cues" -> json.array(name, Limits.CUES_MAX, () -> cues.add(cue()));
            case "ordered" -> query.ordered(json.flag(name));
            case "includeCues" -> query.includeCues(json.flag(name));
            case "exclude" -> query.exclude(isNull ? Set.of() : texts(name, Limits.EXCLUDE_MAX));
            case "candidates" -> query.candidates(isNull ? null : texts(name, Limits.CANDIDATES_MAX));
            case "prefix" -> query.prefix(isNull ? null : json.text(name));
            case "k" -> query.k(json.whole(name));
            case "hops" -> query.hops(isNull ? null : Integer.valueOf(json.whole(name)));
            case "popularity" -> query.popularity(isNull ? null : Double.valueOf(json.number(name)));
            case "shrinkage" -> query.shrinkage(isNull ? null : Double.valueOf(json.number(name)));
            case "self" -> query.self(isNull ? null : Double.valueOf(json.number(name)));
            case "horizon" -> horizon = isNull ? null : json.text(name);
            case "blend" -> blend = isNull ? null : blend();
            case "minSupport" -> query.minSupport(json.number(name));
            case "at" -> query.atMs(isNull ? null : Times.parse(json.scalar(name), clock));
            default -> throw new IllegalStateException("a field that is known must be read: field=" + name);
        }
    }

    private Cue cue() {
        if (!json.isObject()) {
            return new Cue(json.text("a cue"), 1);
        }
        String[] concept = {null};
        double[] weight = {1};
        json.object("a cue", List.of("concept", "weight"), name -> {
            if (name.equals("concept")) {
                concept[0] = json.text(name);
            } else {
                weight[0] = json.number(name);
            }
        });
        if (concept[0] == null) {
            throw new BadQueryException("a cue must have a concept: concept=missing");
        }
        return new Cue(concept[0], weight[0]);
    }

    private Blend blend() {
        List<Blend.Part> parts = new ArrayList<>();
        json.object(
                "blend",
                Limits.HORIZONS_MAX,
                name -> parts.add(new Blend.Part(name, json.number("a weight of a blend"))));
        return new Blend(parts);
    }

    private Set<String> texts(String name, int max) {
        Set<String> texts = new HashSet<>();
        json.array(name, max, () -> texts.add(json.text(name)));
        return texts;
    }
}
