package io.synfire.engine.view;

import io.synfire.engine.event.Position;
import java.util.List;

/**
 * A memory as it stood when a batch, or a part of one that is too large to be held at once, had been applied as a whole, and nothing later had
 * begun to show. What it says of one moment belongs
 * together: sums, counts and the watermark are those of the same entries, whatever time these span. Immutable and thread-safe; learning
 * that goes on does not change it, nor does the end of the engine. Who holds one keeps the marginals as they were then
 * from being collected, and the ids of all concepts that were there then or came later, those included that are forgotten meanwhile.
 */
public interface Moment {

    /**
     * Tells moments of one memory apart.
     *
     * @return a number that rises from each moment to the next; it means nothing once the memory was opened anew
     */
    long number();

    /**
     * The latest event time learned: the default time of a read.
     *
     * @return milliseconds since the epoch; 0 if nothing was learned yet
     */
    long watermarkMs();

    /**
     * The latest time of the sources of what was learned.
     *
     * @return milliseconds since the epoch; -1 where it is not known
     */
    long sourceMs();

    /**
     * How much was learned.
     *
     * @return the counts; where the moment is not {@link MemoryView#counted} yet, the associations are those of the moment before
     */
    Counts counts();

    /**
     * What measures count as trials, and why.
     *
     * @return the trials
     */
    Trials trials();

    /**
     * How far the sources were applied.
     *
     * @return one position per source and partition
     */
    List<Position> positions();

    /**
     * Whether anything of a concept was left.
     *
     * @param concept its int
     * @return false also of one that was learned later
     */
    boolean isKnown(int concept);

    /**
     * The id of a concept that is known at this moment, or came after it: the same as long as somebody holds the moment, whatever is forgotten
     * meanwhile.
     *
     * @param concept its int
     * @return its id; an empty text of one that had been forgotten long before
     * @throws IndexOutOfBoundsException if there is no such concept
     */
    String idOf(int concept);

    /**
     * The ids of many, as {@link #idOf} tells them. They lie anywhere in memory: hundreds at once take a fraction of what they take one by one.
     *
     * @param concepts their ints
     * @param count how many of these are asked for, from the first
     * @param into where the ids go, in the same order
     * @throws IndexOutOfBoundsException if there is no such concept, or an array is shorter than that
     */
    void idsOf(int[] concepts, int count, String[] into);

    /**
     * When a concept had last fired.
     *
     * @param concept its int
     * @return the latest event time of its activations, milliseconds since the epoch, those included that were taken back since; 0 of one
     *     that is not known
     */
    long lastActivationMs(int concept);

    /**
     * How active everything was: M, O and I of every concept, N, T and the totals.
     *
     * @param at the time of the read
     * @return the activity at that time
     * @throws BeforeWatermarkException if that is before the watermark of this moment
     */
    Activity activity(ReadTime at);
}
