package io.synfire.engine.memory;

/** Tells the ids of concepts. Thread-safe. */
interface IdSource {

    /** The id of a concept; an empty text of one that is no longer known. */
    String id(int concept);

    /**
     * The same of many. They lie anywhere in memory: looked at together they come several at a time, which one by one they do not.
     *
     * @param concepts so many ints, at least
     * @param count of how many, from the first
     * @param into where they go, in the same order
     */
    void ids(int[] concepts, int count, String[] into);
}
