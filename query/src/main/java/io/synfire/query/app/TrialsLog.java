package io.synfire.query.app;

import io.synfire.engine.Engine;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the log when the measures of a memory come to count something else: the same question is answered otherwise from then on. */
final class TrialsLog {

    private static final Logger LOG = LoggerFactory.getLogger(TrialsLog.class);

    private TrialsLog() {}

    /** Watches a memory that learns. */
    static void watch(Engine engine, Path store) {
        engine.onTrialsChange(trials -> LOG.info(
                "measures count {} as trials from now on ({}): store={}", trials.unit(), trials.reason(), store));
    }
}
