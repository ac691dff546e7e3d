package io.synfire.ingest.file;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Position;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.forget.ContextLives;
import io.synfire.ingest.forget.ForgetReceipt;
import io.synfire.ingest.forget.ForgetReceipt.Appended;
import io.synfire.ingest.forget.RetractionParts;
import io.synfire.ingest.forget.RetractionParts.Part;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Unlearns what was learned from files: what takes it back is appended to a file of its own, which is learned at once, like any other,
 * and stays part of the log. Files that were read are read again, as far as they were learned. One thread at a time, which is the
 * engine's writer.
 */
public final class FileForgetter {

    /** Commands are few: what they do is written at their end. */
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofMinutes(1);

    private final Engine engine;
    private final Path commands;
    private final FileLearner learner;
    private final Decoding decoding;

    /**
     * A forgetter.
     *
     * @param engine what forgets
     * @param commands the file that retractions are appended to
     * @param deadLetters the file that rejected lines are appended to
     * @param decoding how lines become entries
     */
    public FileForgetter(Engine engine, Path commands, Path deadLetters, Decoding decoding) {
        this.engine = engine;
        this.commands = commands;
        this.learner = new FileLearner(
                engine,
                deadLetters,
                decoding.mapping(),
                decoding.limits(),
                CHECKPOINT_INTERVAL,
                InstantSource.system());
        this.decoding = decoding;
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
        ContextLives lives = lives(context);
        List<Part> parts = new RetractionParts(decoding, LineDecoder.LINE_BYTES_MAX).of(lives);
        List<Line> lines = parts.stream()
                .map(part ->
                        new Line(part.json(), String.valueOf(part.retraction().eventId())))
                .toList();
        ForgetReceipt receipt = ForgetReceipt.of(
                parts.stream().map(Part::retraction).toList(),
                engine.view().settings(),
                engine.view().watermarkMs(),
                searched,
                append(lines),
                0,
                0);
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
        Forget forget = new Forget(concept, Map.of(), "forget-" + UUID.randomUUID());
        byte[] json = new JsonEpisodeCodec().encode(forget);
        List<Appended> appended = append(List.of(new Line(json, String.valueOf(forget.eventId()))));
        learn();
        return appended;
    }

    /** A command to append. */
    private static final class Line {
        final byte[] json;
        final String eventId;

        Line(byte[] json, String eventId) {
            this.json = json;
            this.eventId = eventId;
        }
    }

    private LearnedFiles files() {
        return new LearnedFiles(
                engine.positions(),
                engine.view().stretches(),
                engine.view().settings(),
                decoding.mapping(),
                decoding.limits());
    }

    /** An event may have been sent twice, also to another context: who was first decides what was learned. */
    private ContextLives lives(String context) throws IOException {
        ContextLives lives = new ContextLives(context, engine.view().settings(), Set.of());
        scan(lives);
        while (!lives.isCertain()) {
            lives = new ContextLives(context, engine.view().settings(), lives.eventIds());
            scan(lives);
        }
        return lives;
    }

    private void scan(ContextLives lives) throws IOException {
        files().scan((position, record, entry) ->
                lives.take(position.sourceId().isEmpty() ? position.source() : position.sourceId(), record, entry));
    }

    private void learn() throws IOException {
        if (Files.exists(commands)) {
            learner.learn(commands, lines -> {});
        }
    }

    private List<Appended> append(List<Line> lines) throws IOException {
        List<Appended> appended = new ArrayList<>();
        if (lines.isEmpty()) {
            return appended;
        }
        long record = 0;
        if (Files.exists(commands)) {
            try (InputStream input = Files.newInputStream(commands)) {
                LineReader before = new LineReader(input, LineDecoder.LINE_BYTES_MAX);
                while (before.next() != null) {
                    record++;
                }
            }
        }
        boolean isTorn = DeadLetterFile.isTorn(commands);
        try (FileChannel channel = FileChannel.open(commands, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            if (isTorn) {
                channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
            }
            for (Line line : lines) {
                ByteBuffer bytes = ByteBuffer.allocate(line.json.length + 1)
                        .put(line.json)
                        .put((byte) '\n')
                        .flip();
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                appended.add(new Appended(Known.source(commands), 0, record++, line.eventId));
            }
            channel.force(true);
        }
        return appended;
    }
}
