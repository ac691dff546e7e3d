package io.synfire.engine.memory;

import io.synfire.engine.learn.ContextWindow;
import io.synfire.engine.learn.Firing;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.Salt;
import io.synfire.engine.store.CheckpointWriter;
import io.synfire.engine.store.ForgottenHashes;
import io.synfire.engine.store.PeriodKey;
import io.synfire.engine.store.RocksStore;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the contexts remember. The most recently used are on the heap; the others are in the store and are read when their
 * context fires again. A window has expired when its partition's clock has moved on by more than a context's life since it last
 * fired: from then on it is as good as empty, whenever it is taken out of the store. Writer only.
 *
 * <p>In the store windows lie in periods as long as a context's life, by the clock at which they were written. One that has not expired is
 * in the present period or the one before, so all earlier periods are taken out at once.
 */
final class ContextWindows {

    /** A window and its entries in a map and a set, without the text of the context. */
    private static final long WINDOW_BYTES = 220;

    private static final int FIRING_BYTES = 96;
    private static final int ACTIVATION_BYTES = 12;

    /** In the store a firing takes so much less; an activation about as much. */
    private static final int FIRING_BYTES_LESS = FIRING_BYTES - 8;

    private final RocksStore store;
    private final Salt salt;
    private final PartitionClocks clocks;
    private final ConceptDictionary dictionary;
    private final int maxSteps;
    private final long lifeMs;
    private final Map<SaltedKey, ContextWindow> recent = new LinkedHashMap<>(16, 0.75f, true);
    private Map<SaltedKey, ContextWindow> dirty = new HashMap<>();

    /** Windows that a checkpoint is writing, which must not change. */
    private Map<SaltedKey, ContextWindow> frozen = Map.of();

    private final Expiry expiry;
    private long bytes;

    /** What the next checkpoint writes of those that have changed, about. */
    private long pendingBytes;

    ContextWindows(
            RocksStore store,
            Salt salt,
            PartitionClocks clocks,
            ConceptDictionary dictionary,
            LearningSettings settings) {
        this.store = store;
        this.dictionary = dictionary;
        this.salt = salt;
        this.clocks = clocks;
        this.maxSteps = settings.maxSteps();
        this.lifeMs = settings.contextLifeMs();
        this.expiry = new Expiry(clocks, lifeMs);
    }

    long bytes() {
        return bytes;
    }

    long pendingBytes() {
        return pendingBytes;
    }

    /** A context of a partition. */
    SaltedKey context(int partition, String context) {
        return new SaltedKey(salt, partition, context);
    }

    /** The window of a context, empty if it never fired or has expired. */
    ContextWindow of(SaltedKey key) {
        ContextWindow window = recent.get(key);
        if (window == null) {
            window = stored(key);
            if (window == null) {
                window = new ContextWindow();
            }
            hold(key, window);
        }
        if (hasExpired(key, window)) {
            release(key, window);
            window = new ContextWindow();
            hold(key, window);
        }
        return window;
    }

    /** Adds a firing to the window of a context that {@link #of} was asked for just before. */
    void remember(SaltedKey key, ContextWindow window, Firing firing) {
        long before = bytes(key, window);
        long storedBefore = storedBytes(key, window, before);
        ContextWindow own = window;
        if (frozen.containsKey(key) && !dirty.containsKey(key)) {
            own = window.copy();
            recent.put(key, own);
        }
        own.add(firing, clocks.clockMs(key.partition()), maxSteps);
        long now = bytes(key, own);
        bytes += now - before;
        pendingBytes += storedBytes(key, own, now) - (dirty.put(key, own) == null ? -key.storedBytes() : storedBefore);
    }

    /** Forgets all that a context remembers. */
    void drop(SaltedKey key) {
        ContextWindow window = recent.get(key);
        if (window != null) {
            release(key, window);
        }
        ContextWindow empty = new ContextWindow();
        hold(key, empty);
        // It is taken out of two periods.
        pendingBytes += (dirty.put(key, empty) == null ? 2L : 1L) * key.storedBytes();
    }

