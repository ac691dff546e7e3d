package io.synfire.engine.store;

/** By which hashes digests know concepts that were forgotten. */
public interface ForgottenHashes {

    /** Takes such hashes from the store. */
    interface HashTaker {

        /**
         * Takes one.
         *
         * @param concept its int
         * @param hash 64 bits
         */
        void take(int concept, long hash);
    }

    /**
     * Whether a concept was forgotten.
     *
     * @param concept its int
     * @return true if it was
     */
    boolean contains(int concept);

    /**
     * The hash of its id.
     *
     * @param concept an int that was forgotten
     * @return 64 bits
     */
    long hash(int concept);
}
