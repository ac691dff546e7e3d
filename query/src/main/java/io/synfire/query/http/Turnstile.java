package io.synfire.query.http;

import java.time.Duration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.QoSHandler;
import org.eclipse.jetty.util.Callback;

/**
 * Lets so many requests through at a time; so many others wait for their turn, holding no thread; the rest are refused at once. Probes,
 * metrics and pages pass by, so that a server that has much to do is not taken for a dead one. Thread-safe.
 */
final class Turnstile extends QoSHandler {

    private final Refusals refusals;
    private final Problems problems;

    Turnstile(int concurrentMax, int waitingMax, Duration waitMax, Refusals refusals, Problems problems) {
        this.refusals = refusals;
        this.problems = problems;
        setMaxRequestCount(concurrentMax);
        setMaxSuspendedRequestCount(waitingMax);
        setMaxSuspend(waitMax);
        exclude(request -> request.getAttribute(Gate.ROUTE) instanceof Route route && route.isExempt());
    }

    @Override
    protected void reject(Request request, Response response, Callback callback, int status) {
        refuse(request, response, callback);
    }

    @Override
    protected void failSuspended(Request request, Response response, Callback callback, int status, Throwable failure) {
        refuse(request, response, callback);
    }

    private void refuse(Request request, Response response, Callback callback) {
        refusals.count(Refusal.BUSY);
        problems.send(
                request,
                response,
                callback,
                Refusal.BUSY.status(),
                "too many requests are waiting, try again in a second");
    }
}
