package io.synfire.ingest.file;

import io.synfire.engine.event.Shown;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells by the first bytes of a file that it is not what it is taken for, and what it looks like: once, instead of by a dead letter for each
 * line.
 */
final class FormatHint {

    /** So many bytes are looked at, at most. */
    static final int SAMPLE_BYTES = 1 << 16;

    private static final int LINES_MAX = 20;

    /** At the end of a line that has none. */
    private static final String CUT = "…";

    private FormatHint() {}

    /**
     * The first bytes of a stream that tell what it holds: up to the first line that is a JSON object, or so many lines. Waits for no more
     * than that, and takes no more where more is there, so that the answer does not depend on how the bytes come.
     *
     * @param stream one that supports a mark, which stays where it was; where it is stopped, what came until then is all there is, and who reads
     *     on is told so
     */
    static byte[] sample(InputStream stream) throws IOException {
        stream.mark(SAMPLE_BYTES);
        byte[] sample = new byte[SAMPLE_BYTES];
        int length = 0;
        int from = 0;
        int lines = 0;
        boolean isTold = false;
        while (length < sample.length && !isTold) {
            int read = next(stream, sample, length);
            if (read < 0) {
                break;
            }
            int end = length + read;
            for (int i = length; i < end && !isTold; i++) {
                if (sample[i] == '\n') {
                    byte[] line = Arrays.copyOfRange(sample, from, i);
                    lines += LineDecoder.isBlank(line) ? 0 : 1;
                    from = i + 1;
                    isTold = lines == LINES_MAX || WholeObject.is(line);
                }
            }
            length = isTold ? from : end;
        }
        stream.reset();
        return Arrays.copyOf(sample, length);
    }

    private static int next(InputStream stream, byte[] sample, int length) throws IOException {
        try {
            return stream.read(sample, length, sample.length - length);
        } catch (StoppedException e) {
            return -1;
        }
    }

    /** Why this is no file of JSON lines, and what to do; empty if it may be one. */
    static Optional<String> notJsonLines(byte[] sample) {
        String binary = binary(sample);
        if (binary != null) {
            return Optional.of("records must be JSON, one a line: " + binary);
        }
        List<String> lines = lines(behindZeros(sample));
        boolean mayBe = lines.isEmpty() || lines.stream().anyMatch(FormatHint::mayBeObject);
        if (mayBe && (lines.isEmpty() || !isOpen(lines.get(0), '['))) {
            return Optional.empty();
        }
        return Optional.of("records must be JSON, one a line: this looks like " + json(lines));
    }

    /** What lines look like of which none is a record. */
    private static String json(List<String> lines) {
        String first = lines.get(0);
        if (rest(first) == WholeObject.Rest.OBJECT) {
            return "JSON objects with no LF between them (CR alone ends no line); `jq -c .` makes one line of each";
        }
        return isOpen(first)
                ? "JSON over several lines; `jq -c .` makes one line of each, `jq -c '.[]'` of each element of an array"
                : text(lines);
    }

    /** Whether a line is an object, or the beginning of one that was cut: nothing may follow it, whether it ends or not. */
    private static boolean mayBeObject(String line) {
        WholeObject.Rest rest = rest(line);
        return rest == WholeObject.Rest.NOTHING
                || (rest == WholeObject.Rest.NO_OBJECT && line.endsWith(CUT) && line.startsWith("{"));
    }

    private static WholeObject.Rest rest(String line) {
        String bare = line.endsWith(CUT) ? line.substring(0, line.length() - CUT.length()) : line;
        return WholeObject.rest(bare.getBytes(StandardCharsets.UTF_8));
    }

    /** Why lines of text are all one, or null: whoever wrote them ended them with CR, and LF ends a line. */
    static @Nullable String withoutLf(List<String> lines) {
        return !lines.isEmpty() && lines.get(0).indexOf('\r') >= 0
                ? "lines that end with CR alone; `tr '\\r' '\\n'` ends them with LF"
                : null;
    }

