package io.synfire.engine.memory;

import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.Moment;
import io.synfire.engine.view.ReadTime;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A memory as it is read, while it goes on learning. Thread-safe. Reads of rows may reach into the store, which must not be closed
 * meanwhile.
 */
public final class MemoryReader {

    private final LearningSettings settings;
    private final ConceptDictionary dictionary;
    private final Moments moments;
    private final RowReads rows;
    private final Stretches stretches;
    private final PassedOvers passedOvers;
    private final Supplier<LearnedAnew> learnedAnew;

    MemoryReader(
            LearningSettings settings,
            ConceptDictionary dictionary,
            Moments moments,
            RowReads rows,
            Stretches stretches,
            PassedOvers passedOvers,
            Supplier<LearnedAnew> learnedAnew) {
        this.settings = settings;
        this.dictionary = dictionary;
        this.moments = moments;
        this.rows = rows;
        this.stretches = stretches;
        this.passedOvers = passedOvers;
        this.learnedAnew = learnedAnew;
    }

    /**
     * How it learns.
     *
     * @return the settings
     */
    public LearningSettings settings() {
        return settings;
    }

    /**
     * The latest moment.
     *
     * @return what all batches that were applied have left
     */
    public Moment moment() {
        return moments.latest();
    }

    /**
     * What was read of sources that do not keep their order by themselves.
     *
     * @return stretches, in the order in which they were learned
     */
    public List<Stretch> stretches() {
        return stretches.all();
    }

    /**
     * What was read of sources that keep their order by themselves, and nothing was learned of.
     *
     * @return what the memory knows of it
     */
    public Unlearned unlearned() {
        // Positions first: what is passed over after that lies behind them.
        List<Position> upTo = moments.latest().positions();
        return passedOvers.all(upTo);
    }

    /**
     * How far the sources had been read when the memory had learned its log anew.
     *
     * @return positions, and whether something was left out; nothing if it has learned its log live from the beginning
     */
    public LearnedAnew learnedAnew() {
        return learnedAnew.get();
    }

    /**
     * How many ints were given to concepts; some may be known no more.
     *
     * @return at least 0
     */
    public int conceptCount() {
        return dictionary.count();
    }

    /**
     * The int of a concept.
     *
     * @param id its id
     * @return its int, or -1
     */
    public int conceptOf(String id) {
        while (true) {
            LearnedMoment moment = moments.latest();
            int concept = dictionary.find(id, moment);
            if (concept >= 0 || moments.latest() == moment) {
                return concept;
            }
        }
    }

    /**
     * The id of a concept.
     *
     * @param concept its int
     * @return its id
     */
    public String idOf(int concept) {
        return dictionary.id(concept);
    }

    /**
     * When a concept last fired.
     *
     * @param concept its int
     * @return milliseconds since the epoch
     */
    public long lastActivationMs(int concept) {
        Objects.checkIndex(concept, dictionary.count());
        return moments.latest().lastActivationMs(concept);
    }

    /**
     * How many associations a cue has, at most.
     *
     * @param cue its int
     * @return a bound that is known without reading them
     */
    public int associationsMax(int cue) {
        Objects.checkIndex(cue, dictionary.count());
        return rows.sizeMax(cue);
    }

    /**
     * Whether a cue has more than so many associations.
     *
     * @param cue its int
     * @param count how many
     * @param at the time of the read
     * @return true if more are shown of its row
     */
    public boolean hasMoreThan(int cue, int count, ReadTime at) {
        Objects.checkIndex(cue, dictionary.count());
        return rows.hasMoreThan(cue, count, at);
    }

    /**
     * The associations of a cue.
     *
     * @param cue its int
     * @param at the time of the read
     * @return what is shown of its row
     */
    public Associations associations(int cue, ReadTime at) {
        Objects.checkIndex(cue, dictionary.count());
        return rows.read(cue, at);
    }

    /**
     * The associations of two cues, of one moment.
     *
     * @param first the int of one
     * @param second the int of the other
     * @param at the time of the read
     * @return what is shown of their rows
     */
    public List<Associations> associationsOfTwo(int first, int second, ReadTime at) {
        Objects.checkIndex(first, dictionary.count());
        Objects.checkIndex(second, dictionary.count());
        return rows.readTwo(first, second, at);
    }

    /**
     * The strongest associations of a cue at the slowest horizon.
     *
     * @param cue its int
     * @param count how many are asked for
     * @param at the time of the read
     * @return at least these, unless there are fewer, and all that are as strong as the last of them; maybe all of the row
     */
    public Associations strongest(int cue, int count, ReadTime at) {
        Objects.checkIndex(cue, dictionary.count());
        return rows.readStrongest(cue, count, at);
    }
}
