/**
 * Evidence of an association in the log: where both of its concepts fired, latest first.
 *
 * <p>In: the entries of one partition, from its end backwards. Out: {@link io.synfire.ingest.sighting.Sightings}. Reads no log itself:
 * {@code kafka} and {@code file} do.
 */
@NullMarked
package io.synfire.ingest.sighting;

import org.jspecify.annotations.NullMarked;
