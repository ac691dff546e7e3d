package io.synfire.ingest.file;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.ingest.codec.FieldMapping;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.Origin;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads whole files as episodes in event-time order, into memory, without learning them. Plain, gzip and zstd are told apart by their
 * first bytes. A JSON record without a time happens at the latest time of its file so far, or else at the file's last change. Not
 * thread-safe: where a format has no times, those of one file go on from those of the file before.
 */
public final class EpisodeReader {

    /** What a file holds. */
    public enum Format {
        /** A record as JSON in each line. */
        JSONL,
        /** A session in each line: concepts in the order in which they fired, with blanks between; in time order, without times. */
        SESSIONS,
        /** Columns with tabs between, named in the first line: SessionId, ItemId, Time in seconds (or milliseconds), and any others. */
        TSV;

        /**
         * Reads a format's name.
         *
         * @param text what was asked for
         * @return the format
         * @throws IllegalArgumentException if there is none of that name
         */
        public static Format parse(String text) {
            for (Format format : values()) {
                if (format.toString().equalsIgnoreCase(text)) {
                    return format;
                }
            }
            throw new IllegalArgumentException("format must be one of " + List.of(values()) + ": format=" + text);
        }

        /**
         * What a file holds that begins with some bytes.
         *
         * @throws IllegalArgumentException if it looks like something else
         */
        static Format of(byte[] sample, Path file) {
            requireText(sample, file);
            List<String> lines = FormatHint.lines(sample);
            String first = lines.isEmpty() ? "" : lines.get(0);
            if (first.startsWith("{") || first.startsWith("[")) {
                requireJsonLines(sample, file);
                return JSONL;
            }
            requireLf(sample, file);
            if (first.indexOf('\t') > 0 && first.toLowerCase(Locale.ROOT).contains("sessionid")) {
                return TSV;
            }
            if (FormatHint.isTable(lines, '\t')) {
                throw new IllegalArgumentException(
                        "the first line of columns with tabs between must name SessionId, ItemId and Time;"
                                + " `--format sessions` takes each line for the concepts of a session: file=" + file);
            }
            if (FormatHint.isTable(lines, ',') || FormatHint.isTable(lines, ';')) {
                throw new IllegalArgumentException(
                        "a file must hold JSON lines, sessions, or columns with tabs between: this looks like"
                                + " comma-separated values (CSV); `--format sessions` takes each line for the concepts of"
                                + " a session: file=" + file);
            }
            return SESSIONS;
        }

        private static void requireText(byte[] sample, Path file) {
            String binary = FormatHint.binary(sample);
            if (binary != null) {
                throw new IllegalArgumentException("a file must be text: " + binary + ": file=" + file);
            }
        }

        private static void requireLf(byte[] sample, Path file) {
            String withoutLf = FormatHint.withoutLf(FormatHint.lines(sample));
            if (withoutLf != null) {
                throw new IllegalArgumentException(
                        "lines must end with LF: this looks like " + withoutLf + ": file=" + file);
            }
        }

        private static void requireJsonLines(byte[] sample, Path file) {
            FormatHint.notJsonLines(sample).ifPresent(hint -> {
                throw new IllegalArgumentException(hint + ": file=" + file);
            });
        }

