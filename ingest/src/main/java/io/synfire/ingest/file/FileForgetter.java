package io.synfire.ingest.file;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Retraction;
import io.synfire.ingest.codec.FieldMapping;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.forget.ContextLives;
import io.synfire.ingest.forget.ForgetReceipt;
import io.synfire.ingest.forget.ForgetReceipt.Appended;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Unlearns what was learned from files: what takes it back is appended to a file of its own, which is learned at once, like any other,
 * and stays part of the log. Files that were read are read again, as far as they were learned. One thread at a time, which is the
 * engine's writer.
 */
public final class FileForgetter {

    private final Engine engine;
    private final Path commands;
    private final FileLearner learner;
    private final @Nullable FieldMapping mapping;
    private final RecordLimits limits;
    private final JsonEpisodeCodec own = new JsonEpisodeCodec();

    /**
     * A forgetter.
     *
     * @param engine what forgets
     * @param commands the file that retractions are appended to
     * @param deadLetters the file that rejected lines are appended to
     * @param mapping where foreign JSON keeps things, or null for Synfire's own form
     * @param limits what a line may be at most
     */
    public FileForgetter(
            Engine engine, Path commands, Path deadLetters, @Nullable FieldMapping mapping, RecordLimits limits) {
        this.engine = engine;
        this.commands = commands;
        this.learner = new FileLearner(engine, deadLetters, mapping, limits, InstantSource.system());
        this.mapping = mapping;
        this.limits = limits;
    }

    /**
     * Whether anything was learned from files.
     *
     * @param positions how far the sources were read
     * @return true if one of them is a file
     */
    public static boolean hasFiles(List<Position> positions) {
        return positions.stream().anyMatch(Known::isFile);
    }

    /**
     * Takes back all that files say of a context.
     *
     * @param context its key
     * @return what that removed
     * @throws ReplacedFileException if a file was replaced, cut short or removed since it was learned; then nothing is taken back
     * @throws IOException if one cannot be read
     */
    public ForgetReceipt forgetContext(String context) throws IOException {
        // Also says where the commands are now, if the data directory was moved.
        learn();
        List<String> searched = files().positions().stream()
                .map(position -> position.source() + ", records 0 to " + position.nextOffset())
                .toList();
        ContextLives lives = new ContextLives(context, engine.view().settings(), Set.of());
        scan(lives);
        if (!lives.eventIds().isEmpty()) {
            lives = new ContextLives(context, engine.view().settings(), lives.eventIds());
            scan(lives);
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

    private LearnedFiles files() {
        return new LearnedFiles(
                engine.positions(), engine.view().stretches(), engine.view().settings(), mapping, limits);
    }

    private void scan(ContextLives lives) throws IOException {
        files().scan((position, record, entry) -> lives.take(entry));
    }

    private void learn() throws IOException {
        if (Files.exists(commands)) {
            learner.learn(commands, lines -> {});
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
                LineReader lines = new LineReader(input, LineDecoder.LINE_BYTES_MAX);
                while (lines.next() != null) {
                    record++;
                }
            }
        }
        boolean isTorn = DeadLetterFile.isTorn(commands);
        try (FileChannel channel = FileChannel.open(commands, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            if (isTorn) {
                channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
            }
            for (Entry entry : entries) {
                byte[] json = own.encode(entry);
                ByteBuffer line = ByteBuffer.allocate(json.length + 1)
                        .put(json)
                        .put((byte) '\n')
                        .flip();
                while (line.hasRemaining()) {
                    channel.write(line);
                }
                appended.add(new Appended(Known.source(commands), 0, record++));
            }
            channel.force(true);
        }
        return appended;
    }
}
