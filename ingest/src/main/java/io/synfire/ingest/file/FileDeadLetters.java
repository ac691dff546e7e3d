package io.synfire.ingest.file;

import io.synfire.ingest.forget.HeldId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The dead letters of a file that name a context or a concept. Immutable. */
public final class FileDeadLetters {

    private static final JsonFactory FACTORY = new JsonFactory();

    private final List<Long> lines;
    private final Map<Place, String> reasons;

    /** What was rejected. */
    private record Place(String source, long record) {}

    private FileDeadLetters(List<Long> lines, Map<Place, String> reasons) {
        this.lines = List.copyOf(lines);
        this.reasons = Map.copyOf(reasons);
    }

    /**
     * Looks through a file.
     *
     * @param file the dead letters; there may be none
     * @param id what they must name
     * @return those that do
     * @throws IOException if the file cannot be read
     */
    public static FileDeadLetters in(Path file, HeldId id) throws IOException {
        List<Long> found = new ArrayList<>();
        Map<Place, String> reasons = new HashMap<>();
        if (Files.exists(file)) {
            try (InputStream input = Files.newInputStream(file)) {
                // A letter is its record in Base64, and more.
                LineReader lines = new LineReader(input, 2 * LineDecoder.LINE_BYTES_MAX);
                long number = 0;
                for (byte[] line = lines.next(); line != null; line = lines.next()) {
                    Letter letter = Letter.parse(line);
                    if (letter == null ? id.isIn(null, line) : id.isIn(null, letter.value)) {
                        found.add(number);
                        if (letter != null) {
                            reasons.put(new Place(letter.source, letter.record), letter.reason);
                        }
                    }
                    number++;
                }
            }
        }
        return new FileDeadLetters(found, reasons);
    }

    /**
     * Which lines of the file name it.
     *
     * @return their numbers from 0, rising
     */
    public List<Long> lines() {
        return lines;
    }

    /**
     * Why a record became a dead letter, if it did and names it.
     *
     * @param source {@code file:PATH}
     * @param record its record number
     * @return the reason, or empty
     */
    public Optional<String> reason(String source, long record) {
        return Optional.ofNullable(reasons.get(new Place(source, record)));
    }

    /** A line, as far as it is needed here. */
    private static final class Letter {
        String source = "";
        long record = -1;
        String reason = "";
        byte[] value = new byte[0];

        /** Null for what is none. */
        static @Nullable Letter parse(byte[] line) {
            Letter letter = new Letter();
            try (JsonParser json = FACTORY.createParser(ObjectReadContext.empty(), line)) {
                if (json.nextToken() != JsonToken.START_OBJECT) {
                    return null;
                }
                for (String name = json.nextName(); name != null; name = json.nextName()) {
                    json.nextToken();
                    switch (name) {
                        case "source" -> letter.source = json.getString();
                        case "record" -> letter.record = json.getLongValue();
                        case "reason" -> letter.reason = json.getString();
                        case "value" -> letter.value = Base64.getDecoder().decode(json.getString());
                        default -> json.skipChildren();
                    }
                }
                return letter;
            } catch (JacksonException | IllegalArgumentException e) {
                return null;
            }
        }
    }
}
