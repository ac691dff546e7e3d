/** Tests of {@code io.synfire.ingest.kafka}. */
@NullMarked
package io.synfire.ingest.kafka;

import org.jspecify.annotations.NullMarked;
