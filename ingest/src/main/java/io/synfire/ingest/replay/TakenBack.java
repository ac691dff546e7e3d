package io.synfire.ingest.replay;

/** What a retraction takes back in a log that is learned anew. */
public enum TakenBack {
    /** What it names: by the same settings the same was learned. */
    AS_NAMED,
    /** What was learned of that which it names. What is retracted only while the log is read is taken back as it is named. */
    AS_LEARNED_OR_NAMED,
    /** What was learned of that which it names: by other settings, or of a part of the log, more or less of it was. */
    AS_LEARNED
}
