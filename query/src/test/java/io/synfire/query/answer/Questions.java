package io.synfire.query.answer;

import io.synfire.engine.learn.LearningSettings;
import io.synfire.query.recall.AssociationsQuery;
import io.synfire.query.recall.BadQueryException;
import io.synfire.query.recall.Blend;
import io.synfire.query.recall.ExplainQuery;
import io.synfire.query.recall.Measure;
import io.synfire.query.recall.Queries;
import io.synfire.query.recall.RecallQuery;
import io.synfire.query.recall.RecallSettings;
import io.synfire.query.recall.TrendingQuery;
import io.synfire.query.recall.UnknownConceptException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Questions of all kinds, made of a seed, with their answers as HTTP writes them. */
final class Questions {

    private static final AnswerJson JSON = new AnswerJson();
    private static final List<Measure> MEASURES = List.of(Measure.values());

    private final SplittableRandom random;
    private final LearningSettings learning;
    private final int concepts;
    private final long watermarkMs;

    /** A question, and its answer. */
    record Question(String name, Function<Queries, byte[]> answer) {

        /** The answer, or what is wrong with the question. */
        String ask(Queries queries) {
            try {
                return new String(answer.apply(queries), StandardCharsets.UTF_8);
            } catch (UnknownConceptException | BadQueryException e) {
                return e.toString();
            }
        }
    }

    /** About concepts {@code c0}, {@code c1} and so on. */
    Questions(SplittableRandom random, LearningSettings learning, int concepts, long watermarkMs) {
        this.random = random;
        this.learning = learning;
        this.concepts = concepts;
        this.watermarkMs = watermarkMs;
    }

    /** Settings by which much is a hub, and budgets run out. */
    static RecallSettings tight(SplittableRandom random) {
        return RecallSettings.parse(Map.of(
                "recall.hub-max", String.valueOf(1 + random.nextInt(random.nextBoolean() ? 8 : 40)),
                "recall.associations-max", String.valueOf(1 + random.nextInt(random.nextBoolean() ? 40 : 400)),
                "recall.fan-out", String.valueOf(random.nextInt(40)),
                "recall.hops", String.valueOf(1 + random.nextInt(4)),
                "recall.shrinkage", String.valueOf(random.nextInt(2))));
    }

    Question next() {
        @Nullable Long atMs = random.nextInt(3) == 0 ? Long.valueOf(watermarkMs + random.nextLong(200_000_000)) : null;
        @Nullable Blend blend = blend();
        return switch (random.nextInt(8)) {
            case 0 -> {
                String prefix = random.nextBoolean() ? "" : "c1";
                int k = 1 + random.nextInt(60);
                yield new Question(
                        "concepts " + prefix + " k=" + k + " blend=" + blend + " at=" + atMs,
                        queries -> JSON.of(queries.concepts(prefix, k, blend, atMs)));
            }
            case 1 -> {
                TrendingQuery query = new TrendingQuery(1 + random.nextInt(60), null, null, 0.01, atMs);
                yield new Question(query.toString(), queries -> JSON.of(queries.trending(query)));
            }
            case 2, 3 -> {
                Measure measure =
                        random.nextBoolean() ? Measure.STRENGTH : MEASURES.get(random.nextInt(MEASURES.size()));
                AssociationsQuery query = new AssociationsQuery(
                        concept(),
                        1 + random.nextInt(40),
                        new AssociationsQuery.Scoring(measure, random.nextInt(2), random.nextInt(2)),
                        random.nextInt(4) == 0 ? "c1" : "",
                        blend,
                        random.nextInt(4) == 0 ? 0.5 : 0,
                        random.nextBoolean(),
                        atMs);
                yield new Question(query.toString(), queries -> JSON.of(queries.associations(query)));
            }
            case 4, 5 -> {
                ExplainQuery query = new ExplainQuery(concept(), concept(), blend, random.nextInt(2), atMs);
                yield new Question(query.toString(), queries -> JSON.of(queries.explain(query)));
            }
            default -> {
                RecallQuery query = recall(blend, atMs);
                yield new Question(query.toString(), queries -> JSON.of(queries.recall(query)));
            }
        };
    }

    private RecallQuery recall(@Nullable Blend blend, @Nullable Long atMs) {
        boolean isWeighted = random.nextInt(3) == 0;
        List<RecallQuery.Cue> cues = random.ints(1 + random.nextInt(random.nextInt(4) == 0 ? 40 : 6))
                .mapToObj(i -> new RecallQuery.Cue(concept(), isWeighted ? random.nextDouble(-1, 2) : 1))
                .toList();
        return RecallQuery.builder()
                .weightedCues(cues)
                .ordered(random.nextInt(3) == 0)
                .includeCues(random.nextBoolean())
                .exclude(some(random.nextInt(3)))
                .candidates(random.nextInt(6) == 0 ? some(10) : null)
                .prefix(random.nextInt(6) == 0 ? "c1" : "")
                .k(1 + random.nextInt(30))
                .blend(blend)
                .minSupport(random.nextInt(4) == 0 ? random.nextDouble() : 0)
                .atMs(atMs)
                .build();
    }

    private Set<String> some(int count) {
        return random.ints(count).mapToObj(i -> concept()).collect(Collectors.toSet());
    }

    private String concept() {
        return "c" + random.nextInt(concepts);
    }

    private @Nullable Blend blend() {
        int horizons = learning.horizonCount();
        return switch (random.nextInt(4)) {
            case 0 ->
                Blend.of(learning.halfLives().get(random.nextInt(horizons)).toString());
            case 1 ->
                new Blend(learning.halfLives().stream()
                        .map(half -> new Blend.Part(half.toString(), random.nextDouble(0.1, 2)))
                        .toList());
            default -> null;
        };
    }
}
