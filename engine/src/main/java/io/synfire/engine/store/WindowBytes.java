package io.synfire.engine.store;

import io.synfire.engine.learn.ContextWindow;
import io.synfire.engine.learn.Firing;
import io.synfire.engine.store.ForgottenHashes.HashTaker;
import it.unimi.dsi.fastutil.ints.IntRBTreeSet;
import it.unimi.dsi.fastutil.ints.IntSortedSet;
import java.util.Iterator;

/**
 * A context window as bytes, oldest firing first: varint clock; varint count; per firing varint time, varint n, then n times varint concept
 * and f8 strength. Behind them, if any of these concepts was forgotten: varint n, then n times varint concept and i8 its hash. A window that
 * goes on firing may name a concept for longer than anything else of it is kept, and what pairs with it is in the checksum of what was learned.
 *
 * <p>The reward of a past firing takes no part in later impulses, so it is not kept.
 */
final class WindowBytes {

    private WindowBytes() {}

    static byte[] of(ContextWindow window, ForgottenHashes forgotten) {
        ByteSink sink = new ByteSink(64);
        sink.varint(window.clockMs());
        sink.varint(window.size());
        Iterator<Firing> firings = window.oldestFirst();
        while (firings.hasNext()) {
            Firing firing = firings.next();
            sink.varint(firing.atMs());
            sink.varint(firing.size());
            for (int i = 0; i < firing.size(); i++) {
                sink.varint(firing.concept(i));
                sink.f8(firing.strength(i));
            }
        }
        IntSortedSet named = new IntRBTreeSet();
        for (Firing firing : window) {
            for (int i = 0; i < firing.size(); i++) {
                if (forgotten.contains(firing.concept(i))) {
                    named.add(firing.concept(i));
                }
            }
        }
        if (!named.isEmpty()) {
            sink.varint(named.size());
            named.forEach((int concept) -> {
                sink.varint(concept);
                sink.i8(forgotten.hash(concept));
            });
        }
        return sink.toBytes();
    }

    static ContextWindow read(String context, byte[] bytes, HashTaker hashes) {
        ByteSource source = new ByteSource("window of context " + context, bytes);
        long clockMs = source.varint();
        int count = source.count(11);
        ContextWindow window = new ContextWindow();
        for (int f = 0; f < count; f++) {
            long atMs = source.varint();
            int size = source.count(9);
            int[] concepts = new int[size];
            double[] strengths = new double[size];
            for (int i = 0; i < size; i++) {
                concepts[i] = source.varintInt();
                strengths[i] = source.f8();
            }
            window.add(new Firing(atMs, concepts, strengths, 1), clockMs, count);
        }
        int named = source.hasMore() ? source.count(9) : 0;
        for (int i = 0; i < named; i++) {
            hashes.take(source.varintInt(), source.i8());
        }
        source.end();
        return window;
    }
}
