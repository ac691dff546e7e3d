/** Tests of {@code io.synfire.query.app}. */
@NullMarked
package io.synfire.query.app;

import org.jspecify.annotations.NullMarked;
