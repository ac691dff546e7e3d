package io.synfire.query.evaluate;

import io.synfire.engine.event.Episode;
import io.synfire.engine.view.MemoryView;
import io.synfire.query.recall.Queries;
import java.util.List;
import java.util.function.LongConsumer;

/** Asks memories that have learned already about episodes that they have not: the same questions to each. One thread at a time. */
public final class HeldOut {

    private final List<Scorecard> scorecards;

    /**
     * A memory that is asked.
     *
     * @param name what it is called
     * @param view what is seen of it
     * @param queries what answers
     */
    public record Asked(String name, MemoryView view, Queries queries) {}

    /**
     * Nothing was asked yet.
     *
     * @param memories who is asked
     * @param k how many answers count
     */
    public HeldOut(List<Asked> memories, int k) {
        this.scorecards = memories.stream()
                .map(asked -> new Scorecard(asked.name(), asked.view(), asked.queries(), List.of(k)))
                .toList();
    }

    /**
     * Asks about episodes, and learns none of them.
     *
     * @param log in event-time order
     * @param progress told how many were asked about, now and then
     * @return the score of each memory, in their order
     */
    public List<Score> scores(List<Episode> log, LongConsumer progress) {
        NextItem nextItem = new NextItem();
        long done = 0;
        for (Episode episode : log) {
            nextItem.ask(episode, prediction -> scorecards.forEach(card -> card.ask(prediction)));
            progress.accept(++done);
        }
        return scorecards.stream().flatMap(card -> card.scores().stream()).toList();
    }
}
