package io.synfire.query.app;

import io.synfire.query.http.HttpOptions.TlsFiles;
import io.synfire.query.http.PinnedCertificate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Asks a process that serves; with the token that a file holds, where one is asked for. Over TLS the certificate must be the one of the
 * server's files, where the settings name them, and one that the JDK trusts otherwise. Thread-safe.
 */
final class ServingClient {

    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);

    private final String url;
    private final @Nullable String token;
    private final HttpClient client;

    /**
     * Asks nothing yet.
     *
     * @throws IOException if a file cannot be read
     * @throws IllegalArgumentException if the file holds no token that can be sent
     */
    ServingClient(String url, @Nullable Path tokenFile, @Nullable TlsFiles tls) throws IOException {
        this.url = url;
        this.token = tokenFile == null ? null : TokenFile.read(tokenFile);
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(ANSWER_MAX);
        if (tls != null) {
            builder.sslContext(PinnedCertificate.trusting(tls));
        }
        this.client = builder.build();
    }

    /** Asks for a backup into a directory and waits until it is there. */
    void backup(Path target) throws IOException, InterruptedException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), body)) {
            json.writeStartObject();
            json.writeStringProperty("directory", target.toString());
            json.writeEndObject();
        }
        HttpResponse<String> response = send(HttpRequest.newBuilder(URI.create(url + "/v1/admin/backup"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())));
        if (response.statusCode() != 200) {
            throw new IllegalStateException("the serving process made no backup: url=" + url + " status="
                    + response.statusCode() + ": " + response.body());
        }
    }

    /** What it says of its learning; empty if it does not answer, or not to who asks. */
    Optional<ServedStatus> status() throws IOException, InterruptedException {
        try {
            HttpResponse<String> response =
                    send(HttpRequest.newBuilder(URI.create(url + "/v1/status")).timeout(ANSWER_MAX));
            return response.statusCode() == 200
                    ? Optional.ofNullable(ServedStatus.parse(response.body()))
                    : Optional.empty();
        } catch (ConnectException | HttpTimeoutException e) {
            // It has ended, or is too busy: its store says as much, later.
            return Optional.empty();
        }
    }

    /** Whether its memory may know a concept: it says so, or does not say that it does not. */
    boolean mayKnow(String concept) throws IOException {
        String id = URLEncoder.encode(concept, StandardCharsets.UTF_8).replace("+", "%20");
        try {
            return send(HttpRequest.newBuilder(URI.create(url + "/v1/concepts/" + id + "/associations?k=1"))
                                    .timeout(ANSWER_MAX))
                            .statusCode()
                    != 404;
        } catch (ConnectException | HttpTimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a memory was asked for a concept", e);
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }
}
