package io.synfire.ingest.file;

import com.github.luben.zstd.ZstdInputStream;
import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.Refusal;
import io.synfire.engine.learn.SourceTime;
import io.synfire.ingest.codec.FieldMapping;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.Origin;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.room.RoomWatch;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Learns files of JSON lines, each line exactly once: what was learned of a file before is passed over, by its record number. Plain,
 * gzip and zstd are told apart by their first bytes. One thread at a time, which is the engine's writer.
 *
 * <p>A line without {@code at} happens at the watermark so far. A file has no record timestamps, so {@code max-ahead} does not apply.
 * Blank lines are records that say nothing. Where the disk is full it waits until there is room, and goes on.
 */
public final class EpisodeFile {

    /** The longest line, 16 MiB; a longer one is a dead letter. */
    public static final int LINE_BYTES_MAX = 16 << 20;

    /** All files are one log, in the order in which they are learned: a context may go on from one to the next. */
    static final String PARTITION = "";

    static final int BATCH_EPISODES = 2_000;
    static final long BATCH_BYTES = 4L << 20;

    private final Engine engine;
    private final Path deadLetters;
    private final JsonEpisodeCodec codec;
    private final RoomWatch room = new RoomWatch();

    /**
     * What became of one file.
     *
     * @param records lines read now
     * @param episodes of these, how many were learned
     * @param duplicates of these, how many were passed over since their event id was known
     * @param rejected of these, how many went to the dead letters
     * @param learnedBefore lines passed over, since they were learned before
     */
    public record Summary(long records, long episodes, long duplicates, long rejected, long learnedBefore) {}

    /** One batch in the making. */
    private static final class Gathered {
        final List<Entry> entries = new ArrayList<>();
        long bytes;
        long rejected;

        /** Of all batches so far. */
        long episodes;

        long nextRecord;

        /** The watermark as if all of this were applied: batches must not show. */
        long watermarkMs;
    }

    /**
     * Learns files into an engine.
     *
     * @param engine what learns
     * @param deadLetters the file that rejected lines are appended to
     * @param mapping where foreign JSON keeps things, or null for Synfire's own form
     */
    public EpisodeFile(Engine engine, Path deadLetters, @Nullable FieldMapping mapping) {
        this(engine, deadLetters, mapping, RecordLimits.DEFAULTS);
    }

    /**
     * Learns files into an engine, under limits of its own.
     *
     * @param engine what learns
     * @param deadLetters the file that rejected lines are appended to
     * @param mapping where foreign JSON keeps things, or null for Synfire's own form
     * @param limits what a line may be at most; {@link #LINE_BYTES_MAX} in any case
     */
    public EpisodeFile(Engine engine, Path deadLetters, @Nullable FieldMapping mapping, RecordLimits limits) {
        this.codec = new JsonEpisodeCodec(mapping, limits);
        this.engine = engine;
        this.deadLetters = deadLetters;
    }

    /**
     * Learns a file, from where it was left.
     *
     * @param file the file
     * @param progress told the number of lines read, now and then
     * @return what became of it
     * @throws IOException if it cannot be read to its end; what was read until then is learned
     */
    public Summary learn(Path file, LongConsumer progress) throws IOException {
        String source = LearnedFiles.source(file);
        long from = engine.positions().stream()
                .filter(position -> position.source().equals(source))
                .mapToLong(Position::nextOffset)
                .findFirst()
                .orElse(0);
        try (InputStream input = Files.newInputStream(file)) {
            return learn(input, source, from, true, progress);
        }
    }

    /**
     * Learns a stream, such as the standard input, which has no position.
     *
     * @param input the stream
     * @param name what the dead letters call it
     * @param progress told the number of lines read, now and then
     * @return what became of it
     * @throws IOException if it cannot be read to its end; what was read until then is learned
     */
    public Summary learn(InputStream input, String name, LongConsumer progress) throws IOException {
        return learn(input, name, 0, false, progress);
    }

