/** Tests of {@code io.synfire.query.cli}. */
@NullMarked
package io.synfire.query.cli;

import org.jspecify.annotations.NullMarked;
