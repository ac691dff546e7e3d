package io.synfire.query.evaluate;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.SourceTime;
import io.synfire.engine.view.MemoryView;
import io.synfire.query.recall.Queries;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Memories that learn the same episodes under different settings, and are asked the same questions. Variants that learn alike share one
 * memory. The memories are in a directory of the caller's, who removes it. One thread at a time.
 */
public final class Evaluation implements AutoCloseable {

    private static final int BATCH_EPISODES = 2_000;

    private final Map<Map<String, String>, Engine> engines = new LinkedHashMap<>();
    private final List<Scorecard> scorecards = new ArrayList<>();
    private final NextItem nextItem = new NextItem();
    private long episodes;
    private long passedOver;

    /**
     * Memories that know nothing yet.
     *
     * @param variants what is compared
     * @param ks how many answers count
     * @param directory an empty directory for their stores
     * @param options what all memories together may use
     */
    public Evaluation(List<Variant> variants, List<Integer> ks, Path directory, EngineOptions options) {
        long distinct = variants.stream().map(Evaluation::resolved).distinct().count();
        EngineOptions each =
                new EngineOptions(Math.max(EngineOptions.MEMORY_BYTES_MIN, options.memoryBytes() / distinct));
        try {
            for (Variant variant : variants) {
                Map<String, String> learning = resolved(variant);
                Engine engine = engines.get(learning);
                if (engine == null) {
                    Path store = directory.resolve("memory-" + engines.size());
                    engine = Engine.open(store, learning, each, new SimpleMeterRegistry());
                    engines.put(learning, engine);
                }
                Queries queries = new Queries(engine.view(), variant.recall());
                scorecards.add(new Scorecard(variant.name(), engine.view(), queries, ks));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Learns episodes and asks nothing.
     *
     * @param log in event-time order
     * @param progress told how many were learned, now and then
     */
    public void train(List<Episode> log, LongConsumer progress) {
        for (int from = 0; from < log.size(); from += BATCH_EPISODES) {
            int to = Math.min(log.size(), from + BATCH_EPISODES);
            apply(log.subList(from, to));
            progress.accept(to);
        }
    }

    /**
     * Asks about episodes and learns none of them.
     *
     * @param log in event-time order
     * @param onlyKnown whether concepts that were not learned are taken out first; else they are cues that say nothing, and misses
     * @param progress told how many were asked about, now and then
     */
    public void test(List<Episode> log, boolean onlyKnown, LongConsumer progress) {
        MemoryView known = engines.values().iterator().next().view();
        long done = 0;
        for (Episode episode : log) {
            Episode asked = onlyKnown ? knownOf(known, episode) : episode;
            if (asked != null) {
                ask(asked);
            }
            progress.accept(++done);
        }
    }

    /**
     * Asks about each episode, then learns it: the prequential protocol of Dawid, "Statistical theory: the prequential approach" (1984).
     *
     * @param log in event-time order
     * @param progress told how many are done, now and then
     */
    public void testThenTrain(List<Episode> log, LongConsumer progress) {
        long done = 0;
        for (Episode episode : log) {
            ask(episode);
            apply(List.of(episode));
            progress.accept(++done);
        }
    }

    /**
     * What came of it so far.
     *
     * @return the scores of all variants in their order, each at each k
     */
    public List<Score> scores() {
        return scorecards.stream().flatMap(card -> card.scores().stream()).toList();
    }

    /**
     * How many episodes were learned.
     *
     * @return at least 0
     */
    public long episodes() {
        return episodes;
    }

    /**
     * How many episodes were not learned, since they break a rule of the settings.
     *
     * @return at least 0
     */
    public long passedOver() {
        return passedOver;
    }

    /**
     * How many concepts are known.
     *
     * @return at least 0
     */
    public long concepts() {
        return engines.values().iterator().next().view().counts().concepts();
    }

    /** Closes all memories. */
    @Override
    public void close() {
        engines.values().forEach(Engine::close);
    }

    private void ask(Episode episode) {
        nextItem.ask(episode, prediction -> scorecards.forEach(card -> card.ask(prediction)));
    }

    private void apply(List<Episode> log) {
        boolean isFirst = true;
        for (Engine engine : engines.values()) {
            List<Entry> admitted = new ArrayList<>(log.size());
            for (Episode episode : log) {
                if (engine.refusal(episode, SourceTime.unknown()).isEmpty()) {
                    admitted.add(episode);
                }
            }
            engine.apply(new Batch("", admitted, List.of(), 0));
            if (isFirst) {
                episodes += admitted.size();
                passedOver += log.size() - admitted.size();
                isFirst = false;
            }
        }
    }

    private static @Nullable Episode knownOf(MemoryView view, Episode episode) {
        List<Activation> known = episode.activations().stream()
                .filter(activation -> view.conceptOf(activation.concept()) >= 0)
                .toList();
        return known.isEmpty()
                ? null
                : new Episode(episode.atMs(), episode.context(), known, episode.reward(), episode.eventId());
    }

    private static Map<String, String> resolved(Variant variant) {
        return LearningSettings.parse(variant.learning()).toMap();
    }
}