        /** Refuses a file that is not of this format, where that shows at its beginning. */
        void require(byte[] sample, Path file) {
            requireText(sample, file);
            if (this == JSONL) {
                requireJsonLines(sample, file);
            } else {
                requireLf(sample, file);
            }
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Between two concepts of a session without times. */
    private static final long STEP_MS = 1_000;

    /** A time of at least this is in milliseconds: as seconds it would be the year 5138. */
    private static final double MILLISECONDS_MIN = 1e11;

    private final @Nullable Format format;
    private final JsonEpisodeCodec codec;
    private long clockMs;
    private long sessions;

    /**
     * What files hold.
     *
     * @param episodes by event time; those of one time in the order of the files
     * @param rejected how many lines are no episodes
     * @param firstRejection why the first of them is not, or null
     */
    public record Read(List<Episode> episodes, long rejected, @Nullable String firstRejection) {

        /** Takes an unmodifiable copy. */
        public Read {
            episodes = List.copyOf(episodes);
        }
    }

    /** What is gathered of some files. */
    private static final class Gathered {
        final List<Episode> episodes = new ArrayList<>();
        long rejected;

        @Nullable
        String firstRejection;

        void reject(Path file, long line, String reason) {
            if (rejected++ == 0) {
                firstRejection = reason + " file=" + file + " line=" + line;
            }
        }
    }

    /**
     * A reader.
     *
     * @param format what all files hold, or null for what the first line of each says
     * @param mapping where foreign JSON keeps things, or null for Synfire's own form
     */
    public EpisodeReader(@Nullable Format format, @Nullable FieldMapping mapping) {
        this.format = format;
        this.codec = new JsonEpisodeCodec(mapping);
    }

    /**
     * Reads files.
     *
     * @param files their paths
     * @return all of their episodes
     * @throws IllegalArgumentException if one is of another format
     * @throws IOException if one cannot be read
     */
    public Read read(List<Path> files) throws IOException {
        Gathered gathered = new Gathered();
        for (Path file : files) {
            try (Unpacked content = Unpacked.open(file)) {
                InputStream input = new BufferedInputStream(content.stream(), FormatHint.SAMPLE_BYTES);
                byte[] sample = FormatHint.sample(input);
                Format held = format == null ? Format.of(sample, file) : format;
                held.require(sample, file);
                LineReader lines = new LineReader(input, LineDecoder.LINE_BYTES_MAX);
                switch (held) {
                    case JSONL -> readJson(file, lines, gathered);
                    case SESSIONS -> readSessions(file, lines, gathered);
                    case TSV -> readColumns(file, lines, gathered);
                }
            } catch (IOException e) {
                throw Reasons.reading(file, e);
            }
        }
        gathered.episodes.sort(Comparator.comparingLong(Episode::atMs));
        return new Read(gathered.episodes, gathered.rejected, gathered.firstRejection);
    }

    private void readJson(Path file, LineReader lines, Gathered gathered) throws IOException {
        RecordTimes times = new RecordTimes(-1, ModifiedTime.ofFile(file, System.currentTimeMillis()));
        long number = 0;
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            number++;
            if (lines.wasTooLong()) {
                gathered.reject(file, number, "a line must be at most 16 MiB:");
            } else if (!LineDecoder.isBlank(line)) {
                readRecord(file, number, line, times, gathered);
            }
        }
    }

    private void readRecord(Path file, long number, byte[] line, RecordTimes times, Gathered gathered) {
        try {
            long orElseMs = times.orElse();
            byte[] json = LineDecoder.withoutMark(line);
            Entry entry = codec.decode(json, Origin.at(orElseMs));
            if (entry instanceof Episode episode) {
                gathered.episodes.add(episode);
                LineDecoder.learned(codec, json, episode, orElseMs, times);
            } else {
                gathered.reject(file, number, "a command is no episode:");
            }
        } catch (MalformedRecordException e) {
            gathered.reject(file, number, String.valueOf(e.getMessage()));
        }
    }

    private void readSessions(Path file, LineReader lines, Gathered gathered) throws IOException {
        long number = 0;
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            number++;
            String context = "session " + sessions++;
            for (String concept : text(line).strip().split("\\s+", -1)) {
                if (!concept.isEmpty()) {
                    clockMs += STEP_MS;
                    add(file, number, clockMs, context, concept, gathered);
                }
            }
        }
    }

    private static void readColumns(Path file, LineReader lines, Gathered gathered) throws IOException {
        byte[] header = lines.next();
        Map<String, Integer> columns = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        String[] names = header == null ? new String[0] : columns(header);
        for (int i = 0; i < names.length; i++) {
            columns.put(names[i].strip(), i);
        }
        int session = column(file, columns, "SessionId");
        int item = column(file, columns, "ItemId");
        int time = column(file, columns, "Time");
        long number = 1;
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            number++;
            String[] fields = columns(line);
            if (fields.length != names.length) {
                if (!LineDecoder.isBlank(line)) {
                    gathered.reject(
                            file, number, "a line must have the columns of the first: columns=" + fields.length);
                }
            } else {
                try {
                    double given = Double.parseDouble(fields[time]);
                    long atMs = Math.round(given >= MILLISECONDS_MIN ? given : given * 1000);
                    add(file, number, atMs, fields[session].strip(), fields[item].strip(), gathered);
                } catch (NumberFormatException e) {
                    gathered.reject(file, number, "Time must be a number: Time=" + fields[time]);
                }
            }
        }
    }

    private static String[] columns(byte[] line) {
        return text(line).replace("\r", "").split("\t", -1);
    }

    private static String text(byte[] line) {
        return new String(LineDecoder.withoutMark(line), StandardCharsets.UTF_8);
    }

    private static int column(Path file, Map<String, Integer> columns, String name) {
        Integer index = columns.get(name);
        if (index == null) {
            throw new IllegalArgumentException("the first line must name the columns SessionId, ItemId and Time: file="
                    + file + " columns=" + columns.keySet());
        }
        return index;
    }

    private static void add(Path file, long number, long atMs, String context, String concept, Gathered gathered) {
        try {
            gathered.episodes.add(new Episode(atMs, context, List.of(Activation.of(concept)), 1, null));
        } catch (IllegalArgumentException e) {
            gathered.reject(file, number, String.valueOf(e.getMessage()));
        }
    }
}
