package io.synfire.ingest.replay;

/** Watches a log being read again, on the thread that reads. */
public interface ReplayWatch {

    /** Watches nothing. */
    ReplayWatch NONE = new ReplayWatch() {
        @Override
        public boolean isStopped() {
            return false;
        }

        @Override
        public void moved() {}
    };

    /**
     * Whether to stop before the end; what was read since the last checkpoint is to be read again then.
     *
     * @return asked several times a second
     */
    boolean isStopped();

    /** The positions moved. */
    void moved();
}
