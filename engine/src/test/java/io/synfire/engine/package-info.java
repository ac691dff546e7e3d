/** Tests of the engine, and what other tests of it share: the naive reference, random logs, real data sets. */
@NullMarked
package io.synfire.engine;

import org.jspecify.annotations.NullMarked;
