package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bodies that are made to fill a heap, 32 at once, against a process with a broker of its own and a heap of 256 MiB, that ends if it does not
 * suffice. Each is refused with the status of its kind, probes are answered all the while, and the memory comes back.
 */
@SuppressWarnings("NullAway.Init")
@Timeout(900)
final class HostileBodiesIT {

    private static final int AT_ONCE = 32;
    private static final int BODY_MAX = 16 << 20;
    private static final int QUESTION_MAX = 1 << 20;

    /** Generous: other processes may be using this machine. A server that hangs takes minutes. */
    private static final Duration PROBE_MAX = Duration.ofSeconds(10);

    private static final long HEAP_GROWTH_MAX_KB = 16 << 10;

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    /** A kind of body, and what it is to be answered with, unless there was no room for it: 429. */
    private static final class Hostile {
        final String name;
        final byte[] request;
        final Set<Integer> statuses;

        Hostile(String name, byte[] request, Set<Integer> statuses) {
            this.name = name;
            this.request = request;
            this.statuses = statuses;
        }
    }

    private static Hostile sized(String name, String path, String type, byte[] body, int... statuses) {
        return hostile(name, path, type, "Content-Length: " + body.length, body, statuses);
    }

    private static Hostile chunked(String name, String path, byte[] body, int... statuses) {
        ByteArrayOutputStream chunks = new ByteArrayOutputStream(body.length + 1_000);
        chunks.writeBytes((Integer.toHexString(body.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        chunks.writeBytes(body);
        chunks.writeBytes("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return hostile(name, path, "application/json", "Transfer-Encoding: chunked", chunks.toByteArray(), statuses);
    }

    private static Hostile hostile(String name, String path, String type, String length, byte[] body, int... statuses) {
        ByteArrayOutputStream request = new ByteArrayOutputStream(body.length + 300);
        request.writeBytes(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: "
                        + type + "\r\n" + length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        request.writeBytes(body);
        Set<Integer> expected = new TreeSet<>(List.of(429));
        for (int status : statuses) {
            expected.add(status);
        }
        return new Hostile(name, request.toByteArray(), expected);
    }

    /** A text that is repeated until all of it is as long as it may be. */
    private static byte[] filled(String begin, String repeated, String end, int bytes) {
        ByteArrayOutputStream body = new ByteArrayOutputStream(bytes);
        body.writeBytes(begin.getBytes(StandardCharsets.UTF_8));
        byte[] again = repeated.getBytes(StandardCharsets.UTF_8);
        while (body.size() + again.length + end.length() <= bytes) {
            body.writeBytes(again);
        }
        body.writeBytes(end.getBytes(StandardCharsets.UTF_8));
        return body.toByteArray();
    }

    /** The same with another number each time. */
    private static byte[] numbered(String begin, String before, String after, String end, int bytes) {
        ByteArrayOutputStream body = new ByteArrayOutputStream(bytes);
        body.writeBytes(begin.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; body.size() + 40 + end.length() < bytes; i++) {
            body.writeBytes((before + i + after).getBytes(StandardCharsets.UTF_8));
        }
        body.writeBytes(end.getBytes(StandardCharsets.UTF_8));
        return body.toByteArray();
    }

    private static List<Hostile> all() {
        String json = "application/json";
        String lines = "application/x-ndjson";
        String recall = "/v1/recall";
        String episodes = "/v1/episodes";
        String rebuild = "/v1/admin/rebuild";
        List<Hostile> all = new ArrayList<>();
        byte[] cues = filled("{\"cues\":[\"a\"", ",\"a\"", "]}", BODY_MAX);
        all.add(sized("4M cues", recall, json, cues, 413));
        all.add(chunked("4M cues in a chunk", recall, cues, 413));
        all.add(sized("250k cues", recall, json, filled("{\"cues\":[\"a\"", ",\"a\"", "]}", QUESTION_MAX), 400));
        for (String list : List.of("exclude", "candidates")) {
            byte[] body = numbered("{\"cues\":[\"a\"],\"" + list + "\":[\"x\"", ",\"", "\"", "]}", QUESTION_MAX);
            all.add(sized(list, recall, json, body, 400));
        }
        all.add(sized("a deep question", recall, json, filled("{\"cues\":", "[", "", QUESTION_MAX), 400));
        all.add(sized(
                "a long cue", recall, json, filled("{\"cues\":[{\"concept\":\"", "x", "\"}]", QUESTION_MAX), 400));
        all.add(sized("names", recall, json, numbered("{\"cues\":[\"a\"]", ",\"f", "\":1", "}", QUESTION_MAX), 400));
        all.add(sized(
                "settings",
                rebuild,
                json,
                numbered("{\"settings\":{\"a\":1", ",\"f", "\":1", "}}", QUESTION_MAX),
                400));
        all.add(sized("5M records", episodes, json, filled("[{}", ",{}", "]", BODY_MAX), 413));
        all.add(chunked("5M records in a chunk", episodes, filled("[{}", ",{}", "]", BODY_MAX), 413));
        all.add(sized("8M lines", episodes, lines, filled("", "1\n", "", BODY_MAX), 413));
        all.add(sized("16M blank lines", episodes, lines, filled("", "\n", "", BODY_MAX), 400));
        all.add(sized("deep arrays", episodes, json, filled("", "[", "", BODY_MAX), 400));
        all.add(sized("a deep record", episodes, json, filled("{\"x\":", "[", "", BODY_MAX), 400));
        all.add(sized(
                "a record of 4M concepts",
                episodes,
                json,
                filled("{\"concepts\":[\"a\"", ",\"a\"", "]}", BODY_MAX),
                400));
        all.add(sized(
                "a record of many names",
                episodes,
                json,
                numbered("{\"concepts\":[\"a\"]", ",\"f", "\":1", "}", BODY_MAX),
                400));
        all.add(sized("a long string", episodes, json, filled("{\"concepts\":[\"", "x", "\"]}", BODY_MAX), 400));
        all.add(sized(
                "a huge exponent",
                episodes,
                json,
                filled("[{\"concepts\":[\"a\"],\"reward\":1e999999999}", " ", "]", 1_000),
                400));
        all.add(sized(
                "a number of 10^6 digits",
                episodes,
                json,
                filled("{\"concepts\":[\"a\"],\"reward\":1", "0", "}", 1_000_000),
                400));
        all.add(sized("the last of 99,999 records", episodes, json, last(), 400));
        all.add(sized(
                "UTF-16",
                episodes,
                json,
                new String(filled("[{}", ",{}", "]", BODY_MAX / 2 - 2), StandardCharsets.US_ASCII)
                        .getBytes(StandardCharsets.UTF_16LE),
                400));
        byte[] half = filled("[{}", ",{}", "", BODY_MAX / 2);
        all.add(hostile("half of what was said", episodes, json, "Content-Length: " + BODY_MAX, half, 400));
        all.add(hostile("more than may be said", episodes, json, "Content-Length: 99999999999", half, 413));
        byte[] lie = filled("ffffff\r\n[{}", ",{}", "", BODY_MAX / 2);
        all.add(hostile("half of a chunk", episodes, json, "Transfer-Encoding: chunked", lie, 400));
        all.add(hostile("chunks without sizes", episodes, json, "Transfer-Encoding: chunked", half, 400));
        return all;
    }

    /** Valid records, as many as may be, and one that is none. */
    private static byte[] last() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write('[');
        for (int i = 0; i < 99_998; i++) {
            body.writeBytes(("{\"concepts\":[\"a" + i + "\",\"b\"]},").getBytes(StandardCharsets.US_ASCII));
        }
        body.writeBytes("{}]".getBytes(StandardCharsets.US_ASCII));
        return body.toByteArray();
    }

    @Test
    void theyAreRefusedProbesAreAnsweredAndMemoryComesBack() throws Exception {
        try (JarProcess process = JarProcess.start(
                directory.resolve("log"),
                List.of("-Xmx256m", "-XX:+ExitOnOutOfMemoryError"),
                "serve",
                "--data",
                directory.resolve("data").toString(),
                "--set",
                "http.port=0")) {
            URI url = URI.create(process.awaitUrl());
            await().atMost(Duration.ofSeconds(60)).until(() -> status(url, "/health/ready") == 200);
            assertThat(post(url, "/v1/episodes", "{\"concepts\":[\"a\",\"b\"]}"))
                    .isEqualTo(202);
            await().atMost(Duration.ofSeconds(60)).until(() -> status(url, "/v1/concepts/a/associations") == 200);
            List<Hostile> all = all();
            // What is there once it has been used: pools of buffers, classes.
            for (int i = 0; i < all.size(); i += 4) {
                assertRefused(process, url, all.get(i));
            }
            long before = process.heapInUseKb();
            try (Probing probing = new Probing(url)) {
                for (Hostile hostile : all) {
                    assertRefused(process, url, hostile);
                }
                System.out.println("probes: " + probing.count.get() + ", slowest " + probing.slowestMs.get() + " ms");
                assertThat(probing.count.get()).isGreaterThan(20);
                assertThat(probing.wrong).isEmpty();
                assertThat(probing.slowestMs.get()).isLessThan(PROBE_MAX.toMillis());
            }
            long after = process.heapInUseKb();
            System.out.println("heap: " + before + " kB before, " + after + " kB after");
            assertThat(after - before).isLessThan(HEAP_GROWTH_MAX_KB);
            assertThat(process.isAlive()).isTrue();
            assertThat(process.output()).doesNotContain("OutOfMemoryError");
            assertThat(post(url, "/v1/episodes", "{\"concepts\":[\"a\",\"c\"]}"))
                    .isEqualTo(202);
            // Nothing of all that was learned.
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> get(url, "/v1/status").contains("\"episodes\":2"));
            assertThat(get(url, "/v1/status")).contains("\"concepts\":3").contains("\"deadLetters\":0");
        }
    }

    private static void assertRefused(JarProcess process, URI url, Hostile hostile) throws Exception {
        Map<Integer, Integer> statuses = new TreeMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        long start = System.nanoTime();
        try {
            List<CompletableFuture<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                answers.add(CompletableFuture.supplyAsync(() -> send(url, hostile.request), threads));
            }
            for (CompletableFuture<Integer> answer : answers) {
                statuses.merge(answer.join(), 1, Integer::sum);
            }
        } finally {
            threads.shutdown();
        }
        System.out.println(hostile.name + ": " + statuses + " in " + (System.nanoTime() - start) / 1_000_000 + " ms");
        assertThat(hostile.statuses)
                .as("%s: %s", hostile.name, process.output())
                .containsAll(statuses.keySet());
        // Not all of them for want of room.
        assertThat(statuses.keySet()).as(hostile.name).isNotEqualTo(Set.of(429));
    }

    /** Sends bytes and reads what comes, whichever comes first; returns the status, or 0 if there was none. */
    private static int send(URI url, byte[] request) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), url.getPort())) {
            socket.setSoTimeout(120_000);
            var unused = CompletableFuture.runAsync(
                    () -> {
                        try {
                            OutputStream out = socket.getOutputStream();
                            out.write(request);
                            socket.shutdownOutput();
                        } catch (IOException e) {
                            // Answered, and closed, before it was all sent.
                        }
                    },
                    task -> new Thread(task, "sending").start());
            String begin = new String(socket.getInputStream().readNBytes(12), StandardCharsets.UTF_8);
            return begin.startsWith("HTTP/1.1 ") ? Integer.parseInt(begin.substring(9, 12)) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /** Asks both probes all the time. */
    private static final class Probing implements AutoCloseable {
        final AtomicLong slowestMs = new AtomicLong();
        final AtomicLong count = new AtomicLong();
        final List<String> wrong = new CopyOnWriteArrayList<>();
        private final AtomicBoolean isEnough = new AtomicBoolean();
        private final Thread thread;

        Probing(URI url) {
            thread = new Thread(
                    () -> {
                        while (!isEnough.get()) {
                            ask(url, "/health/live");
                            ask(url, "/health/ready");
                        }
                    },
                    "probing");
            thread.start();
        }

        private void ask(URI url, String path) {
            byte[] request = ("GET " + path + " HTTP/1.0\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
            long start = System.nanoTime();
            int status = send(url, request);
            slowestMs.accumulateAndGet((System.nanoTime() - start) / 1_000_000, Math::max);
            count.incrementAndGet();
            if (status != 200) {
                wrong.add(path + " " + status);
            }
        }

        @Override
        public void close() {
            isEnough.set(true);
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private int status(URI url, String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(url.resolve(path)).build(), BodyHandlers.ofString())
                .statusCode();
    }

    private String get(URI url, String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(url.resolve(path)).build(), BodyHandlers.ofString())
                .body();
    }

    private int post(URI url, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(url.resolve(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, BodyHandlers.ofString()).statusCode();
    }
}
