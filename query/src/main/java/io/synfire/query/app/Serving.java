package io.synfire.query.app;

import io.synfire.query.http.HttpOptions.TlsFiles;
import io.synfire.query.http.PinnedCertificate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Where a serving process answers, in a file of its data directory, so that commands can ask it for what only the holder of the store can do. The
 * file may be left by a process that was killed.
 */
final class Serving {

    private static final String NAME = "serving";

    private Serving() {}

    static void write(Path data, String url) throws IOException {
        Files.writeString(data.resolve(NAME), url + "\n");
    }

    static void remove(Path data) throws IOException {
        Files.deleteIfExists(data.resolve(NAME));
    }

    static Optional<String> url(Path data) throws IOException {
        Path file = data.resolve(NAME);
        return Files.isRegularFile(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
    }

    /**
     * Asks for a backup into a directory and waits until it is there; with the token that a file holds, where one is asked for. Over TLS the
     * certificate must be the one of the server's files, where the settings name them, and one that the JDK trusts otherwise.
     */
    static void backup(String url, Path target, @Nullable Path tokenFile, @Nullable TlsFiles tls)
            throws IOException, InterruptedException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), body)) {
            json.writeStartObject();
            json.writeStringProperty("directory", target.toString());
            json.writeEndObject();
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + "/v1/admin/backup"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()));
        if (tokenFile != null) {
            request.header("Authorization", "Bearer " + TokenFile.read(tokenFile));
        }
        HttpClient.Builder client = HttpClient.newBuilder();
        if (tls != null) {
            client.sslContext(PinnedCertificate.trusting(tls));
        }
        HttpResponse<String> response =
                client.build().send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        if (response.statusCode() != 200) {
            throw new IllegalStateException("the serving process made no backup: url=" + url + " status="
                    + response.statusCode() + ": " + response.body());
        }
    }
}
