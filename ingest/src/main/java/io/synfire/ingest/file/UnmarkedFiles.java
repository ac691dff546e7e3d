package io.synfire.ingest.file;

import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.codec.FieldMapping;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.replay.Missing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Files whose positions say no more than a number of records, as those of stores of format 4 do. What lies there now is taken for what was
 * learned, one file after the other, and gets a mark. One thread at a time.
 */
public final class UnmarkedFiles {

    private static final int STRETCH_RECORDS = 2_000;

    private final LineDecoder decoder;
    private final long startMs;
    private final List<Position> goal = new ArrayList<>();
    private final List<Stretch> stretches = new ArrayList<>();
    private final List<Missing> missing = new ArrayList<>();

    /**
     * Marks what there is.
     *
     * @param positions how far each source was learned; those that are marked, or no files, are left as they are
     * @param settings by which the files are to be learned again
     * @param mapping where foreign JSON keeps things, or null for Synfire's own form
     * @param limits what a line may be at most
     * @param startMs when the files begin to be learned again, milliseconds since the epoch: what their times are held against
     * @throws IOException if a file that is there cannot be read
     */
    public UnmarkedFiles(
            List<Position> positions,
            LearningSettings settings,
            @Nullable FieldMapping mapping,
            RecordLimits limits,
            long startMs)
            throws IOException {
        this.decoder = new LineDecoder(settings, mapping, limits);
        this.startMs = startMs;
        for (Position position : positions) {
            if (isUnmarked(position)) {
                mark(position);
            } else {
                goal.add(position);
            }
        }
    }

    /**
     * Whether a position is of a file and does not say what was learned of it.
     *
     * @param position the position
     * @return true if it is
     */
    public static boolean isUnmarked(Position position) {
        return Known.isFile(position) && position.content().isEmpty();
    }

    /**
     * How far each source is to be learned.
     *
     * @return the positions, all marked; without files that are gone
     */
    public List<Position> goal() {
        return List.copyOf(goal);
    }

    /**
     * What of the files there is to learn.
     *
     * @return stretches, in the order of the files
     */
    public List<Stretch> stretches() {
        return List.copyOf(stretches);
    }

    /**
     * What is not there any more.
     *
     * @return ranges, in the order of the files
     */
    public List<Missing> missing() {
        return List.copyOf(missing);
    }

    private void mark(Position position) throws IOException {
        Path path = Known.path(position);
        long records = Files.isReadable(path) ? read(path, position) : 0;
        if (records < position.nextOffset()) {
            missing.add(new Missing(position.source(), 0, records, position.nextOffset()));
        }
    }

    private long read(Path path, Position position) throws IOException {
        String id = Known.nextId(goal, startMs);
        long elseMs = ModifiedTime.ofFile(path, startMs);
        RecordTimes times = new RecordTimes(-1, elseMs);
        try (Unpacked content = Unpacked.open(path)) {
            LineReader lines = new LineReader(content.stream(), LineDecoder.LINE_BYTES_MAX, Fingerprint.empty());
            boolean isEnded = true;
            long from = 0;
            long latestMs = -1;
            long next = 0;
            for (byte[] line = next(lines, next, position); line != null; line = next(lines, next, position)) {
                said(LineRecord.of(line, lines.wasTooLong(), position.source(), id, next, times), times);
                isEnded = lines.wasEnded();
                next++;
                if (next - from == STRETCH_RECORDS) {
                    stretches.add(new Stretch(id, from, next, startMs, elseMs, latestMs, List.of()));
                    from = next;
                    latestMs = times.latestMs();
                }
            }
            if (next > from) {
                stretches.add(new Stretch(id, from, next, startMs, elseMs, latestMs, List.of()));
            }
            if (next > 0) {
                FileMark mark = FileMark.of(lines.fingerprint(), isEnded, times.latestMs(), false);
                goal.add(new Position(position.source(), id, 0, next, -1, mark.toText()));
            }
            return next;
        } catch (IOException e) {
            throw Reasons.reading(path, e);
        }
    }

    private static byte @Nullable [] next(LineReader lines, long record, Position position) throws IOException {
        return record < position.nextOffset() ? lines.next() : null;
    }

    private void said(LineRecord record, RecordTimes times) {
        try {
            decoder.learned(record, decoder.entry(record, startMs), times);
        } catch (MalformedRecordException saysNothing) {
            // Nor is it learned.
        }
    }
}
