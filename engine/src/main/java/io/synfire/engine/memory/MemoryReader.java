package io.synfire.engine.memory;

import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.Activity;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.Counts;
import io.synfire.engine.view.Trials;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A memory as it is read, while it goes on learning. Thread-safe. Reads of rows may reach into the store, which must not be closed
 * meanwhile.
 */
public final class MemoryReader {

    private final LearningSettings settings;
    private final List<ForwardDecay> decays;
    private final ConceptDictionary dictionary;
    private final Marginals marginals;
    private final Adjacencies adjacencies;
    private final Stretches stretches;
    private final PassedOvers passedOvers;
    private final Supplier<MemoryFigures> figures;
    private final Supplier<LearnedAnew> learnedAnew;

    MemoryReader(
            LearningSettings settings,
            List<ForwardDecay> decays,
            ConceptDictionary dictionary,
            Marginals marginals,
            Adjacencies adjacencies,
            Stretches stretches,
            PassedOvers passedOvers,
            Supplier<MemoryFigures> figures,
            Supplier<LearnedAnew> learnedAnew) {
        this.settings = settings;
        this.decays = decays;
        this.dictionary = dictionary;
        this.marginals = marginals;
        this.adjacencies = adjacencies;
        this.stretches = stretches;
        this.passedOvers = passedOvers;
        this.figures = figures;
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
     * The latest event time learned.
     *
     * @return milliseconds since the epoch
     */
    public long watermarkMs() {
        return figures.get().watermarkMs();
    }

    /**
     * The latest time of the sources of what was learned.
     *
     * @return milliseconds since the epoch; -1 where it is not known
     */
    public long sourceMs() {
        return figures.get().sourceMs();
    }

    /**
     * How much was learned.
     *
     * @return the counts
     */
    public Counts counts() {
        return figures.get().counts();
    }

    /**
     * What measures count.
     *
     * @return the trials, as of the last batch
     */
    public Trials trials() {
        return figures.get().trials();
    }

    /**
     * Where the sources stand.
     *
     * @return one position per source and partition
     */
    public List<Position> positions() {
        return figures.get().positions();
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
        List<Position> upTo = positions();
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
        int concept = dictionary.find(id);
        return concept >= 0 && marginals.isKnown(concept) ? concept : -1;
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
     * Whether anything of a concept is left.
     *
     * @param concept its int
     * @return false if it was forgotten, or all of its activations were taken back
     */
    public boolean isKnown(int concept) {
        return marginals.isKnown(concept);
    }

    /**
     * When a concept last fired.
     *
     * @param concept its int
     * @return milliseconds since the epoch
     */
    public long lastActivationMs(int concept) {
        Objects.checkIndex(concept, dictionary.count());
        return marginals.lastMs(concept);
    }

    /**
     * M of every concept, N and the totals.
     *
     * @param atMs the time of the read
     * @return how active everything is at that time
     */
    public Activity activity(long atMs) {
        return marginals.at(watermarkMs(), atMs);
    }

    /**
     * How many associations a cue has, at most.
     *
     * @param cue its int
     * @return a bound that is known without reading them
     */
    public int associationsMax(int cue) {
        Objects.checkIndex(cue, dictionary.count());
        return adjacencies.sizeMax(cue);
    }

    /**
     * The associations of a cue.
     *
     * @param cue its int
     * @param atMs the time of the read
     * @return what is shown of its row
     */
    public Associations associations(int cue, long atMs) {
        return associations(cue, atMs, settings.forgetBelow());
    }

    /**
     * The associations of a cue, those that are too weak to be shown included.
     *
     * @param cue its int
     * @param atMs the time of the read
     * @return its row, but for what has faded
     */
    public Associations associationsWithHidden(int cue, long atMs) {
        return associations(cue, atMs, 0);
    }

    /**
     * The strongest associations of a cue at the slowest horizon.
     *
     * @param cue its int
     * @param count how many are asked for
     * @param atMs the time of the read
     * @return at least these, unless there are fewer, and all that are as strong as the last of them; maybe all of the row
     */
    public Associations strongest(int cue, int count, long atMs) {
        Objects.checkIndex(cue, dictionary.count());
        return marginals.isKnown(cue)
                ? adjacencies.readStrongest(cue, count, moment(atMs, settings.forgetBelow()))
                : Associations.none(decays.size());
    }

    private Associations associations(int cue, long atMs, double forgetBelow) {
        Objects.checkIndex(cue, dictionary.count());
        return marginals.isKnown(cue)
                ? adjacencies.read(cue, moment(atMs, forgetBelow))
                : Associations.none(decays.size());
    }

    private Reading.Moment moment(long atMs, double forgetBelow) {
        boolean areAllKnown = marginals.known() == dictionary.count();
        return new Reading.Moment(decays, watermarkMs(), atMs, forgetBelow, areAllKnown, marginals::isKnown);
    }
}
