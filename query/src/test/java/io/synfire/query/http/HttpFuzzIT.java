package io.synfire.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Throws what nobody would send at every route, over raw sockets: {@code -Dsynfire.fuzz=100000} for more of it, {@code -Dsynfire.seed=S} for the
 * same again. Never a 500, never silence, always a problem for an error, and no memory kept.
 */
final class HttpFuzzIT {

    private static final int INPUTS = Integer.getInteger("synfire.fuzz", 5_000);
    private static final long SEED = Long.getLong("synfire.seed", 20_111_209L);
    private static final Pattern STATUS = Pattern.compile("\\AHTTP/1\\.1 (\\d{3}) ");
    private static final long HEAP_GROWTH_MAX = 24L << 20;

    @TempDir
    Path directory;

    private static final String READ_TOKEN = "r".repeat(16);

    private static ServedMemory served(Path store, @Nullable Path tokens) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            entries.add(Episode.of(1_000L * i, "tea", "milk " + i % 50, "ü/%" + i % 20));
        }
        HttpLimits limits = new HttpLimits(
                1 << 16, 1 << 16, 1 << 20, 8 << 10, 100, Duration.ofSeconds(20), 4, 64, 256, Duration.ofSeconds(20));
        HttpOptions options = new HttpOptions("127.0.0.1", 0, tokens, null, false, Set.of(), limits);
        return new ServedMemory(store, options, entries.toArray(Entry[]::new));
    }

    @Test
    @Timeout(7_200)
    void nothingThatIsSentBringsAServerDown() throws Exception {
        System.out.println("fuzz: inputs=" + INPUTS + " seed=" + SEED);
        try (ServedMemory memory = served(directory, null)) {
            HttpFuzz fuzz = new HttpFuzz(new Random(SEED));
            Map<Integer, Integer> statuses = new TreeMap<>();
            for (int i = 0; i < Math.min(500, INPUTS); i++) {
                send(memory, fuzz.next(), i, statuses);
            }
            long before = heapBytes();
            for (int i = 500; i < INPUTS; i++) {
                send(memory, fuzz.next(), i, statuses);
            }
            long after = heapBytes();
            System.out.println("fuzz: by status " + statuses + ", heap " + (before >> 10) + " KiB before, "
                    + (after >> 10) + " KiB after");
            assertThat(after - before).isLessThan(HEAP_GROWTH_MAX);
            assertThat(memory.get("/v1/status").statusCode()).isEqualTo(200);
            // Were it never to get as far as an answer, or an error of a route, it would prove little.
            assertThat(statuses.keySet()).contains(200, 202, 400, 404, 405);
        }
    }

    /** That none brings a 500 says little of an attack: it must get what the contract has for it, and nothing may come of it. */
    @Test
    @Timeout(7_200)
    void everyAttackGetsTheStatusThatIsItsOwn() throws Exception {
        System.out.println("attacks: inputs=" + INPUTS + " seed=" + SEED);
        Path tokens = directory.resolve("tokens");
        Files.writeString(tokens, "read " + READ_TOKEN + "\nadmin " + "a".repeat(16) + "\n");
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-------"));
        HttpAttacks attacks = new HttpAttacks(new Random(SEED));
        Map<String, Integer> kinds = new TreeMap<>();
        try (ServedMemory open = served(directory.resolve("open"), null);
                ServedMemory guarded = served(directory.resolve("guarded"), tokens)) {
            for (int i = 0; i < INPUTS; i++) {
                boolean isGuarded = i % 10 == 0;
                HttpAttacks.Attack attack = isGuarded ? attacks.withoutRight(READ_TOKEN) : attacks.next();
                kinds.merge(attack.name, 1, Integer::sum);
                assertAnswered(isGuarded ? guarded : open, attack, i);
            }
            assertThat(open.done).isEmpty();
            assertThat(guarded.done).isEmpty();
        }
        System.out.println("attacks: by kind " + kinds);
        assertThat(kinds).hasSize(18);
    }

    private static void assertAnswered(ServedMemory memory, HttpAttacks.Attack attack, int index) throws IOException {
        String sent = new String(attack.request, StandardCharsets.ISO_8859_1);
        String shown = "seed=" + SEED + " input=" + index + " " + attack.name + ":\n"
                + sent.substring(0, Math.min(sent.length(), 800));
        String answer = memory.raw(attack.request, true);
        assertThat(answer).as(shown).startsWith("HTTP/1.1 " + attack.status + " ");
        assertThat(answer).as(shown).containsIgnoringCase("content-type: application/problem+json");
        assertTellsNothingOfItself(answer, shown);
    }

    /** No class, no part that it is made of. */
    private static void assertTellsNothingOfItself(String answer, String shown) {
        assertThat(answer)
                .as(shown)
                .doesNotContain(
                        "\tat ",
                        "Exception",
                        "etty",
                        "avalin",
                        "io.synfire.",
                        "ackson",
                        "StreamRead",
                        "REDACTED",
                        "org.");
    }

    private static void send(ServedMemory memory, byte[] request, int index, Map<Integer, Integer> statuses) {
        String sent = new String(request, StandardCharsets.ISO_8859_1);
        String shown = "seed=" + SEED + " input=" + index + " bytes=" + request.length + ":\n"
                + sent.substring(0, Math.min(sent.length(), 800));
        String answer;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), memory.server.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
            socket.shutdownOutput();
            answer = read(socket.getInputStream());
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer within 30 s " + shown, e);
        } catch (IOException e) {
            // Closed on us while we were sending: a refusal, too.
            statuses.merge(0, 1, Integer::sum);
            return;
        }
        // What is said before the answer proper.
        while (answer.startsWith("HTTP/1.1 100 ")) {
            answer = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        }
        Matcher status = STATUS.matcher(answer);
        if (!status.find()) {
            assertThat(answer).as(shown).isEmpty();
            statuses.merge(0, 1, Integer::sum);
            return;
        }
        int code = Integer.parseInt(status.group(1));
        statuses.merge(code, 1, Integer::sum);
        assertThat(code).as(shown).isGreaterThanOrEqualTo(200).isNotEqualTo(500);
        boolean isHead = sent.startsWith("HEAD");
        if (code >= 400 && !(code == 503 && answer.contains("catching up"))) {
            assertThat(answer).as(shown).containsIgnoringCase("content-type: application/problem+json");
            assertTellsNothingOfItself(answer, shown);
            // What is compressed is what was asked to be.
            if (!isHead && !answer.contains("Content-Encoding: gzip")) {
                assertThat(answer).as(shown).contains("\"status\":" + code);
            }
        }
    }

    private static String read(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** What is reachable. */
    private static long heapBytes() throws InterruptedException {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            // What cleaners let go of, on a thread of their own, is for the next collection.
            Thread.sleep(50);
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
