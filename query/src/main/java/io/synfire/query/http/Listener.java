package io.synfire.query.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import java.util.function.Consumer;

/** Routes behind a port: started once, closed once. Thread-safe. */
final class Listener implements AutoCloseable {

    private final HttpOptions options;
    private final Transport transport;
    private final Javalin javalin;

    /** Not yet started; {@code routes} is called once. */
    Listener(HttpOptions options, Transport transport, Consumer<JavalinConfig> routes) {
        this.options = options;
        this.transport = transport;
        this.javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.startup.showOldJavalinVersionWarning = false;
            transport.configure(config);
            routes.accept(config);
        });
    }

    void start() {
        try {
            javalin.start();
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "HTTP cannot listen, set another http.port: http.host=" + options.host() + " http.port="
                            + options.port(),
                    e);
        }
    }

    int port() {
        return javalin.port();
    }

    /** Where it answers, without a path. */
    String url() {
        boolean isIpv6 = options.host().indexOf(':') >= 0;
        String host = isIpv6 ? "[" + options.host() + "]" : options.host();
        return transport.scheme() + "://" + host + ":" + port();
    }

    /** Answers what is under way and stops. Idempotent. */
    @Override
    public void close() {
        javalin.stop();
        transport.close();
    }
}
