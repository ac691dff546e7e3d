/**
 * Questions → answers, over the engine's read view: what goes with a cue, how strongly, why.
 *
 * <p>In: a {@link io.synfire.engine.view.MemoryView} and a question. Out: answers, as records. Everything non-linear is here: measures,
 * ranking, spreading. Pure: no HTTP, no JSON, no clock.
 */
@NullMarked
package io.synfire.query.recall;

import org.jspecify.annotations.NullMarked;
