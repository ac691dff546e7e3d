package io.synfire.query.app.bench;

/** Shows how far a benchmark is. */
@FunctionalInterface
public interface Progress {

    /** One stretch of work. One thread at a time. */
    interface Bar {

        /**
         * Shows how much is done.
         *
         * @param done how much
         */
        void at(long done);

        /** Shows that this was all. */
        void done();
    }

    /**
     * Begins to show a stretch of work.
     *
     * @param what what is done
     * @param total how much of it there is; 0 where it is not known
     * @return the bar
     */
    Bar begin(String what, long total);
}
