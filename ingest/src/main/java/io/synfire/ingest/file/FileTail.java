package io.synfire.ingest.file;

import io.synfire.engine.event.Position;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.replay.Tail;
import java.io.IOException;
import java.util.List;
import java.util.function.LongConsumer;

/** Finds what happened after a moment in the files that a memory was learned from, and in what was appended to them since. */
public final class FileTail {

    private FileTail() {}

    /**
     * Reads the files.
     *
     * @param positions what was learned; those that are no files are passed over
     * @param settings which entries are learned
     * @param decoding how lines become entries
     * @param tail takes what is read
     * @param progress told how many records were read, now and then
     * @throws IOException if a file cannot be read any more
     */
    public static void read(
            List<Position> positions, LearningSettings settings, Decoding decoding, Tail tail, LongConsumer progress)
            throws IOException {
        List<Position> whole = positions.stream()
                .filter(LearnedFiles::isFile)
                .map(position -> new Position(position.source(), position.sourceId(), 0, Long.MAX_VALUE, -1))
                .toList();
        long[] records = {0};
        new LearnedFiles(whole, settings, decoding.mapping(), decoding.limits()).scan((position, record, entry) -> {
            tail.take(entry);
            progress.accept(++records[0]);
        });
    }
}
