/** Tests of the scores. */
@NullMarked
package io.synfire.query.evaluate;

import org.jspecify.annotations.NullMarked;
