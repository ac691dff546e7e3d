package io.synfire.query.answer;

import io.synfire.engine.view.Digest;
import org.jspecify.annotations.Nullable;

/**
 * What was restored.
 *
 * @param backup what the backup says of itself
 * @param store the store that it is now
 * @param after both checksums, computed from the restored store; equal to those of the backup
 * @param movedTo where the store that was there before is now, or null if there was none
 */
public record RestoreAnswer(BackupAnswer backup, String store, Digest after, @Nullable String movedTo) {}
