/**
 * Bytes → episodes, and back. In: the value of one record. Out: an {@link io.synfire.engine.event.Episode}, or a
 * {@link io.synfire.ingest.codec.MalformedRecordException} that says why not. Knows neither topics nor files.
 */
@NullMarked
package io.synfire.ingest.codec;

import org.jspecify.annotations.NullMarked;
