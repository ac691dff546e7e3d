package io.synfire.engine.memory;

import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.ConceptHash;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.Moment;
import io.synfire.engine.view.ReadTime;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A memory as it is read, while it goes on learning. Thread-safe. Reads of rows may reach into the store, which must not be closed
 * meanwhile: nobody looks after that here.
 */
public final class MemoryReader implements MemoryView {

    private final LearningSettings settings;
    private final ConceptDictionary dictionary;
    private final ConceptHash hash;
    private final Moments moments;
    private final RowReads rows;
    private final Stretches stretches;
    private final PassedOvers passedOvers;
    private final Supplier<LearnedAnew> learnedAnew;

    MemoryReader(
            LearningSettings settings,
            ConceptDictionary dictionary,
            ConceptHash hash,
            Moments moments,
            RowReads rows,
            Stretches stretches,
            PassedOvers passedOvers,
            Supplier<LearnedAnew> learnedAnew) {
        this.settings = settings;
        this.dictionary = dictionary;
        this.hash = hash;
        this.moments = moments;
        this.rows = rows;
        this.stretches = stretches;
        this.passedOvers = passedOvers;
        this.learnedAnew = learnedAnew;
    }

    @Override
    public LearningSettings settings() {
        return settings;
    }

    @Override
    public Moment moment() {
        return moments.latest();
    }

    @Override
    public Moment counted() {
        return moments.counted();
    }

    @Override
    public List<Stretch> stretches() {
        return stretches.all();
    }

    @Override
    public Unlearned unlearned() {
        // Positions first: what is passed over after that lies behind them.
        List<Position> upTo = moments.latest().positions();
        return passedOvers.all(upTo);
    }

    @Override
    public LearnedAnew learnedAnew() {
        return learnedAnew.get();
    }

    @Override
    public ConceptHash conceptHash() {
        return hash;
    }

    @Override
    public int conceptCount() {
        return dictionary.count();
    }

    @Override
    public int conceptOf(String id) {
        while (true) {
            LearnedMoment moment = moments.latest();
            int concept = dictionary.find(id, moment);
            if (concept >= 0 || moments.latest() == moment) {
                return concept;
            }
        }
    }

    @Override
    public String idOf(int concept) {
        return dictionary.id(concept);
    }

    @Override
    public long lastActivationMs(int concept) {
        Objects.checkIndex(concept, dictionary.count());
        return moments.latest().lastActivationMs(concept);
    }

    @Override
    public int associationsMax(int cue) {
        Objects.checkIndex(cue, dictionary.count());
        return rows.sizeMax(cue);
    }

    @Override
    public boolean hasMoreThan(int cue, int count, ReadTime at) {
        Objects.checkIndex(cue, dictionary.count());
        return rows.hasMoreThan(cue, count, at);
    }

    @Override
    public Associations associations(int cue, ReadTime at) {
        Objects.checkIndex(cue, dictionary.count());
        return rows.read(cue, at);
    }

    @Override
    public List<Associations> associationsOfTwo(int first, int second, ReadTime at) {
        Objects.checkIndex(first, dictionary.count());
        Objects.checkIndex(second, dictionary.count());
        return rows.readTwo(first, second, at);
    }

    @Override
    public Associations strongest(int cue, int count, ReadTime at) {
        Objects.checkIndex(cue, dictionary.count());
        return rows.readStrongest(cue, count, Ties.ALL, at);
    }

    @Override
    public Associations first(int cue, int count, ReadTime at) {
        Objects.checkIndex(cue, dictionary.count());
        return rows.readStrongest(cue, count, Ties.FIRST_BY_ID, at);
    }
}