    /** Why this is no text of lines at all, or null. */
    static @Nullable String binary(byte[] sample) {
        if (startsWith(sample, 0xff, 0xfe) || startsWith(sample, 0xfe, 0xff) || isSixteenBit(sample)) {
            return "this looks like UTF-16, and UTF-8 is read; `iconv -f UTF-16 -t UTF-8` converts it";
        }
        if (startsWith(sample, 'P', 'K', 3, 4)) {
            return "this looks like a zip archive; `unzip -p` unpacks it";
        }
        if (startsWith(sample, 'B', 'Z', 'h')) {
            return "this looks like bzip2; `bzip2 -dc` unpacks it, gzip and zstd are read as they are";
        }
        if (startsWith(sample, 0xfd, '7', 'z', 'X', 'Z')) {
            return "this looks like xz; `xz -dc` unpacks it, gzip and zstd are read as they are";
        }
        if (startsWith(sample, 'P', 'A', 'R', '1')) {
            return "this looks like Parquet, which must be converted to JSON lines";
        }
        if (startsWith(sample, 'O', 'b', 'j', 1)) {
            return "this looks like Avro, which must be converted to JSON lines";
        }
        byte[] text = behindZeros(sample);
        int controls = 0;
        for (byte b : text) {
            controls += b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f' ? 1 : 0;
        }
        boolean isText = lines(text).stream().anyMatch(line -> WholeObject.is(line.getBytes(StandardCharsets.UTF_8)));
        return controls * 10L > text.length && !isText ? "this looks like a binary file" : null;
    }

    /**
     * A log that was cut under its writer begins with zeros, as many as it had bytes: what tells what it is lies behind them. Nothing, if it begins
     * with more of them than are looked at; all of it, if it holds nothing else.
     */
    private static byte[] behindZeros(byte[] sample) {
        int zeros = 0;
        while (zeros < sample.length && sample[zeros] == 0) {
            zeros++;
        }
        boolean isAll = zeros == sample.length && zeros < SAMPLE_BYTES;
        return isAll ? sample : Arrays.copyOfRange(sample, zeros, sample.length);
    }

    /** What lines of text look like that hold no object. */
    static String text(List<String> lines) {
        String first = lines.get(0);
        String withoutLf = withoutLf(lines);
        if (withoutLf != null) {
            return withoutLf;
        }
        if (first.startsWith("[")) {
            return "a JSON array; `jq -c '.[]'` makes one line of each element";
        }
        if (first.startsWith("{")) {
            return notJson(first);
        }
        if (isTable(lines, '\t')) {
            return "columns with tabs between (TSV), of which `evaluate` alone reads some";
        }
        if (isTable(lines, ',') || isTable(lines, ';')) {
            return "comma-separated values (CSV), which must be converted to JSON lines";
        }
        return notJson(first);
    }

    private static String notJson(String line) {
        return "text that is no JSON: line=" + Shown.cut(line, 60);
    }

    /** Whether all lines have the same number of a separator, and some. */
    static boolean isTable(List<String> lines, char separator) {
        long count = lines.isEmpty() ? 0 : separators(lines.get(0), separator);
        return count > 0 && lines.stream().allMatch(line -> separators(line, separator) == count);
    }

    private static long separators(String line, char separator) {
        long count = 0;
        boolean isQuoted = false;
        for (int i = 0; i < line.length(); i++) {
            isQuoted ^= line.charAt(i) == '"';
            count += !isQuoted && line.charAt(i) == separator ? 1 : 0;
        }
        return count;
    }

    /** The first lines that say something; one without an end is marked as cut, and left out where others tell more. */
    static List<String> lines(byte[] sample) {
        String text = new String(LineDecoder.withoutMark(sample), StandardCharsets.UTF_8);
        List<String> lines = new ArrayList<>();
        int from = 0;
        while (from < text.length() && lines.size() < LINES_MAX) {
            int end = text.indexOf('\n', from);
            String line = text.substring(from, end < 0 ? text.length() : end).strip();
            if (!line.isEmpty() && (end >= 0 || lines.isEmpty())) {
                lines.add(end >= 0 ? line : line + CUT);
            }
            from = end < 0 ? text.length() : end + 1;
        }
        return lines;
    }

    /** Whether a line begins an object or array that it does not end. */
    private static boolean isOpen(String line) {
        return isOpen(line, '{') || isOpen(line, '[');
    }

    private static boolean isOpen(String line, char open) {
        if (line.isEmpty() || line.charAt(0) != open) {
            return false;
        }
        int depth = 0;
        boolean isText = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (isText) {
                i += c == '\\' ? 1 : 0;
                isText = c != '"';
            } else if (c == '"') {
                isText = true;
            } else if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                depth--;
            }
        }
        return depth > 0;
    }

    /** Without a mark: of the first characters every other byte is 0. */
    private static boolean isSixteenBit(byte[] sample) {
        return sample.length >= 4
                && ((sample[0] == 0 && sample[1] != 0 && sample[2] == 0 && sample[3] != 0)
                        || (sample[0] != 0 && sample[1] == 0 && sample[2] != 0 && sample[3] == 0));
    }

    private static boolean startsWith(byte[] bytes, int... magic) {
        for (int i = 0; i < magic.length; i++) {
            if (i >= bytes.length || (bytes[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
