package io.synfire.query.app.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What this process has in memory, as Linux tells it. Immutable and thread-safe. */
final class ResidentMemory {

    private static final Pattern RESIDENT = Pattern.compile("^VmRSS:\\s+(\\d+) kB$", Pattern.MULTILINE);

    private final Path status;

    private ResidentMemory(Path status) {
        this.status = status;
    }

    static ResidentMemory ofThisProcess() {
        return new ResidentMemory(Path.of("/proc/self/status"));
    }

    static ResidentMemory of(Path status) {
        return new ResidentMemory(status);
    }

    /** Bytes; null where the system does not say. */
    @Nullable
    Long bytes() {
        try {
            Matcher matcher = RESIDENT.matcher(Files.readString(status));
            return matcher.find() ? Long.valueOf(Long.parseLong(matcher.group(1)) << 10) : null;
        } catch (IOException e) {
            // Another system has no such file.
            return null;
        }
    }
}
