/**
 * Bytes → entries, and back. In: the value of one record, in Synfire's own form or mapped from foreign JSON by a
 * {@link io.synfire.ingest.codec.FieldMapping}. Out: an {@link io.synfire.engine.event.Entry}, or a
 * {@link io.synfire.ingest.codec.MalformedRecordException} that says why not. Commands have a form of their own, see
 * {@link io.synfire.ingest.codec.JsonEpisodeCodec}: a retraction may tell what was before its episodes and at which clocks they were learned, and a
 * forget of which partitions it is in, by the name of a topic and their number. Knows neither topics nor files.
 */
@NullMarked
package io.synfire.ingest.codec;

import org.jspecify.annotations.NullMarked;
