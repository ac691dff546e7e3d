package io.synfire.query.http;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** Files that hold a secret. A group may read them, since that is how a container is handed one; others may not. */
final class SecretFiles {

    private SecretFiles() {}

    /** Refuses a file that is not there or that everybody on this machine may read; a link counts as what it leads to. */
    static void requirePrivate(String setting, Path file) {
        if (!Files.isRegularFile(file)) {
            // What is set may be the secret itself, by mistake.
            throw new IllegalArgumentException(
                    setting + " must be a file, and there is none of the name that is set, which is not shown");
        }
        if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        try {
            Set<PosixFilePermission> allowed = Files.getPosixFilePermissions(file);
            if (allowed.contains(PosixFilePermission.OTHERS_READ)
                    || allowed.contains(PosixFilePermission.OTHERS_WRITE)) {
                throw new IllegalArgumentException(setting
                        + " must not be readable or writable by others, try chmod o= " + file + ": " + setting + "="
                        + file);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    setting + " must be a file that can be read: " + setting + "=" + file, e);
        }
    }
}
