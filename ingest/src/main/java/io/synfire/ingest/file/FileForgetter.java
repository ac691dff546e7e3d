package io.synfire.ingest.file;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Retraction;
import io.synfire.ingest.codec.FieldMapping;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.Origin;
import io.synfire.ingest.forget.ContextLives;
import io.synfire.ingest.forget.ForgetReceipt;
import io.synfire.ingest.forget.ForgetReceipt.Appended;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Unlearns what was learned from files: what takes it back is appended to a file of its own, which is learned at once, like any other,
 * and stays part of the log. Files that were read are read again, as far as they were learned. One thread at a time, which is the
 * engine's writer.
 *
 * <p>Records without {@code at} are found at the time they were learned at if each file was learned in one go.
 */
public final class FileForgetter {

    private static final String FILE = "file:";

    private final Engine engine;
    private final Path commands;
    private final EpisodeFile learner;
    private final JsonEpisodeCodec codec;
    private final JsonEpisodeCodec own = new JsonEpisodeCodec();

    /**
     * A forgetter.
     *
     * @param engine what forgets
     * @param commands the file that retractions are appended to
     * @param deadLetters the file that rejected lines are appended to
     * @param mapping where foreign JSON keeps things, or null for Synfire's own form
     */
    public FileForgetter(Engine engine, Path commands, Path deadLetters, @Nullable FieldMapping mapping) {
        this.engine = engine;
        this.commands = commands;
        this.learner = new EpisodeFile(engine, deadLetters, mapping);
        this.codec = new JsonEpisodeCodec(mapping);
    }

    /**
     * Whether anything was learned from files.
     *
     * @param positions how far the sources were read
     * @return true if one of them is a file
     */
    public static boolean hasFiles(List<Position> positions) {
        return positions.stream().anyMatch(position -> position.source().startsWith(FILE));
    }

    /**
     * Takes back all that files say of a context.
     *
     * @param context its key
     * @return what that removed
     * @throws IOException if a file that was learned cannot be read any more
     */
    public ForgetReceipt forgetContext(String context) throws IOException {
        List<String> searched = new ArrayList<>();
        ContextLives lives = new ContextLives(context, engine.view().settings(), Set.of());
        scan(lives::take, searched);
        if (!lives.eventIds().isEmpty()) {
            lives = new ContextLives(context, engine.view().settings(), lives.eventIds());
            scan(lives::take, new ArrayList<>());
        }
        List<Retraction> retractions = lives.retractions();
        ForgetReceipt receipt = ForgetReceipt.of(
                retractions, engine.view().settings(), engine.view().watermarkMs(), searched, append(retractions));
        learn();
        return receipt;
    }

    /**
     * Forgets a concept.
     *
     * @param concept its id
     * @return where the command is
     * @throws IOException if it cannot be written
     */
    public List<Appended> forgetConcept(String concept) throws IOException {
        List<Appended> appended = append(List.of(new Forget(concept)));
        learn();
        return appended;
    }

    private void learn() throws IOException {
        if (Files.exists(commands)) {
            learner.learn(commands, lines -> {});
        }
    }

    private void scan(Consumer<Entry> taker, List<String> searched) throws IOException {
        long watermarkMs = 0;
        for (Position position : engine.positions()) {
            if (position.source().startsWith(FILE)) {
                Path path = Path.of(position.source().substring(FILE.length()));
                watermarkMs = scan(path, position.nextOffset(), watermarkMs, taker);
                searched.add(position.source() + ", records 0 to " + position.nextOffset());
            }
        }
    }

    private long scan(Path path, long records, long watermarkMs, Consumer<Entry> taker) throws IOException {
        long latestMs = watermarkMs;
        try (InputStream input = new BufferedInputStream(Files.newInputStream(path))) {
            LineReader lines = new LineReader(EpisodeFile.unpacked(input), EpisodeFile.LINE_BYTES_MAX);
            for (long record = 0; record < records; record++) {
                byte[] line = lines.next();
                if (line == null) {
                    break;
                }
                Entry entry = lines.wasTooLong() || EpisodeFile.isBlank(line) ? null : admitted(line, latestMs);
                if (entry != null) {
                    taker.accept(entry);
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
            return engine.refusal(entry, Long.MAX_VALUE).isPresent() ? null : entry;
        } catch (MalformedRecordException e) {
            return null;
        }
    }

    private List<Appended> append(List<? extends Entry> entries) throws IOException {
        List<Appended> appended = new ArrayList<>();
        if (entries.isEmpty()) {
            return appended;
        }
        long record = 0;
        if (Files.exists(commands)) {
            try (InputStream input = Files.newInputStream(commands)) {
                LineReader lines = new LineReader(input, EpisodeFile.LINE_BYTES_MAX);
                while (lines.next() != null) {
                    record++;
                }
            }
        }
        try (FileChannel channel = FileChannel.open(commands, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (Entry entry : entries) {
                byte[] json = own.encode(entry);
                ByteBuffer line = ByteBuffer.allocate(json.length + 1)
                        .put(json)
                        .put((byte) '\n')
                        .flip();
                while (line.hasRemaining()) {
                    channel.write(line);
                }
                appended.add(new Appended(FILE + commands.toAbsolutePath().normalize(), 0, record++));
            }
            channel.force(true);
        }
        return appended;
    }
}
