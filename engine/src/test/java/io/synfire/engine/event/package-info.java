/** Tests of what the engine is told. */
@NullMarked
package io.synfire.engine.event;

import org.jspecify.annotations.NullMarked;
