package io.synfire.query.app.bench;

import io.synfire.query.answer.BenchAnswer.Contender;
import java.io.IOException;
import java.nio.file.Path;

/** One way to do the work; it leaves nothing running. */
interface BenchContender {

    /** Its name in the answer. */
    String name();

    /**
     * Reads a topic from its beginning and does the work.
     *
     * @param topic what to read
     * @param directory an empty one of its own
     * @param capSeconds when to stop though it is not done; those that take no cap go on
     * @param progress shows how far it is
     * @return what it did
     * @throws IOException if it cannot write
     */
    Contender run(BenchTopic topic, Path directory, double capSeconds, Progress progress) throws IOException;
}
