package io.synfire.query.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * What all bodies together may take of the heap, from their first byte until their requests are answered. When that is not enough, the one is
 * given up that is still being sent and has held most for longest: so whoever sends slowly keeps nothing from others. Thread-safe.
 */
final class BodyBudget {

    private final long bytesMax;
    private final LongSupplier nanos;
    private final Set<Share> sending = new HashSet<>();
    private long bytes;

    BodyBudget(long bytesMax, LongSupplier nanos) {
        this.bytesMax = bytesMax;
        this.nanos = nanos;
    }

    /** What one body takes. */
    final class Share {
        private final Runnable whenGivenUp;
        private final long startNanos = nanos.getAsLong();
        private long held;
        private boolean isGivenUp;

        private Share(Runnable whenGivenUp) {
            this.whenGivenUp = whenGivenUp;
        }

        /** Takes more; false if there is no more, or if this was given up: then what it holds is to be let go of. */
        boolean take(int more) {
            List<Runnable> told = new ArrayList<>();
            boolean isTaken = BodyBudget.this.take(this, more, told);
            told.forEach(Runnable::run);
            return isTaken;
        }

        /** It has come whole: from now on it is not given up. */
        void arrived() {
            synchronized (BodyBudget.this) {
                sending.remove(this);
            }
        }

        /** Gives all back. Idempotent. */
        void release() {
            synchronized (BodyBudget.this) {
                sending.remove(this);
                bytes -= held;
                held = 0;
            }
        }

        /** Bytes times nanoseconds, less than 2^63 for a gigabyte that takes an hour. */
        private double weight(long now) {
            return (double) held * (now - startNanos);
        }
    }

    /** A share of nothing yet; {@code whenGivenUp} is run by whoever needs the room. */
    Share open(Runnable whenGivenUp) {
        Share share = new Share(whenGivenUp);
        synchronized (this) {
            sending.add(share);
        }
        return share;
    }

    private synchronized boolean take(Share share, int more, List<Runnable> told) {
        while (!share.isGivenUp && bytes + more > bytesMax) {
            long now = nanos.getAsLong();
            Share heaviest = sending.stream()
                    .max(Comparator.comparingDouble(other -> other.weight(now)))
                    .orElse(share);
            heaviest.isGivenUp = true;
            heaviest.release();
            if (heaviest != share) {
                told.add(heaviest.whenGivenUp);
            }
        }
        if (!share.isGivenUp) {
            bytes += more;
            share.held += more;
        }
        return !share.isGivenUp;
    }

    /** How much is held. */
    synchronized long bytes() {
        return bytes;
    }
}
