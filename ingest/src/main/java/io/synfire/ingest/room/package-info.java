/**
 * Waiting for room on a full disk.
 *
 * <p>In: what is to be written, and an engine that refuses it for want of room. Out: the same, written once there is room. Reads and decodes
 * nothing.
 */
@NullMarked
package io.synfire.ingest.room;

import org.jspecify.annotations.NullMarked;
