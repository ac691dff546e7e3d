package io.synfire.engine;

import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.memory.MemoryReader;
import io.synfire.engine.view.Activity;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.Counts;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.Trials;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.function.Supplier;

/** The memory as readers see it, until the engine is closed: a read that is under way holds up the closing. */
final class LiveView implements MemoryView {

    private final MemoryReader memory;
    private final Lock open;
    private final Supplier<Boolean> closed;

    LiveView(MemoryReader memory, ReadWriteLock lifecycle, Supplier<Boolean> closed) {
        this.memory = memory;
        this.open = lifecycle.readLock();
        this.closed = closed;
    }

    @Override
    public LearningSettings settings() {
        return memory.settings();
    }

    @Override
    public long watermarkMs() {
        return memory.watermarkMs();
    }

    @Override
    public long sourceMs() {
        return memory.sourceMs();
    }

    @Override
    public Counts counts() {
        return memory.counts();
    }

    @Override
    public Trials trials() {
        return memory.trials();
    }

    @Override
    public List<Position> positions() {
        return memory.positions();
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
    public int conceptCount() {
        return memory.conceptCount();
    }

    @Override
    public int conceptOf(String id) {
        return memory.conceptOf(id);
    }

    @Override
    public String idOf(int concept) {
        return memory.idOf(concept);
    }

    @Override
    public boolean isKnown(int concept) {
        return memory.isKnown(concept);
    }

    @Override
    public long lastActivationMs(int concept) {
        return memory.lastActivationMs(concept);
    }

    @Override
    public Activity activity(long atMs) {
        return memory.activity(atMs);
    }

    @Override
    public int associationsMax(int cue) {
        return whileOpen(() -> memory.associationsMax(cue));
    }

    @Override
    public Associations associations(int cue, long atMs) {
        return whileOpen(() -> memory.associations(cue, atMs));
    }

    @Override
    public Associations strongest(int cue, int count, long atMs) {
        return whileOpen(() -> memory.strongest(cue, count, atMs));
    }

    @Override
    public Associations associationsWithHidden(int cue, long atMs) {
        return whileOpen(() -> memory.associationsWithHidden(cue, atMs));
    }

    /** Reads of the store must not meet its closing: native memory would be gone. */
    private <T> T whileOpen(Supplier<T> read) {
        open.lock();
        try {
            if (closed.get()) {
                throw new IllegalStateException("the engine is closed");
            }
            return read.get();
        } finally {
            open.unlock();
        }
    }
}
