package io.synfire.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.event.Episode;
import io.synfire.ingest.file.EpisodeReader.Format;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of episodes, whatever their format. */
@SuppressWarnings("NullAway.Init")
final class EpisodeReaderTest {

    @TempDir
    Path directory;

    private EpisodeReader.Read read(@Nullable Format format, String... files) throws IOException {
        EpisodeReader reader = new EpisodeReader(format, null);
        List<Path> paths = new java.util.ArrayList<>();
        for (String text : files) {
            paths.add(Files.writeString(directory.resolve("file-" + paths.size()), text));
        }
        return reader.read(paths);
    }

    private static List<String> shown(EpisodeReader.Read read) {
        return read.episodes().stream().map(EpisodeReaderTest::shown).toList();
    }

    private static String shown(Episode episode) {
        return episode.atMs() + " " + episode.context() + " "
                + episode.activations().get(0).concept();
    }

    @Test
    void columnsWithTabsAreClicksOfSessionsByTheirTimes() throws IOException {
        String columns =
                "ItemId\tTime\tSessionId\tPrice\r\nb\t20.5\ts1\t3\r\na\t10\ts1\t2\r\n\nc\t1700000000000\ts2\t1\r\n";
        assertThat(shown(read(null, columns))).containsExactly("10000 s1 a", "20500 s1 b", "1700000000000 s2 c");
    }

    @Test
    void aLineOfWordsIsASessionInTimeOrderAndGoesOnFromTheFileBefore() throws IOException {
        assertThat(shown(read(null, "a b\n c\n", "d\n")))
                .containsExactly("1000 session 0 a", "2000 session 0 b", "3000 session 1 c", "4000 session 2 d");
    }

    @Test
    void jsonIsRecordsAsTheTopicHasThem() throws IOException {
        EpisodeReader.Read read = read(
                null,
                """
                {"at":1300000000007,"context":"k","concepts":["b"]}
                {"at":1300000000005,"concepts":["a"]}
                {"forget":{"concept":"a"}}
                {}
                """);
        assertThat(shown(read)).containsExactly("1300000000005 null a", "1300000000007 k b");
        assertThat(read.rejected()).isEqualTo(2);
        assertThat(read.firstRejection()).contains("a command is no episode", "line=3");
    }

    @Test
    void aPackedFileIsUnpacked() throws IOException {
        Path file = directory.resolve("packed");
        try (OutputStream packed = new GZIPOutputStream(Files.newOutputStream(file))) {
            packed.write("SessionId\tItemId\tTime\ns\ta\t1\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(shown(new EpisodeReader(null, null).read(List.of(file)))).containsExactly("1000 s a");
    }

    @Test
    void aLineThatIsNoClickIsNamedAndTheOthersAreRead() throws IOException {
        EpisodeReader.Read read = read(null, "SessionId\tItemId\tTime\ns\ta\tnoon\ns\ta\ns\tb\t2\ns\t\t3\n");
        assertThat(shown(read)).containsExactly("2000 s b");
        assertThat(read.rejected()).isEqualTo(3);
        assertThat(read.firstRejection()).contains("Time must be a number: Time=noon", "line=2");
    }

    /** All of it would be one line: of columns the names alone, of sessions one session. */
    @Test
    void linesThatEndWithCrAloneAreRefusedWhateverTheFormat() {
        for (Format format : new Format[] {null, Format.JSONL}) {
            assertRefused(format, "{\"concepts\":[\"a\"]}\r{\"concepts\":[\"b\"]}\r", "CR alone ends no line");
        }
        for (Format format : new Format[] {null, Format.SESSIONS}) {
            assertRefused(format, "a b\rc d\r", "lines that end with CR alone; `tr '\\r' '\\n'`");
        }
        for (Format format : new Format[] {null, Format.TSV}) {
            assertRefused(format, "SessionId\tItemId\tTime\rs\ta\t1\r", "lines that end with CR alone");
        }
    }

    private void assertRefused(@Nullable Format format, String text, String hint) {
        assertThatThrownBy(() -> read(format, text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(hint);
    }

    @Test
    void aFormatThatIsNamedIsHeldTo() {
        assertThatThrownBy(() -> read(Format.TSV, "a b c\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must name the columns SessionId, ItemId and Time");
        assertThatThrownBy(() -> Format.parse("csv")).hasMessageContaining("format must be one of");
    }
}
