/** Tests of {@code io.synfire.ingest.codec}. */
@NullMarked
package io.synfire.ingest.codec;

import org.jspecify.annotations.NullMarked;
