/**
 * The command line: what a user types becomes a call of the {@link io.synfire.query.cli.Operations}, or a question to a store that is
 * opened to read.
 *
 * <p>In: arguments. Out: answers on standard output, everything else on standard error, an exit code. It may not touch the ingest side.
 */
@NullMarked
package io.synfire.query.cli;

import org.jspecify.annotations.NullMarked;
