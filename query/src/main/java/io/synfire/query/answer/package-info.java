/**
 * Answers as people and programs read them: JSON (the same bytes over HTTP and on the command line) and text for a terminal.
 *
 * <p>In: answers of {@code io.synfire.query.recall}, status and digest. Out: bytes and lines. It asks nothing itself.
 */
@NullMarked
package io.synfire.query.answer;

import org.jspecify.annotations.NullMarked;