    /**
     * All windows that were last added to before this have expired, by the clock of each partition in which anything was learned. What was added
     * to since goes on naming what it named then: it is written with the hashes of what was forgotten.
     */
    long windowsMs() {
        long earliestMs = Long.MAX_VALUE;
        for (int partition = 0; partition < clocks.count(); partition++) {
            long clockMs = clocks.clockMs(partition);
            earliestMs = clockMs == 0 ? earliestMs : Math.min(earliestMs, clockMs - lifeMs);
        }
        return earliestMs;
    }

    /** What changed since the last checkpoint, and what has expired, for the next. */
    Part freeze() {
        Map<SaltedKey, ContextWindow> changed = dirty;
        long[] periods = new long[clocks.count()];
        Arrays.setAll(periods, expiry::period);
        ForgottenHashes forgotten = dictionary.forgottenHashes();
        List<Expiry.Expired> gone = expiry.freeze();
        frozen = changed;
        dirty = new HashMap<>();
        pendingBytes = 0;
        return checkpoint -> {
            changed.forEach((key, window) -> write(key, window, periods[key.partition()], forgotten, checkpoint));
            gone.forEach(expired -> checkpoint.expireWindows(expired.partition(), expired.from(), expired.before()));
        };
    }

    private void write(
            SaltedKey key, ContextWindow window, long period, ForgottenHashes forgotten, CheckpointWriter checkpoint) {
        if (window.size() > 0) {
            checkpoint.window(at(key, expiry.periodOf(window.clockMs())), window, forgotten);
        } else {
            checkpoint.removeWindow(at(key, period));
            checkpoint.removeWindow(at(key, Math.max(0, period - 1)));
        }
    }

    /**
     * What was frozen is in the store now: the least recently used leave the heap if they have expired, or until the rest fits; not those
     * that have changed since.
     */
    void committed(long bytesMax) {
        frozen = Map.of();
        Iterator<Map.Entry<SaltedKey, ContextWindow>> leastRecent =
                recent.entrySet().iterator();
        while (leastRecent.hasNext()) {
            Map.Entry<SaltedKey, ContextWindow> entry = leastRecent.next();
            if (bytes <= bytesMax && !hasExpired(entry.getKey(), entry.getValue())) {
                return;
            }
            if (!dirty.containsKey(entry.getKey())) {
                bytes -= bytes(entry.getKey(), entry.getValue());
                leastRecent.remove();
            }
        }
    }

    private @Nullable ContextWindow stored(SaltedKey key) {
        long present = expiry.period(key.partition());
        ContextWindow window = store.window(at(key, present), dictionary::recall);
        return window == null && present > 0 ? store.window(at(key, present - 1), dictionary::recall) : window;
    }

    private boolean hasExpired(SaltedKey key, ContextWindow window) {
        return window.hasExpired(clocks.clockMs(key.partition()), lifeMs);
    }

    private void hold(SaltedKey key, ContextWindow window) {
        recent.put(key, window);
        dirty.replace(key, window);
        bytes += bytes(key, window);
    }

    private void release(SaltedKey key, ContextWindow window) {
        recent.remove(key);
        long released = bytes(key, window);
        bytes -= released;
        pendingBytes -= dirty.containsKey(key) ? storedBytes(key, window, released) : 0;
    }

    private static PeriodKey at(SaltedKey key, long period) {
        return new PeriodKey(key.partition(), period, key.id());
    }

    /** What is stored of a window that takes so much on the heap, without its key. */
    private static long storedBytes(SaltedKey key, ContextWindow window, long heapBytes) {
        return heapBytes - WINDOW_BYTES - key.idBytes() - (long) FIRING_BYTES_LESS * window.size();
    }

    private static long bytes(SaltedKey key, ContextWindow window) {
        long sum = WINDOW_BYTES + key.idBytes();
        for (Firing firing : window) {
            sum += FIRING_BYTES + (long) ACTIVATION_BYTES * firing.size();
        }
        return sum;
    }
}
