/** Tests of {@code io.synfire.engine.memory}. */
@NullMarked
package io.synfire.engine.memory;

import org.jspecify.annotations.NullMarked;
