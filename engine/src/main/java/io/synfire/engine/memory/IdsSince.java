package io.synfire.engine.memory;

import it.unimi.dsi.fastutil.ints.Int2ObjectMap;
import it.unimi.dsi.fastutil.ints.Int2ObjectMaps;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The ids of all concepts since some moment, those included that left the dictionary meanwhile: whoever holds the moment holds this, and so
 * what he may have to name. Each leads to the next, and none to the one before: what nobody can ask for any more is collected. Thread-safe for one
 * writer and many readers.
 */
final class IdsSince implements IdSource {

    /** What the dictionary says; an empty text of those that have left it. */
    private final IdSource present;

    private volatile Int2ObjectMap<String> left = Int2ObjectMaps.emptyMap();
    private volatile @Nullable IdsSince next;

    IdsSince(IdSource present) {
        this.present = present;
    }

    /** The id of a concept; an empty text of one that had left before. */
    @Override
    public String id(int concept) {
        String id = present.id(concept);
        return id.isEmpty() ? leftSince(concept) : id;
    }

    @Override
    public void ids(int[] concepts, int count, String[] into) {
        present.ids(concepts, count, into);
        for (int i = 0; i < count; i++) {
            if (into[i].isEmpty()) {
                into[i] = leftSince(concepts[i]);
            }
        }
    }

    private String leftSince(int concept) {
        // What was put there before it left is seen.
        VarHandle.acquireFence();
        String id = "";
        for (IdsSince at = this; at != null && id.isEmpty(); at = at.next) {
            id = at.left.getOrDefault(concept, "");
        }
        return id;
    }

    /**
     * Ids are about to leave the dictionary.
     *
     * @return those of the moments to come
     */
    IdsSince leave(Int2ObjectMap<String> leaving) {
        IdsSince after = new IdsSince(present);
        left = leaving;
        next = after;
        VarHandle.releaseFence();
        return after;
    }
}
