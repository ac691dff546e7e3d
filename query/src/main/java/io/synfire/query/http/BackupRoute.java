package io.synfire.query.http;

import io.javalin.http.Context;
import io.synfire.query.answer.StoreJson;
import io.synfire.query.recall.BadQueryException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/admin/backup} with {@code {"directory": …}}, which writes into a directory of this machine. Thread-safe.
 */
final class BackupRoute {

    private final @Nullable BackupMaker maker;
    private final StoreJson json = new StoreJson();

    BackupRoute(@Nullable BackupMaker maker) {
        this.maker = maker;
    }

    void handle(Context context) {
        Parameters.none(context);
        if (maker == null) {
            throw new BadQueryException("this server is offline, make the backup with: synfire backup DIR");
        }
        Path target = directory(Body.of(context));
        try {
            context.contentType("application/json").result(json.of(maker.backup(target)));
        } catch (IllegalArgumentException e) {
            throw new BadQueryException(String.valueOf(e.getMessage()));
        } catch (IllegalStateException | UncheckedIOException e) {
            // Who may ask for a backup may know why there is none, and would look for it in vain elsewhere.
            throw new UnavailableException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Path directory(Body body) {
        String[] directory = {null};
        JsonReader.read(body, json -> {
            json.object("a backup", List.of("directory"), name -> directory[0] = json.text(name));
            return directory;
        });
        if (directory[0] == null) {
            throw new BadQueryException("the body must be {\"directory\": …}: directory=missing");
        }
        try {
            Path path = Path.of(directory[0]);
            if (!path.isAbsolute()) {
                throw new BadQueryException("directory must be an absolute path: directory=" + directory[0]);
            }
            return path;
        } catch (InvalidPathException e) {
            throw new BadQueryException("directory must be a path: directory=" + directory[0]);
        }
    }
}
