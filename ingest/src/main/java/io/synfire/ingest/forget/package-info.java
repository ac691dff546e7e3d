/**
 * Unlearning a whole context: which of its episodes a log holds, and what taking them back removes.
 *
 * <p>In: the entries of one partition, in log order. Out: {@link io.synfire.engine.event.Retraction retractions} and a
 * {@link io.synfire.ingest.forget.ForgetReceipt}. Reads and writes no log itself: {@code kafka} and {@code file} do.
 */
@NullMarked
package io.synfire.ingest.forget;

import org.jspecify.annotations.NullMarked;
