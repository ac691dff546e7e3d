/**
 * What readers see: strengths at a time, of the associations of one cue at a time.
 *
 * <p>In: rows and marginals of the memory. Out: values that no later learning changes. No landmark and no forward-decayed sum
 * passes here, and nothing non-linear is done here: that is the query side's. {@link io.synfire.engine.view.Selection} is arithmetic alone, for
 * the memory and for those who rank answers.
 */
@NullMarked
package io.synfire.engine.view;

import org.jspecify.annotations.NullMarked;
