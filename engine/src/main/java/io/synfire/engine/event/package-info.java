/**
 * What the engine is told: {@link io.synfire.engine.event.Episode episodes} of
 * {@link io.synfire.engine.event.Activation activations}, the commands that
 * {@link io.synfire.engine.event.Retraction take episodes back} and {@link io.synfire.engine.event.Forget forget concepts}, and
 * the {@link io.synfire.engine.event.Position positions} of the log they were read up to.
 *
 * <p>In: values from any door (a topic, a file, a caller). Out: the same values, checked once, at construction; nothing
 * further inside checks them again. This package depends on the JDK alone.
 */
@NullMarked
package io.synfire.engine.event;

import org.jspecify.annotations.NullMarked;
