package io.synfire.query.app;

import io.synfire.engine.Engine;
import io.synfire.engine.view.MemoryView;
import io.synfire.query.http.QueriesSource;
import io.synfire.query.recall.Queries;
import io.synfire.query.recall.RecallSettings;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The memory that answers, whose place another may take.
 *
 * <p>Each question goes to one memory as a whole. Those that are under way when another takes over are answered by the one they were put to,
 * which is not closed before; those that come later go to the new one. None waits, none fails by it. Any thread may ask; one at a time
 * replaces.
 */
final class LiveMemory implements QueriesSource, AutoCloseable {

    private final RecallSettings recall;
    private volatile Held held;

    /** One memory, with those that are asking it. */
    private static final class Held {
        final Engine engine;
        final Queries queries;
        private final ReadWriteLock asking = new ReentrantReadWriteLock();
        private boolean retired;

        Held(Engine engine, RecallSettings recall) {
            this.engine = engine;
            this.queries = new Queries(engine.view(), recall);
        }

        /** False if it has been replaced: then another is to be asked. */
        boolean enter() {
            Lock lock = asking.readLock();
            lock.lock();
            if (retired) {
                lock.unlock();
                return false;
            }
            return true;
        }

        void leave() {
            asking.readLock().unlock();
        }

        /** Waits for those that are asking. */
        void retire() {
            asking.writeLock().lock();
            try {
                retired = true;
            } finally {
                asking.writeLock().unlock();
            }
        }
    }

    LiveMemory(Engine engine, RecallSettings recall) {
        this.recall = recall;
        this.held = new Held(engine, recall);
    }

    @Override
    public <T> T ask(Function<Queries, T> question) {
        return held(asked -> question.apply(asked.queries));
    }

    /** Does what needs an engine that is not closed meanwhile. Whoever takes over waits for it, so it is to be short. */
    void use(Consumer<Engine> work) {
        held(used -> {
            work.accept(used.engine);
            return used;
        });
    }

    /** Looks at an engine that is not closed meanwhile; as short. */
    <T> T look(Function<Engine, T> work) {
        return held(looked -> work.apply(looked.engine));
    }

    private <T> T held(Function<Held, T> work) {
        while (true) {
            Held now = held;
            if (now.enter()) {
                try {
                    return work.apply(now);
                } finally {
                    now.leave();
                }
            }
        }
    }

    /** The engine of the moment; it may be closed under who keeps it. */
    Engine engine() {
        return held.engine;
    }

    /** What is seen of the memory of the moment; it may be closed under who keeps it, and then throws. */
    MemoryView view() {
        return held.engine.view();
    }

    /** Puts another in its place and waits until nobody asks or uses the one before any more, which is the caller's to close. */
    Engine replace(Engine next) {
        Held before = held;
        held = new Held(next, recall);
        before.retire();
        return before.engine;
    }

    /** Closes the memory of the moment. */
    @Override
    public void close() {
        held.engine.close();
    }
}
