/**
 * Bytes → entries, and back. In: the value of one record, in Synfire's own form or mapped from foreign JSON by a
 * {@link io.synfire.ingest.codec.FieldMapping}. Out: an {@link io.synfire.engine.event.Entry}, or a
 * {@link io.synfire.ingest.codec.MalformedRecordException} that says why not. Knows neither topics nor files.
 */
@NullMarked
package io.synfire.ingest.codec;

import org.jspecify.annotations.NullMarked;
