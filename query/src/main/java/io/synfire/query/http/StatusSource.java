package io.synfire.query.http;

import io.synfire.query.answer.StatusAnswer;

/** Says how the memory stands. Thread-safe. */
@FunctionalInterface
public interface StatusSource {

    /**
     * How it stands now.
     *
     * @return the status
     */
    StatusAnswer status();
}
