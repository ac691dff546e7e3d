/** Tests of {@code io.synfire.ingest.file}. */
@NullMarked
package io.synfire.ingest.file;

import org.jspecify.annotations.NullMarked;
