/** Looks into a store from its own package. */
@NullMarked
package io.synfire.engine.store;

import org.jspecify.annotations.NullMarked;
