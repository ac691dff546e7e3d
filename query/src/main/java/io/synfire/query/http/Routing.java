package io.synfire.query.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.util.EnumMap;
import java.util.Map;

/** What each {@link Route} executes. Put together by one thread, then registered. */
final class Routing {

    private final Map<Route, Handler> handlers = new EnumMap<>(Route.class);

    void put(Route route, Handler handler) {
        if (handlers.put(route, handler) != null) {
            throw new IllegalStateException("a route must have one handler: route=" + route);
        }
    }

    /** Those that have no handler yet. */
    void putOthers(Handler handler) {
        for (Route route : Route.values()) {
            handlers.putIfAbsent(route, handler);
        }
    }

    void register(JavalinConfig config) {
        for (Route route : Route.values()) {
            Handler handler = handlers.get(route);
            if (handler == null) {
                throw new IllegalStateException("a route must have a handler: route=" + route);
            }
            Handler authorised = authorised(route, handler);
            config.routes.addHttpHandler(HandlerType.findOrCreate(route.method()), route.path(), authorised);
            if (route.method().equals("GET")) {
                config.routes.addHttpHandler(HandlerType.HEAD, route.path(), authorised);
            }
        }
    }

    /** What is executed must be what was let in: two who look for a route might find two. */
    private static Handler authorised(Route route, Handler handler) {
        return context -> {
            if (context.attribute(Gate.ROUTE) != route) {
                throw new IllegalStateException("a request must be let in for what it executes: executed=" + route
                        + " let-in=" + context.attribute(Gate.ROUTE));
            }
            handler.handle(context);
        };
    }
}
