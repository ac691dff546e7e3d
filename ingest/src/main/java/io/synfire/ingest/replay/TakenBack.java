package io.synfire.ingest.replay;

/** What a retraction takes back in a log that is learned anew. */
public enum TakenBack {
    /** What it names: the same episodes were learned, in the same windows. */
    AS_NAMED,
    /** What was learned of that which it names: by other settings, or of a part of the log, more or less of it was. */
    AS_LEARNED
}
