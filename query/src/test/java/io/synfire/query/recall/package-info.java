/** Tests of {@code io.synfire.query.recall}. */
@NullMarked
package io.synfire.query.recall;

import org.jspecify.annotations.NullMarked;
