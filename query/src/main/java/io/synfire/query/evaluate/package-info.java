/**
 * The memory measures itself: how often what comes next is among what it recalls.
 *
 * <p>In: episodes in event-time order, and memories under several settings. Out: scores. Asks the same questions as any caller of
 * {@link io.synfire.query.recall.Queries} does; reads no files and prints nothing.
 */
@NullMarked
package io.synfire.query.evaluate;

import org.jspecify.annotations.NullMarked;
