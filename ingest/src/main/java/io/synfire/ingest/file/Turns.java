package io.synfire.ingest.file;

import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.learn.LearningSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What had been learned of which files whenever commands were appended that forget: a file beside that of the commands, one JSON object a
 * line. A line is written, and safe, before its commands are. It holds the stretches that were learned since the line before, and how the
 * memory had learned; so an older memory that is put back, or one that begins, can learn the files and the commands in the same turns and in
 * the same way. A line without commands says how those before it were learned anew. One thread at a time.
 */
final class Turns {

    private static final JsonFactory FACTORY = new JsonFactory();
    private static final int BLOCK_BYTES = 1 << 16;

    private final Path path;

    /** Of the last whole line that was read. */
    private long checksum;

    /**
     * What had been learned when commands were appended.
     *
     * @param commands the record number of the first of them
     * @param end the one after the last of them; the highest number there is, where an older version did not write it down
     * @param positions how far each file had been learned
     * @param stretches all that had been learned of files, in that order; how far other sources stood is not told
     * @param learnedBy how it had been learned; null where an older version did not write it down
     */
    record Turn(
            long commands,
            long end,
            List<Position> positions,
            List<Stretch> stretches,
            @Nullable LearnedBy learnedBy) {}

    /**
     * A line; its stretches come behind the first {@code from} of the line before.
     *
     * @param count how many commands were appended; -1 in a line of an older version
     * @param before the checksum of the line before, 0 where there is none; -1 in a line of an older version
     */
    private record Line(
            long commands,
            long count,
            long before,
            int from,
            List<Position> positions,
            List<Stretch> stretches,
            @Nullable LearnedBy learnedBy) {}

    Turns(Path path) {
        this.path = path;
    }

    /**
     * The last turn whose commands are there.
     *
     * @param commands how many commands there are
     * @return null if nobody has written down what had been learned when the last of them were appended
     * @throws IllegalStateException if a line is none of ours
     */
    @Nullable
    Turn last(long commands) throws IOException {
        Turn last = null;
        List<Stretch> stretches = new ArrayList<>();
        for (Line line : lines()) {
            add(line, stretches);
            if (line.commands() < commands || (line.commands() == commands && line.count() == 0)) {
                long end = line.count() < 0 ? Long.MAX_VALUE : line.commands() + line.count();
                last = new Turn(line.commands(), end, line.positions(), List.copyOf(stretches), line.learnedBy());
            }
        }
        return last;
    }

