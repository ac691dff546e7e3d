package io.synfire.query.http;

import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.synfire.query.answer.StoreJson;
import io.synfire.query.recall.BadQueryException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * {@code POST /v1/admin/backup} with {@code {"directory": …}}, which writes into a directory of this machine: for those on it alone. The
 * body must be said to be JSON, so that no page of another site can send it unasked. Thread-safe.
 */
final class BackupRoute {

    static final String PATH = "/v1/admin/backup";

    private final @Nullable BackupMaker maker;
    private final Bodies bodies;
    private final JsonFactory factory = new JsonFactory();
    private final StoreJson json = new StoreJson();

    BackupRoute(@Nullable BackupMaker maker, Bodies bodies) {
        this.maker = maker;
        this.bodies = bodies;
    }

    void handle(Context context) {
        if (!isLocal(context.req().getRemoteAddr())) {
            throw new HttpResponseException(HttpStatus.FORBIDDEN.getCode(), "for this machine alone", Map.of());
        }
        String type = String.valueOf(context.contentType());
        if (!type.startsWith("application/json")) {
            throw new HttpResponseException(HttpStatus.UNSUPPORTED_MEDIA_TYPE.getCode(), "JSON alone", Map.of());
        }
        if (maker == null) {
            throw new BadQueryException("this server is offline, make the backup with: synfire backup DIR");
        }
        Path target = directory(bodies.read(context));
        try {
            context.contentType("application/json").result(json.of(maker.backup(target)));
        } catch (IllegalArgumentException e) {
            throw new BadQueryException(String.valueOf(e.getMessage()));
        } catch (IllegalStateException | UncheckedIOException e) {
            // Who may ask for a backup may know why there is none, and would look for it in vain elsewhere.
            throw new UnavailableException(String.valueOf(e.getMessage()), e);
        }
    }

    private Path directory(byte[] body) {
        String directory = null;
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), body)) {
            boolean isObject = parser.nextToken() == JsonToken.START_OBJECT;
            for (String name = isObject ? parser.nextName() : null; name != null; name = parser.nextName()) {
                if (!name.equals("directory")) {
                    throw new BadQueryException("unknown field: field=" + name);
                }
                directory = parser.nextToken() == JsonToken.VALUE_STRING ? parser.getString() : null;
            }
        } catch (JacksonException e) {
            throw new BadQueryException("the body must be JSON: " + e.getOriginalMessage());
        }
        if (directory == null) {
            throw new BadQueryException("the body must be {\"directory\": …}: directory=missing");
        }
        try {
            Path path = Path.of(directory);
            if (!path.isAbsolute()) {
                throw new BadQueryException("directory must be an absolute path: directory=" + directory);
            }
            return path;
        } catch (InvalidPathException e) {
            throw new BadQueryException("directory must be a path: directory=" + directory);
        }
    }

    private static boolean isLocal(String address) {
        try {
            // An address, never a name: nothing is looked up.
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
