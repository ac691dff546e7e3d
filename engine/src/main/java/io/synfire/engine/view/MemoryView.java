package io.synfire.engine.view;

import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.LearningSettings;
import java.util.List;

/**
 * What readers see of a memory: everything applied so far, checkpointed or not.
 *
 * <p>Concepts are ints here, dense from 0, in order of first mention; they mean nothing outside one store. Strengths are
 * always <em>at a time</em>: forward-decayed sums never leave the engine.
 *
 * <p>Thread-safe; any number of readers beside the one writer. Each call answers from one {@link Moment} of learning; two calls may see
 * different ones. What belongs together is read of one: {@link #moment} has counts and marginals, and a row tells which it was read of. All methods throw
 * {@link IllegalStateException} after the engine was closed. What a call gave before that, such as a moment, goes on to answer.
 */
public interface MemoryView {

    /**
     * How this memory learns.
     *
     * @return the settings stored with it
     */
    LearningSettings settings();

    /**
     * The latest moment: what every batch that was applied so far has left. Costs a volatile read.
     *
     * @return of the same number until something was applied again
     */
    Moment moment();

    /**
     * The latest event time learned: the default time of a read.
     *
     * @return milliseconds since the epoch; 0 if nothing was learned yet
     */
    default long watermarkMs() {
        return moment().watermarkMs();
    }

    /**
     * The latest time of the sources of what was learned: of a record of a topic its timestamp, of a file the start of the run that read it.
     * An episode may be ahead of it, by {@code max-ahead} at most.
     *
     * @return milliseconds since the epoch; -1 where it is not known
     */
    default long sourceMs() {
        return moment().sourceMs();
    }

    /**
     * The latest moment of which everything is counted. How many associations a batch has added is known some milliseconds after its answers
     * are: until then this is the moment before. Costs a volatile read.
     *
     * @return the {@link #moment}, or an earlier one while a batch is applied
     */
    Moment counted();

    /**
     * How much was learned: all of it as of one batch, or of one part of a batch that is too large to be held at once.
     *
     * @return the counts, of the moment that was {@link #counted} last
     */
    default Counts counts() {
        return counted().counts();
    }

    /**
     * What its measures count as trials, and why.
     *
     * @return the trials, of the latest moment
     */
    default Trials trials() {
        return moment().trials();
    }

    /**
     * How far the sources were applied.
     *
     * @return one position per source and partition
     */
    default List<Position> positions() {
        return moment().positions();
    }

    /**
     * What was read of sources that do not keep their order by themselves, such as files. Reads the store; costs 0.5 to 1 µs each.
     *
     * @return stretches, in the order in which they were learned
     */
    List<Stretch> stretches();

    /**
     * What was read of sources that keep their order by themselves, such as topics, and nothing was learned of. Reads the store; costs
     * about 1 µs and 110 bytes of heap for each range; those of one kind that follow each other stay apart where a checkpoint came between.
     *
     * @return what the memory knows of it
     */
    Unlearned unlearned();

    /**
     * How far the sources had been read when this memory had learned its log anew, and became live.
     *
     * @return one position per source and partition, and whether something was left out; nothing if the memory was live from the beginning
     */
    LearnedAnew learnedAnew();

    /**
     * How many ints were given to concepts: 0 (inclusive) to this (exclusive). Those that are not {@link #isKnown
     * known} are among them; they have no associations and no activation.
     *
     * @return at least 0
     */
    int conceptCount();

    /**
     * Where a reader should put ints of concepts in a hash table of its own: they come in order of first mention, so whoever teaches this memory
     * may have chosen those of a row. No answer may depend on it.
     *
     * @return always the same, of this store alone
     */
    ConceptHash conceptHash();

    /**
     * The int of a concept.
     *
     * @param id its id
     * @return its int, or -1 if it is unknown
     */
    int conceptOf(String id);

    /**
     * The id of a concept.
     *
     * @param concept its int
     * @return its id; of one that was forgotten the same until two checkpoints have ended since, or the memory is opened anew, then an empty
     *     text. Who reads beside a learner asks the {@link Moment#idOf moment}
     * @throws IndexOutOfBoundsException if there is no such concept
     */
    String idOf(int concept);

    /**
     * Whether anything of a concept is left: activations of it were learned, not all of them were taken back, and it was not forgotten. The
     * id of one that was forgotten may be known again, by another int.
     *
     * @param concept its int
     * @return whether it is in any answer
     */
    default boolean isKnown(int concept) {
        return moment().isKnown(concept);
    }

