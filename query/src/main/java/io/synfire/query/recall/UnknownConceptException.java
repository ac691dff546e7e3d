package io.synfire.query.recall;

/** A concept that was asked for has never fired. */
public final class UnknownConceptException extends RuntimeException {

    /**
     * An unknown concept.
     *
     * @param concept its id
     */
    public UnknownConceptException(String concept) {
        super("the concept has never fired: concept=" + concept);
    }
}
