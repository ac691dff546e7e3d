package io.synfire.ingest.file;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.Admission;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.SourceTime;
import io.synfire.ingest.codec.FieldMapping;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.Origin;
import io.synfire.ingest.codec.RecordLimits;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files that a memory was learned from, read again as far as they were learned. Records without {@code at} are found at the time they
 * were learned at if each file was learned in one go.
 */
final class LearnedFiles {

    private static final String FILE = "file:";

    private final List<Position> positions;
    private final JsonEpisodeCodec codec;
    private final Admission admission;

    /** Takes what was learned, in the order of the file. */
    interface Visitor {
        void entry(Position position, long record, Entry entry);
    }

    LearnedFiles(
            List<Position> positions, LearningSettings settings, @Nullable FieldMapping mapping, RecordLimits limits) {
        this.positions = positions.stream().filter(LearnedFiles::isFile).toList();
        this.codec = new JsonEpisodeCodec(mapping, limits);
        this.admission = new Admission(settings);
    }

    static boolean isFile(Position position) {
        return position.source().startsWith(FILE);
    }

    static Path path(Position position) {
        return Path.of(position.source().substring(FILE.length()));
    }

    static String source(Path file) {
        return FILE + file.toAbsolutePath().normalize();
    }

    /** How far each file was learned. */
    List<Position> positions() {
        return positions;
    }

    /** Reads all of them, one after the other. */
    void scan(Visitor visitor) throws IOException {
        long watermarkMs = 0;
        for (Position position : positions) {
            watermarkMs = scan(position, watermarkMs, visitor);
        }
    }

    private long scan(Position position, long watermarkMs, Visitor visitor) throws IOException {
        long latestMs = watermarkMs;
        try (InputStream input = new BufferedInputStream(Files.newInputStream(path(position)))) {
            LineReader lines = new LineReader(EpisodeFile.unpacked(input), EpisodeFile.LINE_BYTES_MAX);
            for (long record = 0; record < position.nextOffset(); record++) {
                byte[] line = lines.next();
                if (line == null) {
                    break;
                }
                Entry entry = lines.wasTooLong() || EpisodeFile.isBlank(line) ? null : admitted(line, latestMs);
                if (entry != null) {
                    visitor.entry(position, record, entry);
                    if (entry instanceof Episode episode) {
                        latestMs = Math.max(latestMs, episode.atMs());
                    }
                }
            }
        }
        return latestMs;
    }

    /** What was learned of a line; null if it is a dead letter. */
    private @Nullable Entry admitted(byte[] line, long watermarkMs) {
        try {
            Entry entry = codec.decode(line, Origin.at(watermarkMs));
            return admission.refusal(entry, SourceTime.unknown()).isPresent() ? null : entry;
        } catch (MalformedRecordException e) {
            return null;
        }
    }
}
