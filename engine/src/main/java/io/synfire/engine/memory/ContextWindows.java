package io.synfire.engine.memory;

import io.synfire.engine.learn.ContextWindow;
import io.synfire.engine.learn.Firing;
import io.synfire.engine.store.CheckpointWriter;
import io.synfire.engine.store.RocksStore;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What the contexts remember. The most recently used are on the heap; the others are in the store and are read when their
 * context fires again. Writer only.
 */
final class ContextWindows {

    private static final long WINDOW_BYTES = 220;
    private static final int FIRING_BYTES = 96;
    private static final int ACTIVATION_BYTES = 12;

    private final RocksStore store;
    private final int maxSteps;
    private final Map<String, ContextWindow> recent = new LinkedHashMap<>(16, 0.75f, true);
    private final Set<String> dirty = new HashSet<>();
    private long bytes;

    ContextWindows(RocksStore store, int maxSteps) {
        this.store = store;
        this.maxSteps = maxSteps;
    }

    long bytes() {
        return bytes;
    }

    /** The window of a context, empty if it never fired. */
    ContextWindow of(String context) {
        ContextWindow window = recent.get(context);
        if (window == null) {
            window = store.window(context);
            if (window == null) {
                window = new ContextWindow();
            }
            recent.put(context, window);
            bytes += bytes(context, window);
        }
        return window;
    }

    /** Adds a firing to the window of a context that {@link #of} was asked for just before. */
    void remember(String context, ContextWindow window, Firing firing) {
        bytes -= bytes(context, window);
        window.add(firing, maxSteps);
        bytes += bytes(context, window);
        dirty.add(context);
    }

    /** Adds what changed since the last checkpoint. */
    void stage(CheckpointWriter checkpoint) {
        for (String context : dirty) {
            ContextWindow window = recent.get(context);
            if (window == null) {
                throw new IllegalStateException(
                        "a changed window left memory before its checkpoint: context=" + context);
            }
            checkpoint.window(context, window);
        }
    }

    /** All windows are in the store now: the least recently used leave the heap until the rest fits. */
    void committed(long bytesMax) {
        dirty.clear();
        Iterator<Map.Entry<String, ContextWindow>> leastRecent =
                recent.entrySet().iterator();
        while (bytes > bytesMax && leastRecent.hasNext()) {
            Map.Entry<String, ContextWindow> entry = leastRecent.next();
            bytes -= bytes(entry.getKey(), entry.getValue());
            leastRecent.remove();
        }
    }

    private static long bytes(String context, ContextWindow window) {
        long sum = WINDOW_BYTES + context.length();
        for (Firing firing : window) {
            sum += FIRING_BYTES + (long) ACTIVATION_BYTES * firing.size();
        }
        return sum;
    }
}
