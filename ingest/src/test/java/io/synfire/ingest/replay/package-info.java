/** Tests of {@code io.synfire.ingest.replay}. */
@NullMarked
package io.synfire.ingest.replay;

import org.jspecify.annotations.NullMarked;
