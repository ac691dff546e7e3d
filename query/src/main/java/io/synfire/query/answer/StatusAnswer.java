package io.synfire.query.answer;

import io.synfire.engine.event.Position;
import io.synfire.engine.learn.Durations;
import io.synfire.engine.view.Counts;
import io.synfire.engine.view.MemoryUse;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.Moment;
import io.synfire.engine.view.Trials;
import io.synfire.query.recall.Retention;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a memory stands.
 *
 * @param ready whether the learner has caught up once, has not stopped and is answered by its cluster; or there is none
 * @param watermarkMs latest event time learned, or null if nothing was
 * @param sourceMs latest time of the sources of what was learned, or null where it is not known: of a record of a topic its timestamp, of a
 *     file the start of the run that read it
 * @param lag records not yet learned; null where there is no learner or it is not known
 * @param partitions how many partitions the learner reads, 0 for a member of a group that was given none; null where there is no learner
 *     or it is not known
 * @param positions how far the sources were read
 * @param counts how much was learned
 * @param trials what measures count, and why
 * @param memory what it takes of its budget
 * @param settings the learning settings stored with it
 * @param retention what each half-life keeps
 * @param waiting what the learner waits for, if it has for too long, or null; it goes on by itself
 * @param failure why learning stopped, or null
 */
public record StatusAnswer(
        boolean ready,
        @Nullable Long watermarkMs,
        @Nullable Long sourceMs,
        @Nullable Long lag,
        @Nullable Integer partitions,
        List<Position> positions,
        Counts counts,
        Trials trials,
        MemoryUse memory,
        Map<String, String> settings,
        List<Retention> retention,
        @Nullable String waiting,
        @Nullable String failure) {

    /**
     * The status of a memory.
     *
     * @param view what is seen of it
     * @param memory what it takes of its budget
     * @param ready whether others may rely on what it has learned
     * @param lag records not yet learned, or null
     * @param waiting what the learner waits for, if it has for too long, or null
     * @param failure why learning stopped, or null
     * @return the status
     */
    public static StatusAnswer of(
            MemoryView view,
            MemoryUse memory,
            boolean ready,
            @Nullable Long lag,
            @Nullable String waiting,
            @Nullable String failure) {
        Moment now = view.counted();
        Counts counts = now.counts();
        return new StatusAnswer(
                ready,
                counts.episodes() == 0 && now.watermarkMs() == 0 ? null : now.watermarkMs(),
                now.sourceMs() < 0 ? null : now.sourceMs(),
                lag,
                null,
                now.positions(),
                counts,
                now.trials(),
                memory,
                view.settings().toMap(),
                Retention.of(view.settings()),
                waiting,
                failure);
    }

    /**
     * The same, of a learner that reads so many partitions.
     *
     * @param count how many, or null where that is not known
     * @return the status
     */
    public StatusAnswer reading(@Nullable Integer count) {
        return new StatusAnswer(
                ready,
                watermarkMs,
                sourceMs,
                lag,
                count,
                positions,
                counts,
                trials,
                memory,
                settings,
                retention,
                waiting,
                failure);
    }

    /**
     * What is to be said of a watermark that lies beyond every source's time: an event was early.
     *
     * @return a sentence with the way out, or null if it does not
     */
    @Nullable
    String ahead() {
        Long watermark = watermarkMs;
        Long source = sourceMs;
        if (watermark == null || source == null || watermark <= source) {
            return null;
        }
        return "the watermark lies " + Durations.format(watermark - source)
                + " after the time of every source, so fading, windows and event ids are that far ahead until sources come"
                + " to it; rebuild --until " + AnswerJson.iso(source) + " leaves out what is ahead";
    }
}
