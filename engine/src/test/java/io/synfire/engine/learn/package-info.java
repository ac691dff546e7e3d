/** Tests of {@code io.synfire.engine.learn}. */
@NullMarked
package io.synfire.engine.learn;

import org.jspecify.annotations.NullMarked;
