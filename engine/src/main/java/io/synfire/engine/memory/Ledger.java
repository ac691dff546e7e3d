package io.synfire.engine.memory;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.ContextLedger;
import io.synfire.engine.learn.ContextWindow;
import io.synfire.engine.learn.EpisodeContent;
import io.synfire.engine.learn.Firing;
import io.synfire.engine.learn.Retracted;
import io.synfire.engine.learn.Salt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a memory that learns a log anew has learned of that which the log takes back, as it fired and with the window that it met. So a
 * retraction, which names what another memory had learned, takes back here what this one has: no more, and nothing else. On the heap alone,
 * and no larger than what is named. Writer only.
 */
final class Ledger {

    private static final int KEPT_BYTES = 400;
    private static final int ACTIVATION_BYTES = 44;
    private static final int DEBT_BYTES = 100;

    /** So much it may have of a small budget, too. */
    private static final long BYTES_MIN = 16L << 20;

    private final long bytesMax;

    private final Retracted named;
    private final Salt salt;
    private final Map<SaltedKey, ContextLedger<Kept>> contexts = new HashMap<>();

    /**
     * Those without a context that are there, by what they are worth, the latest last. That hash knows no salt; longs that meet in a map of this
     * kind are found by their order.
     */
    private final Map<Long, List<Kept>> alone = new HashMap<>();

    /** In which partitions retractions stand that were read before what they take back in another one. */
    private final Map<Long, List<Integer>> debts = new HashMap<>();

    private long bytes;

    /** An episode that was learned; late if that was after one of its concepts was forgotten, and its time is before that. */
    record Kept(int partition, Episode episode, Firing firing, @Nullable ContextWindow window, boolean isLate) {}

    /**
     * A ledger of a memory that has learned nothing.
     *
     * @param named what the log takes back
     * @param salt by which contexts are hashed
     * @param budgetBytes what the memory may use on the heap: of that the ledger may have half
     */
    Ledger(Retracted named, Salt salt, long budgetBytes) {
        this.named = named;
        this.salt = salt;
        this.bytesMax = bytesMax(budgetBytes);
    }

    /** How much a ledger may take, with what is named. */
    static long bytesMax(long budgetBytes) {
        return Math.max(BYTES_MIN, budgetBytes / 2);
    }

    long bytes() {
        return bytes + named.bytes();
    }

    boolean names(Episode episode) {
        return named.names(episode);
    }

    /** One of those named was learned. False if a retraction of it was read before, in another partition: then it is to be taken back now. */
    boolean learned(Kept kept) {
        Episode episode = kept.episode();
        String context = episode.context();
        if (context != null) {
            contexts.computeIfAbsent(new SaltedKey(salt, kept.partition(), context), key -> new ContextLedger<>())
                    .learned(episode, kept, kept.isLate());
        } else {
            long hash = EpisodeContent.hash(episode);
            if (isOwed(kept.partition(), hash)) {
                return false;
            }
            alone.computeIfAbsent(hash, key -> new ArrayList<>(1)).add(kept);
        }
        bytes += bytes(kept);
        if (bytes() > bytesMax) {
            throw Retracted.tooMuch(bytesMax);
        }
        return true;
    }

    /** What of a retraction was learned, in log order; null if the log was not known to take that back. */
    @Nullable
    List<Kept> takenBack(int partition, Retraction retraction) {
        String context = retraction.context();
        List<Kept> found = context == null
                ? alone(partition, retraction.takenBack().get(0).episode())
                : ofContext(new SaltedKey(salt, partition, context), retraction);
        if (found != null) {
            found.forEach(kept -> bytes -= bytes(kept));
        }
        return found;
    }

    private @Nullable List<Kept> ofContext(SaltedKey key, Retraction retraction) {
        if (!named.names(key.id())) {
            return null;
        }
        ContextLedger<Kept> ledger = contexts.get(key);
        if (ledger == null) {
            return List.of();
        }
        List<Kept> found = ledger.takeBack(retraction, true).takenBack();
        if (ledger.left() == 0) {
            contexts.remove(key);
        }
        return found;
    }

    private @Nullable List<Kept> alone(int partition, Episode episode) {
        if (!named.names(episode)) {
            return null;
        }
        long hash = EpisodeContent.hash(episode);
        List<Kept> alike = alone.get(hash);
        if (alike != null && !alike.isEmpty()) {
            // Where a concept was forgotten in between, the later of them is meant first; see Firings.
            int index = alike.size() - 1;
            for (int i = 0; i < alike.size(); i++) {
                if (alike.get(i).partition() == partition) {
                    index = i;
                }
            }
            return List.of(alike.remove(index));
        }
        debts.computeIfAbsent(hash, key -> new ArrayList<>(1)).add(partition);
        bytes += DEBT_BYTES;
        return List.of();
    }

    /** Within a partition it is certain what came first. */
    private boolean isOwed(int partition, long hash) {
        List<Integer> standing = debts.getOrDefault(hash, List.of());
        for (int i = 0; i < standing.size(); i++) {
            if (standing.get(i) != partition) {
                standing.remove(i);
                bytes -= DEBT_BYTES;
                return true;
            }
        }
        return false;
    }

    private static long bytes(Kept kept) {
        ContextWindow window = kept.window();
        Episode episode = kept.episode();
        long bytes = KEPT_BYTES + (window == null ? 0 : 16L * window.size());
        for (Activation activation : episode.activations()) {
            bytes += ACTIVATION_BYTES + HeapBytes.of(activation.concept());
        }
        return bytes + textBytes(episode.context()) + textBytes(episode.eventId());
    }

    private static int textBytes(@Nullable String text) {
        return text == null ? 0 : HeapBytes.of(text);
    }
}
