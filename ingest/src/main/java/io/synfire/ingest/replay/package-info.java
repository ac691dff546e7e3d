/**
 * Reading a log again: what of it counts, and what became of the rest.
 *
 * <p>In: the entries of one partition, in log order. Out: those that a memory of an earlier moment has learned, or those
 * that happened after it. Reads no log itself: {@code kafka} and {@code file} do.
 */
@NullMarked
package io.synfire.ingest.replay;

import org.jspecify.annotations.NullMarked;