    /**
     * When a concept last fired.
     *
     * @param concept its int
     * @return the latest event time of its activations, those included that were taken back since, milliseconds since the epoch; 0 of one that
     *     is not {@link #isKnown known}
     * @throws IndexOutOfBoundsException if there is no such concept
     */
    long lastActivationMs(int concept);

    /**
     * How active everything is: M of every concept, N and the totals, of the latest moment.
     *
     * @param atMs the time of the read, not before the watermark
     * @return the activity at that time
     * @throws BeforeWatermarkException if it is
     */
    default Activity activity(long atMs) {
        return moment().activity(ReadTime.at(atMs));
    }

    /**
     * How many associations {@link #associations} gives for a cue, at most: a bound that is known without reading them, exact for most
     * that are in memory. Costs a read of one key if they are not.
     *
     * @param cue the cue's int
     * @return at least 0
     * @throws IndexOutOfBoundsException if there is no such concept
     */
    int associationsMax(int cue);

    /**
     * Whether {@link #associations} gives more than so many for a cue. Costs a look at that many, if they are a few thousand of a row that is in
     * memory as a whole and mostly shown; else a read of it.
     *
     * @param cue the cue's int
     * @param count how many, at least 0
     * @param at the time of the read
     * @return true if there are more
     * @throws BeforeWatermarkException if the time is before the watermark
     * @throws IndexOutOfBoundsException if there is no such concept
     */
    boolean hasMoreThan(int cue, int count, ReadTime at);

    /**
     * All associations of one cue, without those that have faded or are hidden by {@code forget.below}: what a row of the store would say of
     * it, had a checkpoint just written it as a whole. Costs a copy of the row: about 1 µs for 50 associations, a few milliseconds for
     * 300,000. A row that is not in memory is read from the store first, unless it is among those that were read last. What came since the last
     * checkpoint is then added to it, which costs some tens of milliseconds for 400,000.
     *
     * @param cue the cue's int
     * @param at the time of the read
     * @return its associations with their strengths at that time, in no order
     * @throws BeforeWatermarkException if the time is before the watermark
     * @throws IndexOutOfBoundsException if there is no such concept
     */
    Associations associations(int cue, ReadTime at);

    /**
     * The same, for a time that is given.
     *
     * @param cue the cue's int
     * @param atMs the time of the read, not before the watermark
     * @return its associations with their strengths at that time, in no order
     * @throws BeforeWatermarkException if the time is before the watermark
     * @throws IndexOutOfBoundsException if there is no such concept
     */
    default Associations associations(int cue, long atMs) {
        return associations(cue, ReadTime.at(atMs));
    }

    /**
     * The rows of two cues, of one moment.
     *
     * @param first the one cue's int
     * @param second the other's; it may be the same
     * @param at the time of the read
     * @return two rows, the first one's first
     * @throws BeforeWatermarkException if the time is before the watermark
     * @throws IndexOutOfBoundsException if there is no such concept
     */
    List<Associations> associationsOfTwo(int first, int second, ReadTime at);

    /**
     * The strongest associations of one cue at the slowest horizon; negative ones are the weakest. Costs some tens of microseconds even of a
     * row of 300,000, if it was asked for before, and is in memory as a whole or was read from the store and has not changed since: the order of
     * sums never changes by waiting, so the strongest are kept. Else it costs what {@link #associations(int, ReadTime)} do: so where more than
     * some hundred are as strong as the last, or fewer than were asked for are shown or positive.
     *
     * @param cue the cue's int
     * @param count how many are asked for, at least 1
     * @param at the time of the read
     * @return at least these, unless there are fewer, and all that are as strong as the last of them; maybe all of the row; in no order
     * @throws BeforeWatermarkException if the time is before the watermark
     * @throws IndexOutOfBoundsException if there is no such concept
     */
    Associations strongest(int cue, int count, ReadTime at);

    /**
     * The same, where of those that are as strong as the last only the first by their ids are wanted. Costs as little where a crowd is as
     * strong, as of what came once and does not fade.
     *
     * @param cue the cue's int
     * @param count how many are asked for, at least 1
     * @param at the time of the read
     * @return at least the first of them by strength, then by id; maybe all of the row; in no order
     * @throws BeforeWatermarkException if the time is before the watermark
     * @throws IndexOutOfBoundsException if there is no such concept
     */
    Associations first(int cue, int count, ReadTime at);
}
