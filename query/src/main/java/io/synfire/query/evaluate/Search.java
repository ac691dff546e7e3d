package io.synfire.query.evaluate;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.SourceTime;
import io.synfire.query.recall.Queries;
import io.synfire.query.recall.RecallSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/**
 * Looks for settings of recall that predict best, on validation splits alone: of each data set the contexts that began last are asked
 * about, those before them are learned. One setting after the other is tried at all values of a grid, and the best is kept, until a round
 * changes nothing. One thread at a time.
 */
public final class Search implements AutoCloseable {

    /** The share of contexts that is asked about. */
    public static final double VALIDATION_SHARE = 0.2;

    /** The most questions to one data set; more are sampled, with a fixed seed. */
    public static final int QUESTIONS_MAX = 10_000;

    private static final int ROUNDS_MAX = 3;

    /** What is gained must be more than this: about a standard error of the difference of two scores. */
    private static final double GAIN_MIN = 0.0005;

    private static final Map<String, List<String>> GRID = grid();

    private final int k;
    private final List<Memory> memories = new ArrayList<>();

    /**
     * What is searched on.
     *
     * @param name what it is called
     * @param episodes by event time
     */
    public record DataSet(String name, List<Episode> episodes) {}

    /**
     * One value of one setting, all others as they were best until then.
     *
     * @param setting its key; empty for the defaults
     * @param value its value
     * @param scores one per data set
     * @param mean of HR@k + MRR@k over the data sets: what is made as large as possible
     * @param isKept whether it is the best of its setting
     */
    public record Trial(String setting, String value, List<Score> scores, double mean, boolean isKept) {}

    /**
     * What was found.
     *
     * @param trials in order; the first is that of the defaults
     * @param best settings that differ from the defaults, by key
     * @param scores of the best, one per data set
     */
    public record Found(List<Trial> trials, Map<String, String> best, List<Score> scores) {}

    /** A memory that has learned, and questions to it. */
    private record Memory(String name, Engine engine, List<Prediction> questions) {}

