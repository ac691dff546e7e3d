package io.synfire.query.app.bench;

/** Baskets without an end. One thread at a time. */
interface BasketSource {

    /** Goes on to the next basket; returns it. */
    Workload next();

    /** All baskets of a seed, no two alike. */
    static BasketSource endless(long seed) {
        Workload workload = new Workload(seed);
        return () -> {
            workload.next();
            return workload;
        };
    }

    /** The first baskets of a seed again and again, while time goes on. */
    static BasketSource repeating(long seed, int baskets) {
        return new Repeating(seed, baskets);
    }

    /** Counts down until it begins again. */
    final class Repeating implements BasketSource {
        private final long seed;
        private final int baskets;
        private Workload workload;
        private int left;

        private Repeating(long seed, int baskets) {
            this.seed = seed;
            this.baskets = baskets;
            this.workload = new Workload(seed);
            this.left = baskets;
        }

        @Override
        public Workload next() {
            if (left == 0) {
                workload = workload.again(seed);
                left = baskets;
            }
            left--;
            workload.next();
            return workload;
        }
    }
}
