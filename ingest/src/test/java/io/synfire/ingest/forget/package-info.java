/** Tests of what unlearning a context takes back. */
@NullMarked
package io.synfire.ingest.forget;

import org.jspecify.annotations.NullMarked;
