package io.synfire.query.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who may have what done: every path with every method, token, method override and origin. What is expected is written here a second time, from
 * the words of the contract and of SECURITY.md, and not from the table that the server is made of.
 */
@Timeout(600)
final class HttpAuthorityTest {

    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS");
    private static final List<String> ROLES = List.of("anyone", "read", "write", "admin");

    /** How each way of overriding a method is written: a header, or a parameter. */
    private static final List<String> OVERRIDES = List.of(
            "",
            "X-HTTP-Method-Override: POST",
            "X-HTTP-Method-Override: GET",
            "x-http-method-override: DELETE",
            "X-Method-Override: POST",
            "X-HTTP-Method: DELETE",
            "?_method=POST");

    private static final List<String> ORIGINS = List.of("none", "same", "cross");

    /** What the contract lists: method, path, the least role, the status when it is done, and what is done then. */
    private static final List<Listed> LISTED =
            """
            GET    /                              anyone 200 -
            GET    /explorer.css                  anyone 200 -
            GET    /explorer.js                   anyone 200 -
            GET    /openapi.yaml                  anyone 200 -
            GET    /health/live                   anyone 200 -
            GET    /health/ready                  anyone 200 -
            GET    /metrics                       read   200 -
            GET    /v1/concepts                   read   200 -
            GET    /v1/concepts/tea/associations  read   200 -
            GET    /v1/associations?from=tea&to=milk read 200 -
            GET    /v1/trending                   read   200 -
            GET    /v1/recall?cue=tea             read   200 -
            POST   /v1/recall                     read   200 -
            GET    /v1/status                     read   200 -
            POST   /v1/episodes                   write  202 append
            POST   /v1/admin/backup               admin  200 backup
            GET    /v1/admin/rebuild              admin  200 -
            POST   /v1/admin/rebuild              admin  202 rebuild
            DELETE /v1/admin/rebuild              admin  200 cancel
            """
                    .lines()
                    .map(line -> line.split("\\s+", -1))
                    .map(words -> new Listed(words[0], words[1], words[2], Integer.parseInt(words[3]), words[4]))
                    .toList();

    private static final List<String> UNLISTED =
            List.of("/v1", "/v1/nothing", "/v1/admin", "/v1/admin/nothing", "/nothing", "/v1/concepts/tea", "/health");

    @TempDir
    Path directory;

    private record Listed(String method, String target, String role, int status, String done) {
        String path() {
            return target.split("\\?", 2)[0];
        }
    }

    private record Sent(String method, String path, String role, String override, String origin) {}

    private ServedMemory guarded(String host) throws IOException {
        Path tokens = directory.resolve("tokens");
        Files.writeString(tokens, "read rrrrrrrrrrrrrrrr\nwrite wwwwwwwwwwwwwwww\nadmin aaaaaaaaaaaaaaaa\n");
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-------"));
        return new ServedMemory(
                directory.resolve("store"),
                new HttpOptions(host, 0, tokens, null, false, Set.of(), HttpLimits.defaults()));
    }

    @Test
    void everyRequestIsAnsweredAsTheContractSays() throws Exception {
        try (ServedMemory memory = guarded("127.0.0.1")) {
            Set<String> paths = new TreeSet<>(UNLISTED);
            LISTED.forEach(listed -> paths.add(listed.path()));
            int sent = 0;
            for (String path : paths) {
                for (String method : METHODS) {
                    for (String role : ROLES) {
                        for (String override : OVERRIDES) {
                            for (String origin : ORIGINS) {
                                ask(memory, new Sent(method, path, role, override, origin));
                                sent++;
                            }
                        }
                    }
                }
            }
            assertThat(sent).isEqualTo(23 * 7 * 4 * 7 * 3);
        }
    }

    private static void ask(ServedMemory memory, Sent sent) throws IOException, InterruptedException {
        int before = memory.done.size();
        HttpResponse<String> response = memory.client().send(request(memory, sent), BodyHandlers.ofString());
        int expected = expected(sent);
        assertThat(response.statusCode()).as("%s: %s", sent, response.body()).isEqualTo(expected);
        List<String> done = memory.done.subList(before, memory.done.size());
        String doing = listed(sent).map(Listed::done).orElse("-");
        assertThat(done).as("%s", sent).isEqualTo(expected >= 400 || doing.equals("-") ? List.of() : List.of(doing));
        if (expected == 405) {
            assertThat(allowed(response)).as("%s", sent).isEqualTo(methods(sent.path()));
        }
        if (sent.method().equals("HEAD")) {
            assertThat(response.body()).as("%s", sent).isEmpty();
        } else if (expected >= 400) {
            assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(response.body()).contains("\"status\":" + expected);
        }
    }

    /** In the order in which the contract says that a request is looked at. */
    private static int expected(Sent sent) {
        if (!sent.override().isEmpty()) {
            return 400;
        }
        Set<String> methods = methods(sent.path());
        boolean isOpen = LISTED.stream()
                .anyMatch(listed ->
                        listed.path().equals(sent.path()) && listed.role().equals("anyone"));
        if (!isOpen && sent.role().equals("anyone")) {
            return 401;
        }
        if (methods.isEmpty()) {
            return 404;
        }
        if (!methods.contains(sent.method())) {
            return 405;
        }
        Listed listed = listed(sent).orElseThrow();
        boolean isRead = listed.method().equals("GET");
        if (!isRead && sent.origin().equals("cross")) {
            return 403;
        }
        return ROLES.indexOf(sent.role()) >= ROLES.indexOf(listed.role()) ? listed.status() : 403;
    }

