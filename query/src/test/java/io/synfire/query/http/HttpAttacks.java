package io.synfire.query.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Makes requests that are attacks of a known kind, among headers that change nothing; the same ones for the same seed. Each says which status the
 * contract has for it.
 */
final class HttpAttacks {

    /** More than the server that is attacked takes. */
    static final int BODY_MAX = 1 << 16;

    static final int RECORDS_MAX = 100;

    private static final List<String> QUESTIONS =
            List.of("/v1/concepts", "/v1/concepts/tea/associations", "/v1/trending", "/v1/recall");
    private static final List<String> PATHS = List.of(
            "/",
            "/explorer.js",
            "/openapi.yaml",
            "/health/live",
            "/health/ready",
            "/metrics",
            "/v1/status",
            "/v1/concepts",
            "/v1/concepts/tea/associations",
            "/v1/associations",
            "/v1/trending",
            "/v1/recall",
            "/v1/episodes",
            "/v1/admin/backup",
            "/v1/admin/rebuild");
    private static final List<String> TAKE_BODIES =
            List.of("/v1/recall", "/v1/episodes", "/v1/admin/backup", "/v1/admin/rebuild");
    private static final List<String> HARMLESS = List.of(
            "Accept: */*",
            "Accept-Encoding: gzip, br",
            "Accept-Language: de",
            "Cookie: a=b; c",
            "User-Agent: x",
            "X-Forwarded-For: 127.0.0.1",
            "X-Forwarded-Host: localhost",
            "X-Original-URL: /health/live",
            "X-Rewrite-URL: /",
            "Forwarded: for=127.0.0.1",
            "Range: bytes=0-1",
            "If-None-Match: *",
            "Referer: http://localhost/",
            "X-Requested-With: XMLHttpRequest",
            "Authorization: Basic YTpi",
            "TE: trailers");

    private final Random random;

    HttpAttacks(Random random) {
        this.random = random;
    }

    /** One request. */
    static final class Attack {
        final String name;
        final int status;
        final byte[] request;

        Attack(String name, int status, byte[] request) {
            this.name = name;
            this.status = status;
            this.request = request;
        }
    }

    /** Of whoever needs no token, since the server asks for none. */
    Attack next() {
        return switch (random.nextInt(16)) {
            case 0 -> override();
            case 1 -> otherMethod();
            case 2 -> otherType();
            case 3 -> compressed();
            case 4 -> noUtf8();
            case 5 -> parameters("a parameter twice", "k=5&" + any(List.of("k=5", "k=6", "%6b=5", "%6B=")));
            case 6 ->
                parameters(
                        "a number that is none",
                        "k=" + any(List.of("0x5", "5d", "1e3", "+5", "%2B5", "٥", "5.0", "99999999999", "")));
            case 7 ->
                parameters(
                        "a URL that is not UTF-8",
                        "at=" + any(List.of("%C3%28", "%ff", "%C0%80", "%ED%A0%80", "%zz", "%", "%4", "\u00ff")));
            case 8 -> parameters("an unknown parameter", any(List.of("K", "k[]", "limit", "%00", "cues")) + "=5");
            case 9 -> fields();
            case 10 -> tooLarge();
            case 11 -> tooMany();
            case 12 -> crossSite();
            case 13 -> otherHost();
            case 14 -> nowhere();
            default -> shorter();
        };
    }

    /** Of whoever has a token for less, or none. */
    Attack withoutRight(String readToken) {
        boolean hasToken = random.nextBoolean();
        List<String> headers = new ArrayList<>();
        if (hasToken) {
            headers.add("Authorization: " + any(List.of("Bearer ", "bearer ", "BEARER  ")) + readToken);
        } else {
            headers.add("Authorization: "
                    + any(List.of("Bearer", "Bearer x", "Basic " + readToken, readToken, "Bearer " + readToken + "x")));
        }
        String path = any(List.of("/v1/episodes", "/v1/admin/backup", "/v1/admin/rebuild"));
        String method = path.endsWith("rebuild") ? any(List.of("GET", "HEAD", "POST", "DELETE")) : "POST";
        headers.add("Content-Type: application/json");
        byte[] body = method.equals("POST") ? text("{\"forget\":{\"concept\":\"tea\"}}") : new byte[0];
        return new Attack(
                hasToken ? "a token for less" : "no token", hasToken ? 403 : 401, request(method, path, headers, body));
    }