    /**
     * Learns the training part of each data set.
     *
     * @param dataSets what to search on
     * @param learning learning settings that differ from the defaults, by key
     * @param k how many answers count
     * @param directory an empty directory for the memories
     * @param options what all memories together may use
     */
    public Search(List<DataSet> dataSets, Map<String, String> learning, int k, Path directory, EngineOptions options) {
        this.k = k;
        EngineOptions each =
                new EngineOptions(Math.max(EngineOptions.MEMORY_BYTES_MIN, options.memoryBytes() / dataSets.size()));
        try {
            for (DataSet dataSet : dataSets) {
                Engine engine = Engine.open(
                        directory.resolve("memory-" + memories.size()), learning, each, new SimpleMeterRegistry());
                memories.add(new Memory(dataSet.name(), engine, learn(dataSet, engine)));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Searches.
     *
     * @param progress told how many trials are done
     * @return all trials, and the best
     */
    public Found find(LongConsumer progress) {
        List<Trial> trials = new ArrayList<>();
        Map<String, String> best = new LinkedHashMap<>();
        Trial current = attempt("", "", best);
        trials.add(current);
        boolean changed = true;
        for (int round = 0; round < ROUNDS_MAX && changed; round++) {
            changed = false;
            for (Map.Entry<String, List<String>> setting : GRID.entrySet()) {
                Trial kept = null;
                for (String value : setting.getValue()) {
                    Map<String, String> settings = new LinkedHashMap<>(best);
                    settings.put(setting.getKey(), value);
                    Trial trial = attempt(setting.getKey(), value, settings);
                    trials.add(trial);
                    progress.accept(trials.size());
                    double toBeat = kept == null ? current.mean() + GAIN_MIN : kept.mean();
                    if (trial.mean() > toBeat) {
                        kept = trial;
                    }
                }
                if (kept != null) {
                    trials.set(
                            trials.indexOf(kept),
                            new Trial(kept.setting(), kept.value(), kept.scores(), kept.mean(), true));
                    best.put(setting.getKey(), kept.value());
                    current = kept;
                    changed = true;
                }
            }
        }
        return new Found(trials, best, current.scores());
    }

    /** Closes all memories. */
    @Override
    public void close() {
        memories.forEach(memory -> memory.engine().close());
    }

    private Trial attempt(String setting, String value, Map<String, String> settings) {
        List<Score> scores = new ArrayList<>();
        double sum = 0;
        for (Memory memory : memories) {
            Queries queries = new Queries(memory.engine().view(), RecallSettings.parse(settings));
            Scorecard card = new Scorecard(memory.name(), memory.engine().view(), queries, List.of(k));
            memory.questions().forEach(card::ask);
            Score score = card.scores().get(0);
            scores.add(score);
            sum += score.hitRate() + score.mrr();
        }
        return new Trial(setting, value, scores, sum / memories.size(), false);
    }

    private static List<Prediction> learn(DataSet dataSet, Engine engine) {
        long cutMs = cutMs(dataSet.episodes());
        Map<String, Long> began = new HashMap<>();
        List<Entry> train = new ArrayList<>();
        NextItem nextItem = new NextItem();
        List<Prediction> questions = new ArrayList<>();
        for (Episode episode : dataSet.episodes()) {
            String context = episode.context();
            Long beganMs = context == null ? Long.valueOf(episode.atMs()) : began.putIfAbsent(context, episode.atMs());
            if ((beganMs == null ? episode.atMs() : beganMs) < cutMs) {
                train.add(episode);
            } else {
                nextItem.ask(episode, questions::add);
            }
        }
        List<Entry> admitted = train.stream()
                .filter(entry -> engine.refusal(entry, SourceTime.unknown()).isEmpty())
                .toList();
        engine.apply(new Batch("", admitted, List.of(), 0));
        return sample(questions);
    }

    /** From when on a context is asked about. */
    private static long cutMs(List<Episode> episodes) {
        Map<String, Long> began = new HashMap<>();
        List<Long> begins = new ArrayList<>();
        for (Episode episode : episodes) {
            String context = episode.context();
            if (context == null || began.putIfAbsent(context, episode.atMs()) == null) {
                begins.add(episode.atMs());
            }
        }
        if (begins.isEmpty()) {
            throw new IllegalArgumentException("there must be something to learn: episodes=0");
        }
        return begins.get((int) (begins.size() * (1 - VALIDATION_SHARE)));
    }

    private static List<Prediction> sample(List<Prediction> questions) {
        if (questions.isEmpty()) {
            throw new IllegalArgumentException(
                    "there must be something to ask, contexts of more than one episode or episodes of more than one"
                            + " concept: questions=0");
        }
        SplittableRandom random = new SplittableRandom(1);
        List<Prediction> sample = new ArrayList<>();
        int left = questions.size();
        for (Prediction question : questions) {
            // Each is taken with the chance that makes the sample full at the end.
            if (random.nextInt(left) < QUESTIONS_MAX - sample.size()) {
                sample.add(question);
            }
            left--;
        }
        return sample;
    }

    private static Map<String, List<String>> grid() {
        Map<String, List<String>> grid = new LinkedHashMap<>();
        grid.put("recall.self-prior", List.of("0", "30", "100", "300"));
        grid.put("recall.self", List.of("0", "0.5", "1", "1.5", "2"));
        grid.put("recall.self-cues", List.of("1", "3", "10", "1000"));
        grid.put("recall.self-recency", List.of("1", "1.5", "2"));
        grid.put("recall.recency", List.of("1", "1.5", "2", "2.5"));
        grid.put("recall.cue-exponent", List.of("0.5", "0.65", "0.75", "0.85", "1"));
        grid.put("recall.popularity", List.of("0", "0.1", "0.2", "0.3", "0.4"));
        grid.put("recall.hops", List.of("1", "2", "3"));
        grid.put("recall.spread", List.of("0.3", "0.6", "0.9", "1.2"));
        grid.put("recall.fan-out", List.of("10", "30", "60"));
        grid.put("recall.shrinkage", List.of("0", "0.5", "2"));
        return grid;
    }
}
