/**
 * Engine and store in a world that a seed decides: settings, log, source, disk, the checkpoint thread, the clock and the order in which
 * all of them act. The store is a real one, in real files.
 */
@NullMarked
package io.synfire.engine.simulation;

import org.jspecify.annotations.NullMarked;
