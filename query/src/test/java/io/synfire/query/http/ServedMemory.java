package io.synfire.query.http;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.SourceTime;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.Origin;
import io.synfire.query.answer.BackupAnswer;
import io.synfire.query.answer.RebuildStatus;
import io.synfire.query.answer.StatusAnswer;
import io.synfire.query.recall.BadQueryException;
import io.synfire.query.recall.Queries;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A small memory behind a real server, as options say, and a client of it. */
final class ServedMemory implements AutoCloseable {

    final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    final HttpServer server;
    private final JsonEpisodeCodec codec = new JsonEpisodeCodec(null);
    private final Engine engine;
    private final HttpClient client = HttpClient.newHttpClient();

    /** What a posted episode waits for, so that requests can be held. */
    volatile @Nullable CountDownLatch hold;

    /** Why learning stopped, or null. */
    volatile @Nullable String failure;

    /** What was done that changes anything, in order: append, backup, rebuild, cancel. */
    final List<String> done = new CopyOnWriteArrayList<>();

    ServedMemory(Path store, HttpOptions options) {
        this(store, options, Episode.of(0, "tea", "milk"), Episode.of(0, "tea", "honey"));
    }

    ServedMemory(Path store, HttpOptions options, Entry... entries) {
        engine = Engine.open(store, Map.of("half-lives", "1d,30d"), new EngineOptions(16 << 20), meters);
        engine.apply(Batch.of(entries));
        try {
            server = new HttpServer(
                    options,
                    QueriesSource.of(new Queries(engine.view())),
                    () -> StatusAnswer.of(engine.view(), engine.memoryUse(), failure == null, 0L, null, failure),
                    records -> {
                        await();
                        records.forEach(this::require);
                        done.add("append");
                        return new EpisodeSink.Appended(0, 0, records.size() - 1L);
                    },
                    (from, to, k) -> {
                        throw new UnavailableException("there is no log to look into", new IllegalStateException());
                    },
                    new Admin(this::backup, new Rebuilt()),
                    meters,
                    InstantSource.system());
            server.start();
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    private BackupAnswer backup(Path target) {
        done.add("backup");
        return new BackupAnswer(target.toString(), "1", 0, engine.digest(), List.of(), List.of(), List.of());
    }

    /** Says that it was asked. */
    private final class Rebuilt implements RebuildControl {
        @Override
        public RebuildStatus begin(Map<String, String> settings, @Nullable Long untilMs) {
            done.add("rebuild");
            return status();
        }

        @Override
        public RebuildStatus status() {
            return RebuildStatus.none();
        }

        @Override
        public RebuildStatus cancel() {
            done.add("cancel");
            return status();
        }
    }

    /** Looks at a record as the learner would. */
    private void require(byte[] record) {
        try {
            Entry entry = codec.decode(record, Origin.at(0));
            engine.refusal(entry, SourceTime.ofTimestamp(0)).ifPresent(refusal -> {
                throw new BadQueryException(refusal.message());
            });
        } catch (MalformedRecordException e) {
            throw new BadQueryException(String.valueOf(e.getMessage()));
        }
    }

    private void await() {
        CountDownLatch latch = hold;
        try {
            if (latch != null) {
                latch.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    URI uri(String path) {
        return URI.create(server.url() + path);
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        return client.send((headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
    }

    HttpRequest posting(String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).header("Content-Type", "application/json");
        return (headers.length == 0 ? request : request.headers(headers))
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    HttpResponse<String> post(String path, String body, String... headers) throws IOException, InterruptedException {
        return client.send(posting(path, body, headers), BodyHandlers.ofString());
    }

    HttpClient client() {
        return client;
    }

    /** Sends bytes as they are, on a connection of their own, and reads until the server closes it. */
    String raw(String request) throws IOException {
        return raw(request.getBytes(StandardCharsets.ISO_8859_1), true);
    }

    String raw(byte[] request, boolean isWhole) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
            if (isWhole) {
                socket.shutdownOutput();
            }
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            socket.getInputStream().transferTo(answer);
            return answer.toString(StandardCharsets.UTF_8);
        }
    }

    /** How many requests were refused for a reason. */
    double denied(String reason) {
        return meters.get("synfire.http.denied").tag("reason", reason).counter().count();
    }

    @Override
    public void close() {
        server.close();
        engine.close();
    }
}
