package io.synfire.query.evaluate;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.query.recall.Answers;
import io.synfire.query.recall.Limits;
import io.synfire.query.recall.Queries;
import io.synfire.query.recall.RecallQuery;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * How well a memory predicts while it learns, on a sample of contexts: the prequential hit rate.
 *
 * <p>What comes next in a context is predicted as soon as its last episode was learned, on another thread; it is looked up when the next
 * one comes, before that is learned. A prediction that is not ready by then is dropped, so none has seen what it predicts, and learning
 * never waits. Where episodes of a context come faster than predictions, as while a backlog is read, few are kept.
 *
 * <p>{@link #before} and {@link #after} are called by the one thread that learns; the figures may be read by any.
 */
public final class LiveScore implements AutoCloseable {

    /** How many answers count. */
    public static final int K = 20;

    private static final int CONTEXTS_MAX = 10_000;
    private static final int CUES_MAX = 50;
    private static final int WINDOW = 1_000;
    private static final int PREDICTIONS_PER_BATCH_MAX = 32;

    private final Queries queries;
    private final double share;
    private final Executor executor;
    private final Counter predictions;
    private final Counter dropped;
    private final MeterRegistry meters;
    private final List<Gauge> gauges;
    private final double[] reciprocalRanks = new double[WINDOW];
    private int results;
    private double hitRate = Double.NaN;
    private double mrr = Double.NaN;

    private final Map<String, Sampled> contexts = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Sampled> eldest) {
            return size() > CONTEXTS_MAX;
        }
    };

    /** A context that is in the sample. */
    private static final class Sampled {
        final List<String> cues = new ArrayList<>();

        @Nullable
        String eventId;

        @Nullable
        Pending pending;
    }

    /** A prediction, once it is ready. */
    private static final class Pending {
        private volatile @Nullable List<String> answer;
    }

    /**
     * No score yet.
     *
     * @param queries what is asked
     * @param share the share of contexts that is looked at, in [0, 1]
     * @param executor runs predictions; may refuse to
     * @param meters where the figures go
     */
    public LiveScore(Queries queries, double share, Executor executor, MeterRegistry meters) {
        Limits.requireShare("prequential.share", share);
        this.queries = queries;
        this.share = share;
        this.executor = executor;
        this.predictions = Counter.builder("synfire.prequential.predictions")
                .description("Predictions that were compared with what came next")
                .register(meters);
        this.dropped = Counter.builder("synfire.prequential.dropped")
                .description("Predictions that were not ready when the next episode came")
                .register(meters);
        this.meters = meters;
        this.gauges = List.of(
                Gauge.builder("synfire.prequential.hit.rate", this::hitRate)
                        .description("Share of the last 1,000 predictions whose first 20 held what came next")
                        .register(meters),
                Gauge.builder("synfire.prequential.mrr", this::mrr)
                        .description("Mean of 1 / rank of what came next over the last 1,000 predictions, 0 beyond 20")
                        .register(meters));
    }

    /** Takes the gauges out of the registry: another score may be kept there after this one. */
    @Override
    public void close() {
        gauges.forEach(meters::remove);
    }

    /**
     * Compares what is about to be learned with what was predicted.
     *
     * @param batches what is about to be learned
     */
    public void before(List<Batch> batches) {
        forSampled(batches, (context, episode) -> {
            Sampled sampled = contexts.computeIfAbsent(context, key -> new Sampled());
            String eventId = episode.eventId();
            if (eventId != null && eventId.equals(sampled.eventId)) {
                return;
            }
            sampled.eventId = eventId;
            Pending pending = sampled.pending;
            if (pending != null) {
                sampled.pending = null;
                compare(pending.answer, episode);
            }
            episode.activations().forEach(activation -> sampled.cues.add(activation.concept()));
            if (sampled.cues.size() > CUES_MAX) {
                sampled.cues.subList(0, sampled.cues.size() - CUES_MAX).clear();
            }
        });
    }

    /**
     * Predicts what comes next in the contexts that were just learned.
     *
     * @param batches what was learned
     */
    public void after(List<Batch> batches) {
        Set<String> touched = new LinkedHashSet<>();
        forSampled(batches, (context, episode) -> touched.add(context));
        int asked = 0;
        for (String context : touched) {
            Sampled sampled = contexts.get(context);
            if (sampled != null && asked < PREDICTIONS_PER_BATCH_MAX) {
                asked++;
                predict(sampled);
            }
        }
    }

    /**
     * HR@{@value #K} of the last predictions.
     *
     * @return in [0, 1], NaN before the first
     */
    public synchronized double hitRate() {
        return hitRate;
    }

    /**
     * MRR@{@value #K} of the last predictions.
     *
     * @return in [0, 1], NaN before the first
     */
    public synchronized double mrr() {
        return mrr;
    }

    private void predict(Sampled sampled) {
        Pending pending = new Pending();
        RecallQuery query = RecallQuery.builder()
                .cues(sampled.cues)
                .ordered(true)
                .includeCues(true)
                .k(K)
                .build();
        try {
            executor.execute(() -> pending.answer = queries.recall(query).results().stream()
                    .map(Answers.Recalled::concept)
                    .toList());
            sampled.pending = pending;
        } catch (RejectedExecutionException e) {
            // Too much to do: this one is not in the sample.
            dropped.increment();
        }
    }

    private void compare(@Nullable List<String> answer, Episode episode) {
        if (answer == null) {
            dropped.increment();
            return;
        }
        for (Activation next : episode.activations()) {
            int index = answer.indexOf(next.concept());
            add(index < 0 ? 0 : 1.0 / (index + 1));
        }
    }

    private synchronized void add(double reciprocalRank) {
        predictions.increment();
        reciprocalRanks[results % WINDOW] = reciprocalRank;
        results = results == 2 * WINDOW - 1 ? WINDOW : results + 1;
        int size = Math.min(results, WINDOW);
        int hits = 0;
        double sum = 0;
        for (int i = 0; i < size; i++) {
            hits += reciprocalRanks[i] > 0 ? 1 : 0;
            sum += reciprocalRanks[i];
        }
        hitRate = (double) hits / size;
        mrr = sum / size;
    }

    /** Takes an episode of a context in the sample. */
    private interface SampleVisitor {
        void take(String context, Episode episode);
    }

    private void forSampled(List<Batch> batches, SampleVisitor visitor) {
        for (Batch batch : batches) {
            for (Entry entry : batch.entries()) {
                if (entry instanceof Episode episode) {
                    String context = episode.context();
                    if (context != null && isSampled(context)) {
                        visitor.take(batch.partition() + '/' + context, episode);
                    }
                }
            }
        }
    }

    /** By a hash of the context, so that all of a context is in the sample, or nothing. */
    private boolean isSampled(String context) {
        int spread = context.hashCode() * 0x9E3779B9;
        return (spread >>> 8) < share * (1 << 24);
    }
}
