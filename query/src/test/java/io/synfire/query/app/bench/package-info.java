/** Tests of {@code io.synfire.query.app.bench}. */
@NullMarked
package io.synfire.query.app.bench;

import org.jspecify.annotations.NullMarked;
