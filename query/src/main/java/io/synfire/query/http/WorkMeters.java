package io.synfire.query.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.synfire.query.recall.Answers;

/** Counts what questions read, so that budgets can be set by what is seen. Thread-safe. */
final class WorkMeters {

    private final DistributionSummary associations;
    private final Counter skipped;

    WorkMeters(MeterRegistry meters) {
        this.associations = DistributionSummary.builder("synfire.query.associations")
                .description("Associations read for one question")
                .publishPercentiles(0.5, 0.99)
                .register(meters);
        this.skipped = Counter.builder("synfire.query.rows.skipped")
                .description(
                        "Concepts whose associations were left out, since a question's budget was used up or they are hubs")
                .register(meters);
    }

    void count(Answers.Work work) {
        associations.record(work.associations());
        skipped.increment(work.skipped());
    }
}
