package io.synfire.query.app;

/**
 * A log takes back what a rebuild has learned of it without remembering what: it was retracted since the rebuild began, or before it was
 * stopped. So what is to be taken back of it is not known, and the rebuild must begin anew.
 */
final class RetractedMeanwhileException extends RuntimeException {

    private static final long serialVersionUID = 1;

    RetractedMeanwhileException() {
        super("the log takes back what was learned of it before that was known, so the rebuild must begin anew");
    }
}
