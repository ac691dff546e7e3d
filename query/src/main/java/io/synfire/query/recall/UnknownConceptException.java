package io.synfire.query.recall;

/** The memory knows nothing of a concept that was asked for: it never fired, or all of it was taken back or forgotten. */
public final class UnknownConceptException extends RuntimeException {

    /**
     * An unknown concept.
     *
     * @param concept its id
     */
    public UnknownConceptException(String concept) {
        super("the memory knows nothing of the concept: concept=" + concept);
    }
}
