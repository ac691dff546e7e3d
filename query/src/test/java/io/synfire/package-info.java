/** Tests of the project as a whole. */
@NullMarked
package io.synfire;

import org.jspecify.annotations.NullMarked;