    private Attack override() {
        String path = any(PATHS);
        String method = any(List.of("GET", "HEAD", "POST", "DELETE"));
        List<String> headers = new ArrayList<>();
        String target = path;
        if (random.nextInt(4) == 0) {
            target += any(List.of("?_method=", "?k=1&_method=", "?_METHOD=")) + any(List.of("POST", "DELETE", ""));
        } else {
            String name = any(List.of("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"));
            headers.add((random.nextBoolean() ? name : name.toLowerCase(Locale.ROOT)) + ": "
                    + any(List.of("POST", "GET", "DELETE", "PUT", "post", "x", method)));
        }
        headers.add("Content-Type: application/json");
        byte[] body = text(method.equals("POST") ? "{\"forget\":{\"concept\":\"tea\"}}" : "");
        return new Attack("an override", 400, request(method, target, headers, body));
    }

    private Attack otherMethod() {
        String path = any(PATHS);
        List<String> others = new ArrayList<>(List.of("PUT", "PATCH", "OPTIONS", "get", "PROPFIND", "POST", "DELETE"));
        others.removeAll(Route.methodsAt(path));
        return new Attack("another method", 405, request(any(others), path, List.of(), new byte[0]));
    }

    private Attack otherType() {
        String type = any(List.of(
                "Content-Type: text/plain",
                "Content-Type: application/x-www-form-urlencoded",
                "Content-Type: multipart/form-data; boundary=x",
                "Content-Type: application/json; charset=utf-16",
                "Content-Type: text/json",
                "Content-Type: application/json\r\nContent-Type: text/plain",
                "Content-Type: ",
                "X: y"));
        return new Attack("another content type", 415, request("POST", any(TAKE_BODIES), List.of(type), json()));
    }

    private Attack compressed() {
        List<String> headers = List.of(
                "Content-Type: application/json",
                "Content-Encoding: "
                        + any(List.of(
                                "gzip",
                                "GZIP",
                                "br",
                                "deflate",
                                "gzip, identity",
                                "identity, gzip",
                                "identity\r\nContent-Encoding: gzip",
                                "x")));
        return new Attack("a compressed body", 415, request("POST", any(TAKE_BODIES), headers, json()));
    }

    private Attack noUtf8() {
        byte[] body =
                switch (random.nextInt(4)) {
                    case 0 -> new String(json(), StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16);
                    case 1 -> new String(json(), StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16LE);
                    case 2 ->
                        ("[\"\u00fc\"," + new String(json(), StandardCharsets.UTF_8) + "]")
                                .getBytes(StandardCharsets.ISO_8859_1);
                    default -> {
                        byte[] zero = json();
                        zero[random.nextInt(zero.length)] = 0;
                        yield zero;
                    }
                };
        return new Attack("a body that is not UTF-8", 400, posting(any(TAKE_BODIES), body));
    }

    private Attack parameters(String name, String parameters) {
        String path = any(QUESTIONS);
        String target = path + "?" + (path.equals("/v1/recall") ? "cue=tea&" : "") + parameters;
        String method = random.nextInt(5) == 0 ? "HEAD" : "GET";
        return new Attack(name, 400, request(method, target, List.of(), new byte[0]));
    }

    private Attack fields() {
        String[][] bodies = {
            {"/v1/recall", "{\"cues\":[\"tea\"],\"k\":1,\"k\":1}"},
            {"/v1/recall", "{\"cues\":[\"tea\"],\"cues\":[\"tea\"]}"},
            {"/v1/recall", "{\"cues\":[\"tea\"],\"min-support\":1}"},
            {"/v1/recall", "{\"cues\":[\"tea\"],\"minSupport\":1e999}"},
            {"/v1/recall", "{\"cues\":[\"tea\"],\"k\":" + "9".repeat(50) + "}"},
            {"/v1/recall", "{\"cues\":[\"\\ud800\"]}"},
            {"/v1/recall", "{\"cues\":" + "[".repeat(1_000)},
            {"/v1/recall", "{\"cues\":[\"tea\"]}{}"},
            {"/v1/episodes", "{\"concepts\":[\"a\"],\"concepts\":[\"b\"]}"},
            {"/v1/episodes", "[{\"concepts\":[\"a\"]},{\"concepts\":[\"a\"],\"reward\":1e999}]"},
            {"/v1/episodes", "[{\"concepts\":[\"a\"]},{\"concepts\":[\"\\udc00\"]}]"},
            {"/v1/episodes", "{\"x\":" + "[".repeat(1_000)},
            {"/v1/episodes", "[{\"concepts\":[\"a\"]},]"},
            {"/v1/admin/rebuild", "{\"settings\":{\"tau\":\"1h\",\"tau\":\"1h\"}}"},
            {"/v1/admin/rebuild", "{\"setting\":{}}"},
            {"/v1/admin/rebuild", "[]"},
            {"/v1/admin/backup", "{\"directory\":\"/a\",\"directory\":\"/a\"}"},
            {"/v1/admin/backup", "{\"directory\":\"../a\"}"}
        };
        String[] body = bodies[random.nextInt(bodies.length)];
        return new Attack("a body that is not well written", 400, posting(body[0], text(body[1])));
    }

