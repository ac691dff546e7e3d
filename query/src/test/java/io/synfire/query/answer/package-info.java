/** Tests of {@code io.synfire.query.answer}. */
@NullMarked
package io.synfire.query.answer;

import org.jspecify.annotations.NullMarked;
