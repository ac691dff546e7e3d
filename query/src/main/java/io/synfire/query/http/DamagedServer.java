package io.synfire.query.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/**
 * What is served where the store cannot be opened: it is alive, it is not ready, and every question is answered with what is the
 * matter and what helps. So an operator who asks is told, and nothing restarts it in vain. Thread-safe.
 */
public final class DamagedServer implements AutoCloseable {

    private final String detail;
    private final PrometheusMeterRegistry meters;
    private final Problems problems;
    private final Listener listener;

    /**
     * A server, not yet started.
     *
     * @param options where it listens, and to whom
     * @param detail what is the matter
     * @param meters what {@code /metrics} shows
     */
    public DamagedServer(HttpOptions options, String detail, PrometheusMeterRegistry meters) {
        this.detail = detail;
        this.meters = meters;
        Refusals refusals = new Refusals(meters, System::nanoTime);
        this.problems = new Problems(refusals, new LingeringClose(options.limits(), System::nanoTime));
        this.listener = new Listener(options, new Transport(options, meters, refusals, problems), this::configure);
    }

    /**
     * Starts listening.
     *
     * @throws IllegalStateException if the port is taken
     */
    public void start() {
        listener.start();
    }

    /**
     * The port it listens on.
     *
     * @return the port, also where 0 was asked for
     */
    public int port() {
        return listener.port();
    }

    /** Stops. Idempotent. */
    @Override
    public void close() {
        listener.close();
    }

    private void configure(JavalinConfig config) {
        Routing routing = new Routing();
        routing.put(Route.LIVE, context -> context.contentType("text/plain").result("live"));
        routing.put(Route.METRICS, context -> context.contentType("text/plain; version=0.0.4; charset=utf-8")
                .result(meters.scrape()));
        routing.putOthers(this::problem);
        routing.register(config);
    }

    /** What is the matter names files: it is for those who may ask. */
    private void problem(Context context) {
        boolean mayAsk = Gate.roleOf(context).mayDo(Role.READ);
        problems.answer(context, HttpStatus.SERVICE_UNAVAILABLE, mayAsk ? detail : "the store cannot be opened");
    }
}