    private Summary learn(InputStream raw, String source, long from, boolean positioned, LongConsumer progress)
            throws IOException {
        long rejected = 0;
        long duplicatesBefore = engine.view().counts().duplicates();
        Gathered gathered = new Gathered();
        gathered.watermarkMs = engine.view().watermarkMs();
        try (DeadLetterFile dead = new DeadLetterFile(deadLetters)) {
            LineReader lines = new LineReader(unpacked(raw), LINE_BYTES_MAX);
            try {
                for (byte[] line = lines.next(); line != null; line = lines.next()) {
                    if (gathered.nextRecord++ >= from) {
                        gather(gathered, line, lines.wasTooLong(), source, dead);
                    }
                    if (gathered.entries.size() >= BATCH_EPISODES || gathered.bytes >= BATCH_BYTES) {
                        rejected += gathered.rejected;
                        apply(gathered, dead, source, positioned);
                        progress.accept(gathered.nextRecord);
                    }
                }
            } finally {
                // Also when the file ends too early: what was read is learned, and the next time starts behind it.
                rejected += gathered.rejected;
                if (gathered.nextRecord > from) {
                    apply(gathered, dead, source, positioned);
                }
                room.untilThereIsRoom(engine, engine::checkpoint);
            }
        }
        long passed = Math.min(from, gathered.nextRecord);
        long duplicates = engine.view().counts().duplicates() - duplicatesBefore;
        return new Summary(gathered.nextRecord - passed, gathered.episodes - duplicates, duplicates, rejected, passed);
    }

    private void gather(Gathered gathered, byte[] line, boolean tooLong, String source, DeadLetterFile dead)
            throws IOException {
        gathered.bytes += line.length;
        if (isBlank(line)) {
            return;
        }
        try {
            if (tooLong) {
                throw new MalformedRecordException(
                        "a line must be at most " + LINE_BYTES_MAX + " bytes: bytes=more", null);
            }
            Entry entry = codec.decode(line, Origin.at(gathered.watermarkMs));
            Optional<Refusal> refusal = engine.refusal(entry, SourceTime.unknown());
            if (refusal.isPresent()) {
                throw MalformedRecordException.of(refusal.get());
            }
            gathered.entries.add(entry);
            if (entry instanceof Episode episode) {
                gathered.episodes++;
                gathered.watermarkMs = Math.max(gathered.watermarkMs, episode.atMs());
            }
        } catch (MalformedRecordException e) {
            dead.add(source, gathered.nextRecord - 1, String.valueOf(e.getMessage()), line);
            gathered.rejected++;
        }
    }

    private void apply(Gathered gathered, DeadLetterFile dead, String source, boolean positioned) throws IOException {
        dead.force();
        List<Position> positions =
                positioned ? List.of(new Position(source, "", 0, gathered.nextRecord, -1)) : List.of();
        Batch batch = new Batch(PARTITION, gathered.entries, positions, gathered.rejected);
        room.untilThereIsRoom(engine, () -> engine.apply(batch));
        gathered.entries.clear();
        gathered.bytes = 0;
        gathered.rejected = 0;
    }

    static InputStream unpacked(InputStream raw) throws IOException {
        BufferedInputStream input = new BufferedInputStream(raw, 1 << 16);
        input.mark(4);
        byte[] magic = input.readNBytes(4);
        input.reset();
        if (magic.length >= 2 && (magic[0] & 0xff) == 0x1f && (magic[1] & 0xff) == 0x8b) {
            return new GZIPInputStream(input, 1 << 16);
        }
        boolean zstd = magic.length == 4
                && (magic[0] & 0xff) == 0x28
                && (magic[1] & 0xff) == 0xb5
                && (magic[2] & 0xff) == 0x2f
                && (magic[3] & 0xff) == 0xfd;
        return zstd ? new ZstdInputStream(input) : input;
    }

    static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }
}
