package io.synfire.engine;

import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.memory.MemoryReader;
import io.synfire.engine.store.StoreException;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.ConceptHash;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.Moment;
import io.synfire.engine.view.ReadTime;
import java.util.List;
import java.util.function.Supplier;

/** The memory as readers see it, until the engine is closed: a read that is under way holds up the closing. */
final class LiveView implements MemoryView {

    private final MemoryReader memory;
    private final Supplier<Boolean> closed;

    LiveView(MemoryReader memory, Supplier<Boolean> closed) {
        this.memory = memory;
        this.closed = closed;
    }

    @Override
    public LearningSettings settings() {
        return memory().settings();
    }

    @Override
    public Moment moment() {
        return memory().moment();
    }

    @Override
    public Moment counted() {
        return memory().counted();
    }

    @Override
    public List<Stretch> stretches() {
        return whileOpen(memory::stretches);
    }

    @Override
    public Unlearned unlearned() {
        return whileOpen(memory::unlearned);
    }

    @Override
    public LearnedAnew learnedAnew() {
        return whileOpen(memory::learnedAnew);
    }

    @Override
    public ConceptHash conceptHash() {
        return memory().conceptHash();
    }

    @Override
    public int conceptCount() {
        return memory().conceptCount();
    }

    @Override
    public int conceptOf(String id) {
        return memory().conceptOf(id);
    }

    @Override
    public String idOf(int concept) {
        return memory().idOf(concept);
    }

    @Override
    public long lastActivationMs(int concept) {
        return memory().lastActivationMs(concept);
    }

    @Override
    public int associationsMax(int cue) {
        return whileOpen(() -> memory.associationsMax(cue));
    }

    @Override
    public Associations associations(int cue, ReadTime at) {
        return whileOpen(() -> memory.associations(cue, at));
    }

    @Override
    public Associations strongest(int cue, int count, ReadTime at) {
        return whileOpen(() -> memory.strongest(cue, count, at));
    }

    @Override
    public Associations first(int cue, int count, ReadTime at) {
        return whileOpen(() -> memory.first(cue, count, at));
    }

    @Override
    public List<Associations> associationsOfTwo(int first, int second, ReadTime at) {
        return whileOpen(() -> memory.associationsOfTwo(first, second, at));
    }

    @Override
    public boolean hasMoreThan(int cue, int count, ReadTime at) {
        return whileOpen(() -> memory.hasMoreThan(cue, count, at));
    }

    /** What is on the heap needs no lock. */
    private MemoryReader memory() {
        if (closed.get()) {
            throw new IllegalStateException("the engine is closed");
        }
        return memory;
    }

    /** The store itself does not close under a read; who comes later is told of the engine, not of the store. */
    private <T> T whileOpen(Supplier<T> read) {
        memory();
        try {
            return read.get();
        } catch (StoreException e) {
            memory();
            throw e;
        }
    }
}
