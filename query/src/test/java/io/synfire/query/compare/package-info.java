/** Tests of {@code io.synfire.query.compare}. */
@NullMarked
package io.synfire.query.compare;

import org.jspecify.annotations.NullMarked;
