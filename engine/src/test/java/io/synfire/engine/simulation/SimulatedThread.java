package io.synfire.engine.simulation;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoint thread, which is no thread: what it is given is done when the simulation says so, when somebody waits for it, or, where
 * he waits for some time only, if a random number says that it was done in that time.
 */
final class SimulatedThread extends AbstractExecutorService {

    private final SplittableRandom random;
    private final Runnable onGiven;
    private @Nullable Task<?> given;
    private boolean isShutdown;
    private boolean isRunning;
    private boolean isCollected = true;

    /** A thread that says when it is given something. */
    SimulatedThread(SplittableRandom random, Runnable onGiven) {
        this.random = random;
        this.onGiven = onGiven;
    }

    /** What it was given and may not have done. */
    private final class Task<T> extends FutureTask<T> {

        Task(Callable<T> work) {
            super(work);
        }

        @Override
        public void run() {
            isRunning = true;
            try {
                super.run();
            } finally {
                isRunning = false;
            }
        }

        @Override
        public T get() throws InterruptedException, ExecutionException {
            run();
            isCollected = true;
            return super.get();
        }

        @Override
        public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
            if (!isDone() && random.nextInt(3) > 0) {
                throw new TimeoutException();
            }
            return get();
        }
    }

    /** Whether there is something that it has not done. */
    boolean hasWork() {
        Task<?> task = given;
        return task != null && !task.isDone();
    }

    /** Whether it has done something and nobody knows yet. */
    boolean isUncollected() {
        return !isCollected && !hasWork();
    }

    /** Whether it is at it. */
    boolean isRunning() {
        return isRunning;
    }

    /** Does it. */
    void step() {
        Task<?> task = given;
        if (task != null) {
            task.run();
        }
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Callable<T> work) {
        return new Task<>(work);
    }

    @Override
    public void execute(Runnable task) {
        if (isShutdown || hasWork()) {
            throw new IllegalStateException("the checkpoint thread does one thing at a time: shutdown=" + isShutdown);
        }
        given = (Task<?>) task;
        isCollected = false;
        onGiven.run();
    }

    @Override
    public void shutdown() {
        isShutdown = true;
        step();
    }

    @Override
    public List<Runnable> shutdownNow() {
        isShutdown = true;
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return isShutdown;
    }

    @Override
    public boolean isTerminated() {
        return isShutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return isShutdown;
    }
}
