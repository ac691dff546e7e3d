/**
 * The outside world → engine: topics and files become episodes.
 *
 * <p>In: records of Kafka topics and of files. Out: {@link io.synfire.engine.event.Batch batches} for the engine, and what
 * cannot be learned for the dead letters. It may not touch the query side.
 */
@NullMarked
package io.synfire.ingest;

import org.jspecify.annotations.NullMarked;
