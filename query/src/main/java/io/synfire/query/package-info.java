/**
 * The engine → the outside world: recall, HTTP, the command line, and the composition root that joins all parts.
 *
 * <p>In: the engine's read view. Out: answers. Only {@code io.synfire.query.app} may see the ingest side.
 */
@NullMarked
package io.synfire.query;

import org.jspecify.annotations.NullMarked;
