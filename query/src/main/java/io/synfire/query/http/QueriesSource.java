package io.synfire.query.http;

import io.synfire.query.recall.Queries;
import java.util.function.Function;

/**
 * The memory that answers now. Another may take its place at any time: a question is answered by one of them alone, and none is closed
 * while it answers. Thread-safe.
 */
public interface QueriesSource {

    /**
     * Asks.
     *
     * @param question what is asked; all of it goes to the same memory
     * @param <T> the answer's type
     * @return its answer
     */
    <T> T ask(Function<Queries, T> question);

    /**
     * A memory whose place no other takes.
     *
     * @param queries what answers
     * @return the source
     */
    static QueriesSource of(Queries queries) {
        return new QueriesSource() {
            @Override
            public <T> T ask(Function<Queries, T> question) {
                return question.apply(queries);
            }
        };
    }
}
