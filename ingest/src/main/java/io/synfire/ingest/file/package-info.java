/**
 * Files → engine: the same as a topic, without Kafka. In: lines of JSON, plain, gzip or zstd. Out: batches with the position
 * (path and record number); rejected lines, forced to the dead-letter file before the position passes them; retractions of a
 * context, in a file of their own.
 */
@NullMarked
package io.synfire.ingest.file;

import org.jspecify.annotations.NullMarked;
