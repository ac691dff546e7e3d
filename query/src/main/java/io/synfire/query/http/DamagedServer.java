package io.synfire.query.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.synfire.query.answer.AnswerJson;

/**
 * What is served where the store cannot be opened: it is alive, it is not ready, and every question is answered with what is the
 * matter and what helps. So an operator who asks is told, and nothing restarts it in vain. Thread-safe.
 */
public final class DamagedServer implements AutoCloseable {

    private static final String PROBLEM = "application/problem+json";

    private final HttpServer.Address address;
    private final String detail;
    private final PrometheusMeterRegistry meters;
    private final AnswerJson json = new AnswerJson();
    private final Javalin javalin;

    /**
     * A server, not yet started.
     *
     * @param address where it listens
     * @param detail what is the matter
     * @param meters what {@code /metrics} shows
     */
    public DamagedServer(HttpServer.Address address, String detail, PrometheusMeterRegistry meters) {
        this.address = address;
        this.detail = detail;
        this.meters = meters;
        this.javalin = Javalin.create(this::configure);
    }

    /**
     * Starts listening.
     *
     * @throws IllegalStateException if the port is taken
     */
    public void start() {
        try {
            javalin.start(address.host(), address.port());
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "HTTP cannot listen, set another http.port: http.host=" + address.host() + " http.port="
                            + address.port(),
                    e);
        }
    }

    /**
     * The port it listens on.
     *
     * @return the port, also where 0 was asked for
     */
    public int port() {
        return javalin.port();
    }

    /** Stops. Idempotent. */
    @Override
    public void close() {
        javalin.stop();
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.routes.get(
                "/health/live", context -> context.contentType("text/plain").result("live"));
        config.routes.get("/metrics", context -> context.contentType("text/plain; version=0.0.4; charset=utf-8")
                .result(meters.scrape()));
        config.routes.get("/health/ready", this::problem);
        config.routes.get("/v1/*", this::problem);
        config.routes.post("/v1/*", this::problem);
        config.routes.get("/", this::problem);
    }

    private void problem(Context context) {
        HttpStatus status = HttpStatus.SERVICE_UNAVAILABLE;
        context.status(status);
        context.result(json.ofProblem(status.getCode(), status.getMessage(), detail));
        // JSON is UTF-8 by itself (RFC 8259): the type has no parameter.
        context.res().setCharacterEncoding(null);
        context.contentType(PROBLEM);
    }
}
