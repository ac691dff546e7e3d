package io.synfire.query.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes requests that nobody would send, of the routes that a server has; the same ones for the same seed. */
final class HttpFuzz {

    private static final List<String> NAMES = List.of(
            "k",
            "cue",
            "hops",
            "at",
            "horizon",
            "blend",
            "measure",
            "min-support",
            "prefix",
            "from",
            "to",
            "evidence",
            "popularity",
            "shrinkage",
            "self",
            "exclude",
            "candidate",
            "include-cues",
            "ordered",
            "fast",
            "slow",
            "K",
            "",
            "k[]",
            "%6b",
            "k%00");
    private static final List<String> VALUES = List.of(
            "",
            "0",
            "-1",
            "1",
            "10",
            "1000",
            "1001",
            "2147483647",
            "2147483648",
            "-9223372036854775809",
            "1e309",
            "-1e309",
            "NaN",
            "Infinity",
            "-0.0",
            "4.9e-324",
            "0x10",
            "1_000",
            "١٢",
            "true",
            "TRUE",
            "yes",
            "null",
            "tea",
            "milk%201",
            "now",
            "1970-01-01T00:00:00Z",
            "+999999999-12-31T23:59:59Z",
            "9223372036854775807",
            "-9223372036854775808",
            "253402300800000",
            "1d",
            "30d",
            "none",
            "1d:0.5,30d:0.5",
            "1d:",
            ":1",
            "1d:NaN",
            "30d:1e6",
            "strength",
            "npmi",
            "llr",
            "%",
            "%zz",
            "%C3",
            "%C3%28",
            "%ED%A0%80",
            "%00",
            "%0d%0aX: y",
            "%F0%9F%92%A9",
            "ü",
            "..%2f..%2fetc",
            "<script>",
            "%2F",
            ";a=b",
            "'",
            "\"");
    private static final List<String> TYPES = List.of(
            "application/json",
            "application/x-ndjson",
            "text/plain",
            "application/json; charset=utf-16",
            "APPLICATION/JSON",
            "multipart/form-data; boundary=x",
            "application/x-www-form-urlencoded",
            "",
            ";",
            "application/json;;;",
            "*/*");
    private static final List<String> METHODS =
            List.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "X", "GE T");
    private static final List<String> FIELDS = List.of(
            "cues",
            "ordered",
            "includeCues",
            "exclude",
            "candidates",
            "prefix",
            "k",
            "hops",
            "popularity",
            "shrinkage",
            "self",
            "horizon",
            "blend",
            "minSupport",
            "concepts",
            "at",
            "context",
            "reward",
            "id",
            "weight",
            "concept",
            "nonsense",
            "\\u0000");

    private final Random random;
    private final List<String> paths;

    HttpFuzz(Random random) {
        this.random = random;
        this.paths = Arrays.stream(Route.values()).map(Route::path).distinct().toList();
    }

    byte[] next() {
        String path = any(paths);
        String method = chance(85) ? any(List.copyOf(Route.methodsAt(path))) : any(METHODS);
        StringBuilder head = new StringBuilder();
        head.append(method).append(' ').append(target(path)).append(chance(97) ? " HTTP/1.1" : any(versions()));
        head.append("\r\nHost: ").append(chance(97) ? "localhost" : value());
        head.append("\r\nConnection: close");
        byte[] body = method.equals("POST") || chance(5) ? body() : new byte[0];
        if (body.length > 0 || chance(5)) {
            head.append("\r\nContent-Type: ").append(chance(80) ? "application/json" : any(TYPES));
        }
        boolean isChunked = body.length > 0 && chance(15);
        if (isChunked) {
            head.append("\r\nTransfer-Encoding: chunked");
            body = chunked(body);
        } else if (body.length > 0 && chance(97)) {
            head.append("\r\nContent-Length: ")
                    .append(chance(92) ? Integer.toString(body.length) : length(body.length));
        }
        for (int i = random.nextInt(10); i > 7; i--) {
            head.append("\r\n").append(header());
        }
        head.append("\r\n\r\n");
        return mangled(join(head.toString(), body));
    }

    private static List<String> versions() {
        return List.of(" HTTP/1.0", " HTTP/0.9", "", " HTTP/2.0", " HTTP/9.9", " HTTP/1.1 x", " FTP/1.1");
    }

    private String target(String path) {
        String at = path.replace("{id}", chance(60) ? "tea" : value());
        if (chance(6)) {
            int cut = random.nextInt(at.length() + 1);
            at = at.substring(0, cut)
                    + any(List.of(
                            "/", "//", "/../", "/./", ";x=y", "%2e%2e/", "%", "%00", "\\", "?", "#", "ü", "%c0%ae"))
                    + at.substring(cut);
        }
        StringBuilder target = new StringBuilder(at);
        int parameters = chance(3) ? 200 : random.nextInt(5);
        for (int i = 0; i < parameters; i++) {
            target.append(i == 0 ? '?' : '&').append(chance(90) ? any(NAMES) : value());
            if (chance(95)) {
                target.append('=').append(value());
            }
        }
        // As bytes of UTF-8 they come: what a careless client sends.
        return new String(
                target.toString().replace(' ', '+').getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private String value() {
        if (chance(3)) {
            return "x".repeat(1 + random.nextInt(9_000));
        }
        return chance(85) ? any(VALUES) : any(VALUES) + any(VALUES);
    }

    private String length(int length) {
        return any(List.of(
                "0",
                "-1",
                "99999999999",
                Integer.toString(length + 1),
                Integer.toString(Math.max(0, length - 1)),
                "x",
                "1 1",
                "0x5",
                ""));
    }

    private String header() {
        return any(List.of(
                "Expect: 100-continue",
                "Accept-Encoding: gzip, br, x",
                "Range: bytes=0-1",
                "If-None-Match: *",
                "Authorization: Bearer x",
                "Authorization: Basic %%%",
                "Cookie: =;;=",
                "X-HTTP-Method-Override: DELETE",
                "Content-Encoding: gzip",
                "Upgrade: websocket",
                "Transfer-Encoding: chunked",
                "Content-Length: 3",
                "Host: other",
                "Bad Header: x",
                ": x",
                "X: \u0000",
                "Accept: application/xml",
                "Origin: null",
                "Sec-Fetch-Site: same-origin"));
    }

    private byte[] body() {
        String text =
                switch (random.nextInt(9)) {
                    case 0 -> "[".repeat(1 + random.nextInt(5_000));
                    case 1 -> "{\"cues\":".repeat(1 + random.nextInt(2_000));
                    case 2 -> "{\"cues\":[\"tea\"]}";
                    case 3 -> "{\"concepts\":[\"a\",\"b\"]}\n{\"concepts\":[\"c\"]}";
                    case 4 -> " ".repeat(random.nextInt(70_000));
                    default -> json(3);
                };
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        if (chance(10)) {
            for (int i = 0; i < 3 && body.length > 0; i++) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
        }
        return body;
    }

    private String json(int depth) {
        int kind;
        if (depth == 3) {
            kind = chance(85) ? 0 : 1;
        } else {
            kind = depth == 0 ? 2 + random.nextInt(4) : random.nextInt(6);
        }
        return switch (kind) {
            case 0 -> object(depth);
            case 1 -> array(depth);
            case 2 ->
                any(List.of(
                        "0",
                        "-1",
                        "1",
                        "10",
                        "1e400",
                        "-1e400",
                        "1e-400",
                        "99999999999999999999",
                        "0.5",
                        "NaN",
                        "1.",
                        "01"));
            case 3 ->
                "\""
                        + any(List.of(
                                "tea",
                                "milk 1",
                                "",
                                "30d",
                                "1d",
                                "\\ud800",
                                "\\u0000",
                                "ü",
                                "\\x",
                                "\n",
                                "x".repeat(600)))
                        + "\"";
            case 4 -> any(List.of("true", "false", "null", "nul", "undefined"));
            default -> any(List.of("", "{", "}", "]", ",", ":", "\"", "/* */", "'a'"));
        };
    }

    private String object(int depth) {
        List<String> fields = new ArrayList<>();
        if (depth == 3 && chance(70)) {
            fields.add(chance(50) ? "\"cues\":[\"tea\"]" : "\"concepts\":[\"tea\",\"milk\"]");
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            fields.add("\"" + any(FIELDS) + "\":" + json(depth - 1));
        }
        return "{" + String.join(",", fields) + (chance(97) ? "}" : "");
    }

    private String array(int depth) {
        List<String> values = new ArrayList<>();
        for (int i = chance(3) ? 1_100 : random.nextInt(4); i > 0; i--) {
            values.add(json(depth - 1));
        }
        return "[" + String.join(",", values) + (chance(97) ? "]" : "");
    }

    private byte[] chunked(byte[] body) {
        String size = chance(85) ? Integer.toHexString(body.length) : any(List.of("-1", "zz", "fffffffff", "0", ""));
        return join(
                size + "\r\n",
                join(
                        new String(body, StandardCharsets.ISO_8859_1),
                        (chance(85) ? "\r\n0\r\n\r\n" : "").getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** Cut short, or with bytes that are others, now and then. */
    private byte[] mangled(byte[] request) {
        if (chance(4)) {
            return java.util.Arrays.copyOf(request, random.nextInt(request.length));
        }
        if (chance(4)) {
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                request[random.nextInt(request.length)] = (byte) random.nextInt(256);
            }
        }
        return request;
    }

    private static byte[] join(String head, byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(body);
        return out.toByteArray();
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
