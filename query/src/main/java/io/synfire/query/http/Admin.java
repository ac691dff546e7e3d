package io.synfire.query.http;

import org.jspecify.annotations.Nullable;

/**
 * What is offered to those who may do more than ask and post.
 *
 * @param backups makes backups, or null if none can be made
 * @param rebuilds rebuilds the memory from the log, or null if there is none
 */
public record Admin(@Nullable BackupMaker backups, @Nullable RebuildControl rebuilds) {

    /** Nothing of all that. */
    public static final Admin NONE = new Admin(null, null);
}
