package io.synfire.query.http;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Where every request passes before anything else is done for it: who calls, from where, and by which name. Paths are compared as they were
 * sent, so that none that is written in another way passes for one that is open. Thread-safe.
 *
 * <p>Pages of other origins: a browser sends along where a request comes from ({@code Sec-Fetch-Site}, {@code Origin}), and one that changes
 * anything must come from this server's own page. Where no tokens are asked for, the name that the browser believes to talk to
 * ({@code Host}) must be this server's, since a page may have its own name resolve to the loopback address (DNS rebinding).
 */
final class Gate extends Handler.Wrapper {

    /** The role that a request was let in with, for routes that need more than others. */
    static final String ROLE = "io.synfire.query.http.role";

    /** What holds no data. */
    private static final Set<String> PAGES = Set.of("/", "/explorer.css", "/explorer.js", "/openapi.yaml");

    private static final Set<String> PROBES = Set.of("/health/live", "/health/ready");
    private static final String BEARER = "bearer ";

    private final @Nullable Supplier<Tokens> tokens;
    private final @Nullable Hosts hosts;
    private final Refusals refusals;
    private final Problems problems;

    /** With current tokens, or without any; with the names it may be called by, or null if any will do. */
    Gate(@Nullable Supplier<Tokens> tokens, @Nullable Hosts hosts, Refusals refusals, Problems problems) {
        this.tokens = tokens;
        this.hosts = hosts;
        this.refusals = refusals;
        this.problems = problems;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = request.getHttpURI().getPath();
        String sent = path == null ? "" : path;
        Headers.put(response, PAGES.contains(sent));
        if (PROBES.contains(sent)) {
            return super.handle(request, response, callback);
        }
        HttpFields headers = request.getHeaders();
        String host = headers.get(HttpHeader.HOST);
        if (hosts != null && host != null && !hosts.isKnown(host)) {
            return deny(
                    Refusal.HOST,
                    "this server is not called so, http.hosts may name others: Host=" + host,
                    request,
                    response,
                    callback);
        }
        boolean isRead = isRead(request.getMethod());
        if (!isRead && !isSameSite(headers, host)) {
            return deny(Refusal.CROSS_SITE, "pages of other origins may not send this", request, response, callback);
        }
        if (PAGES.contains(sent)) {
            return super.handle(request, response, callback);
        }
        Role role = role(request, headers);
        if (role == null) {
            return deny(
                    Refusal.UNAUTHENTICATED,
                    "a known token must be given: Authorization: Bearer TOKEN",
                    request,
                    response,
                    callback);
        }
        Role needed = isRead || sent.equals("/v1/recall") ? Role.READ : Role.WRITE;
        if (!role.mayDo(needed)) {
            return deny(
                    Refusal.FORBIDDEN,
                    "this takes a token of another role: needed=" + needed + " role=" + role,
                    request,
                    response,
                    callback);
        }
        request.setAttribute(ROLE, role);
        return super.handle(request, response, callback);
    }

    /** What must be answered at once, however many wait. */
    static boolean isExempt(Request request) {
        String path = request.getHttpURI().getPath();
        return path != null && (PROBES.contains(path) || PAGES.contains(path) || path.equals("/metrics"));
    }

    private static boolean isRead(String method) {
        return method.equals("GET") || method.equals("HEAD") || method.equals("OPTIONS");
    }

    /** Whether it does not come from a page, or from one of this server. */
    private static boolean isSameSite(HttpFields headers, @Nullable String host) {
        String site = headers.get("Sec-Fetch-Site");
        if (site != null) {
            return site.equals("same-origin") || site.equals("none");
        }
        String origin = headers.get(HttpHeader.ORIGIN);
        if (origin == null) {
            return true;
        }
        // Behind a proxy the scheme may be another one.
        int authority = origin.indexOf("://");
        return authority > 0 && origin.substring(authority + 3).equalsIgnoreCase(host);
    }

    private @Nullable Role role(Request request, HttpFields headers) {
        if (tokens == null) {
            return isFromThisMachine(request) ? Role.ADMIN : Role.WRITE;
        }
        String authorization = headers.get(HttpHeader.AUTHORIZATION);
        if (authorization == null
                || authorization.length() <= BEARER.length()
                || !authorization
                        .substring(0, BEARER.length())
                        .toLowerCase(Locale.ROOT)
                        .equals(BEARER)) {
            return null;
        }
        return tokens.get().roleOf(authorization.substring(BEARER.length()).strip());
    }

    private static boolean isFromThisMachine(Request request) {
        SocketAddress remote = request.getConnectionMetaData().getRemoteSocketAddress();
        return remote instanceof InetSocketAddress internet
                && internet.getAddress() != null
                && internet.getAddress().isLoopbackAddress();
    }

    private boolean deny(Refusal refusal, String detail, Request request, Response response, Callback callback) {
        refusals.denied(refusal, Request.getRemoteAddr(request));
        problems.send(response, callback, refusal.status(), detail);
        return true;
    }
}
