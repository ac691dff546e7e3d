/**
 * What differs between two memories: in what they bring to mind, and in what is active in them.
 *
 * <p>In: two read views with their queries. Out: a {@link io.synfire.query.compare.MemoryComparison}. Pure: opens and prints nothing.
 */
@NullMarked
package io.synfire.query.compare;

import org.jspecify.annotations.NullMarked;
