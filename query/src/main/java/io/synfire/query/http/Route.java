package io.synfire.query.http;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * All that can be executed, and who may have it executed: the one table that requests are authorised by and that they are routed by. HEAD is
 * as GET.
 */
@SuppressWarnings("ImmutableEnumChecker") // Its lists and sets are unmodifiable.
enum Route {
    PAGE("GET", "/", Role.NONE),
    STYLE("GET", "/explorer.css", Role.NONE),
    SCRIPT("GET", "/explorer.js", Role.NONE),
    CONTRACT("GET", "/openapi.yaml", Role.NONE),
    LIVE("GET", "/health/live", Role.NONE),
    READY("GET", "/health/ready", Role.NONE),
    METRICS("GET", "/metrics", Role.READ),
    STATUS("GET", "/v1/status", Role.READ),
    CONCEPTS("GET", "/v1/concepts", Role.READ),
    ASSOCIATIONS("GET", "/v1/concepts/{id}/associations", Role.READ),
    EXPLAIN("GET", "/v1/associations", Role.READ),
    TRENDING("GET", "/v1/trending", Role.READ),
    RECALL("GET", "/v1/recall", Role.READ),
    RECALL_BY_BODY("POST", "/v1/recall", Role.READ, Route.JSON, From.SAME_ORIGIN),
    EPISODES("POST", "/v1/episodes", Role.WRITE, Route.JSON_OR_LINES, From.SAME_ORIGIN),
    /** Writes into a directory that the caller names: who has no way to that directory by themselves gets none by this. */
    BACKUP("POST", "/v1/admin/backup", Role.ADMIN, Route.JSON, From.SAME_ORIGIN, From.SAME_MACHINE),
    REBUILD_STATUS("GET", "/v1/admin/rebuild", Role.ADMIN),
    REBUILD("POST", "/v1/admin/rebuild", Role.ADMIN, Route.JSON, From.SAME_ORIGIN),
    REBUILD_CANCEL("DELETE", "/v1/admin/rebuild", Role.ADMIN, "", From.SAME_ORIGIN);

    /** Where a request must come from. */
    enum From {
        /** From no page of another origin. */
        SAME_ORIGIN,
        /** From the machine that the server runs on. */
        SAME_MACHINE
    }

    static final String JSON = "application/json";
    static final String LINES = "application/x-ndjson";
    private static final String JSON_OR_LINES = JSON + " " + LINES;

    private final String method;
    private final String path;
    private final List<String> segments;
    private final Role role;
    private final Set<String> bodyTypes;
    private final Set<From> from;

    Route(String method, String path, Role role) {
        this(method, path, role, "");
    }

    Route(String method, String path, Role role, String bodyTypes, From... from) {
        this.method = method;
        this.path = path;
        this.segments = segments(path);
        this.role = role;
        this.bodyTypes = bodyTypes.isEmpty()
                ? Set.of()
                : Collections.unmodifiableSet(new TreeSet<>(Arrays.asList(bodyTypes.split(" ", -1))));
        this.from = Set.of(from);
    }

    /** What a method executes at a path, which is as it was sent; empty if nothing. */
    static Optional<Route> find(String method, String path) {
        String executed = method.equals("HEAD") ? "GET" : method;
        return at(path).stream().filter(route -> route.method.equals(executed)).findFirst();
    }

    /** All at a path, whatever the method. */
    static List<Route> at(String path) {
        List<String> sent = segments(path);
        return Arrays.stream(values()).filter(route -> route.matches(sent)).toList();
    }

    /** The methods that are taken at a path. */
    static Set<String> methodsAt(String path) {
        Set<String> methods = new TreeSet<>();
        for (Route route : at(path)) {
            methods.add(route.method);
            if (route.method.equals("GET")) {
                methods.add("HEAD");
            }
        }
        return methods;
    }

    /** Without the slash at the beginning, and without one at the end: a path may have it or not. */
    private static List<String> segments(String path) {
        String inner = path.startsWith("/") ? path.substring(1) : "/" + path;
        String bare = inner.endsWith("/") ? inner.substring(0, inner.length() - 1) : inner;
        return List.of(bare.split("/", -1));
    }

    private boolean matches(List<String> sent) {
        if (sent.size() != segments.size()) {
            return false;
        }
        for (int i = 0; i < sent.size(); i++) {
            String segment = segments.get(i);
            boolean isFree = segment.startsWith("{") && !sent.get(i).isEmpty();
            if (!isFree && !segment.equals(sent.get(i))) {
                return false;
            }
        }
        return true;
    }

    String method() {
        return method;
    }

    /** With the names of its parameters in braces. */
    String path() {
        return path;
    }

    /** The least role that may have it executed. */
    Role role() {
        return role;
    }

    boolean mustComeFrom(From where) {
        return from.contains(where);
    }

    /** The content types that its body may have; none if it takes no body. */
    Set<String> bodyTypes() {
        return bodyTypes;
    }

    /** Whether it holds no data and may be kept, if it is asked for again each time. */
    boolean isPage() {
        return this == PAGE || this == STYLE || this == SCRIPT || this == CONTRACT;
    }

    /** Whether supervisors ask for it, by whatever name they know the server. */
    boolean isProbe() {
        return this == LIVE || this == READY;
    }

    /** Whether it is answered at once, however many requests wait. */
    boolean isExempt() {
        return isPage() || isProbe() || this == METRICS;
    }
}
