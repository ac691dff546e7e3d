package io.synfire.engine.memory;

/** Of associations that are as strong as the last that is asked for, which are wanted. */
enum Ties {
    /** All, however many. */
    ALL,
    /** At least the first by their ids, until there are as many as were asked for. */
    FIRST_BY_ID
}
