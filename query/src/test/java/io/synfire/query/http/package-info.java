/** Tests of {@code io.synfire.query.http}. */
@NullMarked
package io.synfire.query.http;

import org.jspecify.annotations.NullMarked;