    /**
     * Keeps what is learned now, before commands are appended.
     *
     * @param commands the record number of the first of them
     * @param count how many they are
     * @param positions how far each file was learned
     * @param stretches all that was learned of files
     * @param learnedBy how it was learned
     */
    void append(long commands, long count, List<Position> positions, List<Stretch> stretches, LearnedBy learnedBy)
            throws IOException {
        List<Stretch> before = new ArrayList<>();
        for (Line line : lines()) {
            add(line, before);
        }
        int same = same(before, stretches);
        byte[] line = line(new Line(
                commands, count, checksum, same, positions, stretches.subList(same, stretches.size()), learnedBy));
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            channel.position(cutOffUnfinished(channel));
            DeadLetterFile.write(channel, ByteBuffer.wrap(line), ByteBuffer.wrap(new byte[] {'\n'}));
            channel.force(true);
        }
    }

    /** How many stretches two lists begin with that are the same, wherever other sources stood. */
    private static int same(List<Stretch> some, List<Stretch> others) {
        int end = Math.min(some.size(), others.size());
        for (int i = 0; i < end; i++) {
            if (!some.get(i).withMoved(List.of()).equals(others.get(i).withMoved(List.of()))) {
                return i;
            }
        }
        return end;
    }

    private void add(Line line, List<Stretch> stretches) {
        if (line.from() > stretches.size()) {
            throw damaged(null);
        }
        stretches.subList(line.from(), stretches.size()).clear();
        stretches.addAll(line.stretches());
    }

    /** Behind the last whole line: whoever was killed while it wrote one had not appended its commands yet. */
    private static long cutOffUnfinished(FileChannel channel) throws IOException {
        long whole = channel.size();
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
        while (whole > 0) {
            long from = Math.max(0, whole - BLOCK_BYTES);
            block.clear().limit((int) (whole - from));
            int read = 0;
            while (block.hasRemaining() && read >= 0) {
                read = channel.read(block, from + block.position());
            }
            for (int i = block.position() - 1; i >= 0; i--) {
                if (block.get(i) == '\n') {
                    channel.truncate(from + i + 1);
                    return from + i + 1;
                }
            }
            whole = from;
        }
        channel.truncate(0);
        return 0;
    }

    private List<Line> lines() throws IOException {
        List<Line> all = new ArrayList<>();
        checksum = 0;
        if (!Files.exists(path)) {
            return all;
        }
        try (InputStream input = Files.newInputStream(path)) {
            LineReader lines = new LineReader(input, Integer.MAX_VALUE - 8);
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                if (lines.wasEnded()) {
                    Line parsed = parse(line);
                    // Its stretches come behind those of that line, and of no other.
                    if (parsed.before() >= 0 && parsed.before() != checksum) {
                        throw damaged(null);
                    }
                    all.add(parsed);
                    checksum = checksum(line);
                }
            }
        }
        return all;
    }

    private static long checksum(byte[] line) {
        CRC32C checksum = new CRC32C();
        checksum.update(line);
        return checksum.getValue();
    }

    private static byte[] line(Line line) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            json.writeNumberProperty("commands", line.commands());
            json.writeNumberProperty("count", line.count());
            json.writeNumberProperty("before", line.before());
            json.writeNumberProperty("from", line.from());
            LearnedBy by = line.learnedBy();
            if (by != null) {
                json.writeObjectPropertyStart("settings");
                by.settings().toMap().forEach(json::writeStringProperty);
                json.writeEndObject();
                json.writeBooleanProperty("left-out", by.anew().hasLeftOut());
                write(json, "anew", by.anew().upTo());
            }
            write(json, "files", line.positions());
            json.writeArrayPropertyStart("stretches");
            for (Stretch stretch : line.stretches()) {
                json.writeStartObject();
                json.writeStringProperty("id", stretch.sourceId());
                json.writeNumberProperty("from", stretch.from());
                json.writeNumberProperty("to", stretch.to());
                json.writeNumberProperty("start", stretch.startMs());
                json.writeNumberProperty("else", stretch.elseMs());
                json.writeNumberProperty("latest", stretch.latestMs());
                json.writeArrayPropertyStart("unlearned");
                for (long record : stretch.unlearned()) {
                    json.writeNumber(record);
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, String name, List<Position> positions) {
        json.writeArrayPropertyStart(name);
        for (Position position : positions) {
            json.writeStartObject();
            json.writeStringProperty("source", position.source());
            json.writeStringProperty("id", position.sourceId());
            if (position.partition() != 0) {
                json.writeNumberProperty("partition", position.partition());
            }
            json.writeNumberProperty("records", position.nextOffset());
            json.writeStringProperty("content", position.content());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private Line parse(byte[] line) {
        long commands = -1;
        long count = -1;
        long before = -1;
        int from = -1;
        List<Position> positions = new ArrayList<>();
        List<Stretch> stretches = new ArrayList<>();
        LearningSettings settings = null;
        List<Position> anew = new ArrayList<>();
        boolean hasLeftOut = false;
        try (JsonParser json = FACTORY.createParser(ObjectReadContext.empty(), line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw damaged(null);
            }
            for (String name = json.nextName(); name != null; name = json.nextName()) {
                json.nextToken();
                switch (name) {
                    case "commands" -> commands = json.getLongValue();
                    case "count" -> count = json.getLongValue();
                    case "before" -> before = json.getLongValue();
                    case "from" -> from = json.getIntValue();
                    case "files" -> positions = positions(json);
                    case "settings" -> settings = settings(json);
                    case "left-out" -> hasLeftOut = json.getBooleanValue();
                    case "anew" -> anew = positions(json);
                    case "stretches" -> stretches = stretches(json);
                    default -> json.skipChildren();
                }
            }
        } catch (JacksonException | IllegalArgumentException e) {
            throw damaged(e);
        }
        if (commands < 0 || from < 0) {
            throw damaged(null);
        }
        LearnedBy learnedBy = settings == null ? null : new LearnedBy(settings, new LearnedAnew(anew, hasLeftOut));
        return new Line(commands, count, before, from, positions, stretches, learnedBy);
    }

    private static LearningSettings settings(JsonParser json) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            json.nextToken();
            settings.put(name, json.getString());
        }
        return LearningSettings.parse(settings);
    }

    private static List<Position> positions(JsonParser json) {
        List<Position> positions = new ArrayList<>();
        while (json.nextToken() == JsonToken.START_OBJECT) {
            String source = "";
            String id = "";
            String content = "";
            long records = 0;
            int partition = 0;
            for (String name = json.nextName(); name != null; name = json.nextName()) {
                json.nextToken();
                switch (name) {
                    case "source" -> source = json.getString();
                    case "id" -> id = json.getString();
                    case "partition" -> partition = json.getIntValue();
                    case "records" -> records = json.getLongValue();
                    case "content" -> content = json.getString();
                    default -> json.skipChildren();
                }
            }
            positions.add(new Position(source, id, partition, records, -1, content));
        }
        return positions;
    }

    private static List<Stretch> stretches(JsonParser json) {
        List<Stretch> stretches = new ArrayList<>();
        while (json.nextToken() == JsonToken.START_OBJECT) {
            String id = "";
            long[] numbers = new long[5];
            List<Long> unlearned = new ArrayList<>();
            for (String name = json.nextName(); name != null; name = json.nextName()) {
                json.nextToken();
                switch (name) {
                    case "id" -> id = json.getString();
                    case "from" -> numbers[0] = json.getLongValue();
                    case "to" -> numbers[1] = json.getLongValue();
                    case "start" -> numbers[2] = json.getLongValue();
                    case "else" -> numbers[3] = json.getLongValue();
                    case "latest" -> numbers[4] = json.getLongValue();
                    case "unlearned" -> {
                        while (json.nextToken() != JsonToken.END_ARRAY) {
                            unlearned.add(json.getLongValue());
                        }
                    }
                    default -> json.skipChildren();
                }
            }
            stretches.add(new Stretch(id, numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], unlearned));
        }
        return stretches;
    }

    private IllegalStateException damaged(@Nullable Exception cause) {
        return new IllegalStateException(
                "the file that says what had been learned when something was forgotten is damaged: file=" + path
                        + ". Put back the one of a backup, or move it away: then nothing is forgotten that the memory has not learned",
                cause);
    }
}
