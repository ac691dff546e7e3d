/**
 * Hebb's rule: what an episode is turned into. {@link io.synfire.engine.learn.LearningSettings} say how; the rest of this
 * package makes impulses of an episode and of what its context remembers, and weighs them by forward decay.
 *
 * <p>{@link io.synfire.engine.learn.Salt} hashes what the data calls things, so that nobody can choose what meets in a hash table.
 *
 * <p>In: episodes and settings. Out: impulses. Pure {@code java.*}: no store, no wall clock, no threads.
 */
@NullMarked
package io.synfire.engine.learn;

import org.jspecify.annotations.NullMarked;
