/** Tests of finding evidence in the log. */
@NullMarked
package io.synfire.ingest.sighting;

import org.jspecify.annotations.NullMarked;