    /** HEAD is as GET. */
    private static Optional<Listed> listed(Sent sent) {
        String method = sent.method().equals("HEAD") ? "GET" : sent.method();
        return LISTED.stream()
                .filter(listed ->
                        listed.path().equals(sent.path()) && listed.method().equals(method))
                .findFirst();
    }

    private static Set<String> methods(String path) {
        Set<String> methods = LISTED.stream()
                .filter(listed -> listed.path().equals(path))
                .map(Listed::method)
                .collect(Collectors.toCollection(TreeSet::new));
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        return methods;
    }

    private static Set<String> allowed(HttpResponse<?> response) {
        return new TreeSet<>(
                List.of(response.headers().firstValue("Allow").orElse("").split(", ", -1)));
    }

    private static HttpRequest request(ServedMemory memory, Sent sent) {
        String target = listed(sent).map(Listed::target).orElse(sent.path());
        if (sent.override().startsWith("?")) {
            target += (target.contains("?") ? "&" : "?") + sent.override().substring(1);
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(memory.uri(target));
        if (!sent.role().equals("anyone")) {
            request.header(
                    "Authorization", "Bearer " + sent.role().substring(0, 1).repeat(16));
        }
        if (sent.override().startsWith("X") || sent.override().startsWith("x")) {
            String[] header = sent.override().split(": ", 2);
            request.header(header[0], header[1]);
        }
        if (!sent.origin().equals("none")) {
            boolean isSame = sent.origin().equals("same");
            request.header("Origin", isSame ? "http://127.0.0.1:" + memory.server.port() : "http://evil.example");
            request.header("Sec-Fetch-Site", isSame ? "same-origin" : "cross-site");
        }
        boolean hasBody = Set.of("POST", "PUT", "PATCH").contains(sent.method());
        String body = body(sent.path());
        return (hasBody ? request.header("Content-Type", "application/json") : request)
                .method(sent.method(), hasBody ? BodyPublishers.ofString(body) : BodyPublishers.noBody())
                .build();
    }

    private static String body(String path) {
        return switch (path) {
            case "/v1/recall" -> "{\"cues\":[\"tea\"]}";
            case "/v1/admin/backup" -> "{\"directory\":\"/nowhere\"}";
            case "/v1/admin/rebuild" -> "{}";
            default -> "{\"forget\":{\"concept\":\"tea\"}}";
        };
    }

    /** Without tokens whoever is elsewhere may ask and post, and has no part in what is for this machine or for admins. */
    @Test
    void elsewhereWithoutTokensIsAskingAndPosting() throws Exception {
        InetAddress own = ownAddress();
        HttpOptions options = new HttpOptions("0.0.0.0", 0, null, null, true, Set.of(), HttpLimits.defaults());
        try (ServedMemory memory = new ServedMemory(directory.resolve("store"), options)) {
            assertThat(from(memory, own, "POST", "/v1/recall", null)).isEqualTo(200);
            assertThat(from(memory, own, "POST", "/v1/episodes", null)).isEqualTo(202);
            for (String method : List.of("GET", "POST", "DELETE")) {
                assertThat(from(memory, own, method, "/v1/admin/rebuild", null)).isEqualTo(403);
            }
            assertThat(from(memory, own, "POST", "/v1/admin/backup", null)).isEqualTo(403);
            assertThat(memory.done).containsExactly("append");
            InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
            assertThat(from(memory, loopback, "POST", "/v1/admin/rebuild", null))
                    .isEqualTo(202);
            assertThat(from(memory, loopback, "POST", "/v1/admin/backup", null)).isEqualTo(200);
        }
    }

    /** A backup is written into a directory of the machine that serves: whoever asks for one must be there. A rebuild is not. */
    @Test
    void anAdminElsewhereMayRebuildAndMayNotWriteBackups() throws Exception {
        InetAddress own = ownAddress();
        try (ServedMemory memory = guarded("0.0.0.0")) {
            assertThat(from(memory, own, "POST", "/v1/admin/rebuild", "a".repeat(16)))
                    .isEqualTo(202);
            assertThat(from(memory, own, "DELETE", "/v1/admin/rebuild", "a".repeat(16)))
                    .isEqualTo(200);
            assertThat(from(memory, own, "POST", "/v1/admin/backup", "a".repeat(16)))
                    .isEqualTo(403);
            assertThat(from(memory, own, "POST", "/v1/admin/rebuild", "w".repeat(16)))
                    .isEqualTo(403);
            assertThat(memory.done).containsExactly("rebuild", "cancel");
        }
    }

    private static int from(
            ServedMemory memory, InetAddress address, String method, String path, @Nullable String token)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://" + address.getHostAddress() + ":" + memory.server.port() + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("Content-Type", "application/json");
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        boolean hasBody = method.equals("POST");
        request.method(method, hasBody ? BodyPublishers.ofString(body(path)) : BodyPublishers.noBody());
        return memory.client().send(request.build(), BodyHandlers.ofString()).statusCode();
    }

    /** An address of this machine that is not a loopback one: what comes to it comes from it. */
    private static InetAddress ownAddress() throws IOException {
        List<InetAddress> found = new ArrayList<>();
        for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
            network.inetAddresses()
                    .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                    .forEach(found::add);
        }
        assumeThat(found).as("this machine has no network").isNotEmpty();
        return found.get(0);
    }
}
