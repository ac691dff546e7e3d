package io.synfire.query.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts requests that were refused, and logs those that were not let in: one of them every ten seconds, so that whoever knocks cannot fill
 * the disk. What was presented is never logged. Thread-safe.
 */
final class Refusals {

    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
    private static final long PAUSE_NANOS = 10_000_000_000L;

    private final Map<Refusal, Counter> counters = new EnumMap<>(Refusal.class);
    private final LongSupplier nanos;
    private final AtomicLong nextLogNanos;

    Refusals(MeterRegistry meters, LongSupplier nanos) {
        this.nanos = nanos;
        this.nextLogNanos = new AtomicLong(nanos.getAsLong());
        for (Refusal refusal : Refusal.values()) {
            counters.put(
                    refusal,
                    Counter.builder("synfire.http.denied")
                            .description("Requests that were refused")
                            .tag("reason", refusal.toString())
                            .register(meters));
        }
    }

    void count(Refusal refusal) {
        Counter counter = counters.get(refusal);
        if (counter == null) {
            throw new IllegalStateException("a refusal must have a counter: refusal=" + refusal);
        }
        counter.increment();
    }

    /** Counts one that was not let in. */
    void denied(Refusal refusal, String remote) {
        count(refusal);
        long now = nanos.getAsLong();
        long next = nextLogNanos.get();
        if (now - next >= 0 && nextLogNanos.compareAndSet(next, now + PAUSE_NANOS)) {
            LOG.warn(
                    "a request was denied, others may follow unsaid (synfire_http_denied_total counts them): reason={} from={}",
                    refusal,
                    remote);
        }
    }
}