    private Attack tooLarge() {
        byte[] body = text("[" + " ".repeat(BODY_MAX) + "]");
        return new Attack("a body that is too large", 413, posting(any(TAKE_BODIES), body));
    }

    private Attack tooMany() {
        String records = ",{\"concepts\":[\"a\"]}".repeat(RECORDS_MAX + 1 + random.nextInt(100));
        return new Attack("too many records", 413, posting("/v1/episodes", text("[" + records.substring(1) + "]")));
    }

    private Attack crossSite() {
        String from = any(List.of(
                "Origin: http://evil.example",
                "Origin: null",
                "Origin: http://localhost.evil.example",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site",
                "Origin: http://localhost\r\nSec-Fetch-Site: cross-site"));
        boolean isDelete = random.nextInt(4) == 0;
        List<String> headers = List.of(from, "Content-Type: application/json");
        return new Attack(
                "another origin",
                403,
                isDelete
                        ? request("DELETE", "/v1/admin/rebuild", headers, new byte[0])
                        : request("POST", any(TAKE_BODIES), headers, json()));
    }

    private Attack otherHost() {
        String path =
                any(PATHS.stream().filter(known -> !known.startsWith("/health")).toList());
        String method = Route.methodsAt(path).contains("GET") ? "GET" : "POST";
        byte[] request = request(method, path, List.of("Content-Type: application/json"), new byte[0]);
        String other =
                any(List.of("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8720", "10.0.0.1"));
        String sent = new String(request, StandardCharsets.ISO_8859_1).replace("Host: localhost", "Host: " + other);
        return new Attack("another host", 421, sent.getBytes(StandardCharsets.ISO_8859_1));
    }

    private Attack nowhere() {
        String path = any(List.of(
                "/v2/status",
                "/v1",
                "/v1/statuses",
                "/v1/admin",
                "/V1/status",
                "/v1/status;x",
                "/v1/%73tatus",
                "/explorer.css.map",
                "/web/index.html",
                "/.git/config",
                "/v1/concepts/tea"));
        return new Attack(
                "a path that is none", 404, request(any(List.of("GET", "HEAD", "POST")), path, List.of(), new byte[0]));
    }

    /** The connection ends before the body does. */
    private Attack shorter() {
        byte[] body = json();
        String head = head("POST", any(TAKE_BODIES), List.of("Content-Type: application/json")) + "Content-Length: "
                + (body.length + 1 + random.nextInt(1_000)) + "\r\n\r\n";
        return new Attack("a body that ends early", 400, join(text(head), body));
    }

    private byte[] posting(String path, byte[] body) {
        return request("POST", path, List.of("Content-Type: application/json"), body);
    }

    private byte[] request(String method, String target, List<String> headers, byte[] body) {
        String head = head(method, target, headers);
        if (body.length == 0) {
            return latin(head + (method.equals("POST") ? "Content-Length: 0\r\n\r\n" : "\r\n"));
        }
        if (random.nextInt(4) == 0) {
            byte[] begin =
                    latin(head + "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(body.length) + "\r\n");
            return join(join(begin, body), latin("\r\n0\r\n\r\n"));
        }
        return join(latin(head + "Content-Length: " + body.length + "\r\n\r\n"), body);
    }

    private String head(String method, String target, List<String> headers) {
        List<String> lines = new ArrayList<>(headers);
        for (int i = random.nextInt(4); i > 0; i--) {
            lines.add(random.nextInt(lines.size() + 1), any(HARMLESS));
        }
        // As bytes of UTF-8 where it is no ASCII, but for what is meant to be none.
        String sent = target.indexOf('\u00ff') >= 0
                ? target
                : new String(target.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        StringBuilder head =
                new StringBuilder(method).append(' ').append(sent).append(" HTTP/1.1\r\nHost: localhost\r\n");
        head.append("Connection: close\r\n");
        lines.stream().filter(line -> !isSecondAuthorization(line, lines)).forEach(line -> head.append(line)
                .append("\r\n"));
        return head.toString();
    }

    private static boolean isSecondAuthorization(String line, List<String> lines) {
        return line.startsWith("Authorization: Basic YTpi")
                && lines.stream()
                                .filter(other -> other.startsWith("Authorization: "))
                                .count()
                        > 1;
    }

    private byte[] json() {
        return text(any(List.of(
                "{\"cues\":[\"tea\"]}", "[{\"concepts\":[\"a\",\"b\"]}]", "{\"directory\":\"/nowhere\"}", "{}")));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] join(byte[] begin, byte[] end) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(begin.length + end.length);
        out.writeBytes(begin);
        out.writeBytes(end);
        return out.toByteArray();
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
