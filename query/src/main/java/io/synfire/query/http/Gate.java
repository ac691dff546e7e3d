package io.synfire.query.http;

import io.javalin.http.Context;
import io.synfire.query.http.Route.From;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
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
 * Where every request passes before anything else is done for it: it finds the {@link Route} that will be executed, and asks what that route
 * asks of who calls and from where. What has no route ends here. Paths are compared as they were sent, so that none that is written in another
 * way passes for one that is open. Thread-safe.
 *
 * <p>Overriding the method, by a header or a parameter, is refused: what would be authorised is then not what would be executed.
 *
 * <p>Pages of other origins: a browser sends along where a request comes from ({@code Sec-Fetch-Site}, {@code Origin}), and one that changes
 * anything must come from this server's own page. Where no tokens are asked for, the name that the browser believes to talk to
 * ({@code Host}) must be this server's, since a page may have its own name resolve to the loopback address (DNS rebinding).
 */
final class Gate extends Handler.Wrapper {

    /** The {@link Route} that a request was let in for. */
    static final String ROUTE = "io.synfire.query.http.route";

    private static final String ROLE = "io.synfire.query.http.role";

    private static final List<String> OVERRIDES =
            List.of("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method");
    private static final String OVERRIDE_PARAMETER = "_method";
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

    /** What whoever sent a request may do. */
    static Role roleOf(Context context) {
        return context.attribute(ROLE) instanceof Role role ? role : Role.NONE;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = request.getHttpURI().getPath();
        String sent = path == null ? "" : path;
        Route route = Route.find(request.getMethod(), sent).orElse(null);
        Headers.put(response, route != null && route.isPage());
        Refused refused = refusal(request, sent, route);
        if (refused != null) {
            return refuse(refused, request, response, callback);
        }
        if (route == null) {
            return refuseUnrouted(sent, request, response, callback);
        }
        request.setAttribute(ROUTE, route);
        request.setAttribute(ROLE, role(request));
        return super.handle(request, response, callback);
    }

    /** Why a request is not let in. */
    private record Refused(Refusal refusal, String detail) {}

    private @Nullable Refused refusal(Request request, String path, @Nullable Route route) {
        HttpFields headers = request.getHeaders();
        if (overridesMethod(request)) {
            return new Refused(
                    Refusal.OVERRIDE,
                    "a method must not be overridden, send the one that is meant: method=" + request.getMethod());
        }
        boolean isProbe = route != null && route.isProbe();
        if (!isProbe && !isKnownHost(headers)) {
            return new Refused(
                    Refusal.HOST,
                    "this server is not called so, http.hosts may name others: Host=" + headers.get(HttpHeader.HOST));
        }
        Role role = role(request);
        boolean isOpen = Route.at(path).stream().anyMatch(any -> any.role() == Role.NONE);
        if (role == Role.NONE && !isOpen) {
            return new Refused(Refusal.UNAUTHENTICATED, "a known token must be given: Authorization: Bearer TOKEN");
        }
        return route == null ? null : refusal(request, route, role);
    }

    /** Whether it may have a route executed. */
    private static @Nullable Refused refusal(Request request, Route route, Role role) {
        if (route.mustComeFrom(From.SAME_ORIGIN) && !isSameOrigin(request.getHeaders())) {
            return new Refused(Refusal.CROSS_SITE, "pages of other origins may not send this");
        }
        if (!role.mayDo(route.role())) {
            return new Refused(
                    Refusal.FORBIDDEN,
                    "this takes another role (without tokens, that of an admin is for this machine): needed="
                            + route.role() + " role=" + role);
        }
        if (route.mustComeFrom(From.SAME_MACHINE) && !isFromThisMachine(request)) {
            return new Refused(Refusal.FORBIDDEN, "this must be asked for on the machine that the server runs on");
        }
        return null;
    }

    private static boolean overridesMethod(Request request) {
        if (OVERRIDES.stream().anyMatch(request.getHeaders()::contains)) {
            return true;
        }
        String query = request.getHttpURI().getQuery();
        return query != null
                && List.of(query.split("&", -1)).stream()
                        .anyMatch(part -> part.split("=", 2)[0].equalsIgnoreCase(OVERRIDE_PARAMETER));
    }

    private boolean isKnownHost(HttpFields headers) {
        String host = headers.get(HttpHeader.HOST);
        return hosts == null || host == null || hosts.isKnown(host);
    }

    /** Whether it does not come from a page, or from one of this server. */
    private static boolean isSameOrigin(HttpFields headers) {
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
        return authority > 0 && origin.substring(authority + 3).equalsIgnoreCase(headers.get(HttpHeader.HOST));
    }

    private Role role(Request request) {
        if (!isKnownHost(request.getHeaders())) {
            return Role.NONE;
        }
        if (tokens == null) {
            return isFromThisMachine(request) ? Role.ADMIN : Role.WRITE;
        }
        String authorization = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        if (authorization == null || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return Role.NONE;
        }
        return tokens.get().roleOf(authorization.substring(BEARER.length()).strip());
    }

    private static boolean isFromThisMachine(Request request) {
        SocketAddress remote = request.getConnectionMetaData().getRemoteSocketAddress();
        return remote instanceof InetSocketAddress internet
                && internet.getAddress() != null
                && internet.getAddress().isLoopbackAddress();
    }

    private boolean refuse(Refused refused, Request request, Response response, Callback callback) {
        refusals.denied(refused.refusal(), Request.getRemoteAddr(request));
        problems.send(request, response, callback, refused.refusal().status(), refused.detail());
        return true;
    }

    private boolean refuseUnrouted(String path, Request request, Response response, Callback callback) {
        Set<String> allowed = Route.methodsAt(path);
        if (allowed.isEmpty()) {
            problems.send(
                    request,
                    response,
                    callback,
                    404,
                    "there is nothing at this path, /openapi.yaml lists all: path=" + path);
        } else {
            response.getHeaders().put(HttpHeader.ALLOW, String.join(", ", allowed));
            problems.send(request, response, callback, 405, "this path takes other methods: methods=" + allowed);
        }
        return true;
    }
}
