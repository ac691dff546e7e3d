/**
 * Reading a log: what of it counts, what became of the rest, and when what was learned of it is made safe.
 *
 * <p>In: the entries of one partition, in log order. Out: those that a memory of an earlier moment has learned, or those
 * that happened after it. Reads no log itself: {@code kafka} and {@code file} do.
 */
@NullMarked
package io.synfire.ingest.replay;

import org.jspecify.annotations.NullMarked;
