package io.synfire.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is no file of JSON lines is told by its first bytes, and what looks like one is not refused. */
final class FormatHintTest {

    private static String hint(String text) {
        return hint(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String hint(byte[] sample) {
        return FormatHint.notJsonLines(sample).orElse("none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "userId,movieId,rating,timestamp\\n5,70,4.5,1706781600\\n | CSV",
                "a;b\\n1;2\\n | CSV",
                "id,name\\n1,\"Story, Toy\"\\n | CSV",
                "SessionId\\tItemId\\tTime\\n1\\tA\\t1\\n | TSV",
                "java kafka rocksdb\\njava kafka\\n | text that is no JSON: line=java kafka rocksdb",
                "[{\"concepts\":[\"a\"]},{\"concepts\":[\"b\"]}] | JSON array",
                "[ | JSON over several lines",
                "[\\n  {\"concepts\":[\"a\"]},\\n  {\"concepts\":[\"b\"]}\\n]\\n | JSON over several lines",
                "[{\"concepts\":[\"a\"]},\\n{\"concepts\":[\"b\"]}]\\n | JSON over several lines",
                "{\\n  \"concepts\": [\"a\"]\\n}\\n | JSON over several lines",
                "{\"concepts\": [\\n\"a\"]}\\n | JSON over several lines",
                "{'concepts': ['a']}\\n{'concepts': ['b']}\\n | text that is no JSON",
                "12\\n13\\n | text that is no JSON",
                "{'a': 1, 'b': 2}\\n{'a': 1, 'b': 3}\\n | text that is no JSON",
                "{\"concepts\":[\"a\"]}\\r{\"concepts\":[\"b\"]}\\r | objects with no LF between them (CR alone ends no line); `jq -c .`",
                "\\r\\r{\"concepts\":[\"a\"]}\\r{\"conc | objects with no LF between them",
                "\\ufeff{\"concepts\":[\"a\"]}\\r{\"concepts\":[\"b\"]}\\r\\n | objects with no LF between them",
                "{\\r\"concepts\":[\"a\"]\\r}\\r{\\r\"concepts\":[\"b\"]\\r}\\r | objects with no LF between them",
                "{\"concepts\":[\"a\"]}{\"concepts\":[\"b\"]} | objects with no LF between them",
                "{\"concepts\":[\"a\"]} {\"concepts\":[\"b\"]}\\n | objects with no LF between them",
                "{\"concepts\":[\"a\"]},{\"concepts\":[\"b\"]} | text that is no JSON",
                "userId,movieId\\r5,70\\r | lines that end with CR alone",
                "java kafka\\rjava | lines that end with CR alone",
                "PK\\u0003\\u0004abc | zip archive",
                "BZh91AY | bzip2",
                "PAR1 | Parquet",
                "Obj\\u0001 | Avro"
            })
    void whatIsSomethingElseIsNamed(String text, String expected) {
        assertThat(hint(unescaped(text)))
                .startsWith("records must be JSON, one a line: this looks like ")
                .contains(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"concepts\":[\"a\"]}\\n",
                "{\"concepts\":[\"a\"]}",
                "{\"conc",
                "{",
                "''",
                "\\n\\n",
                "\\ufeff{\"concepts\":[\"a\"]}\\r\\n",
                "\\r\\n  {\"concepts\":[\"a\"]}\\r\\n",
                "not json\\n{\"concepts\":[\"a\"]}\\n",
                "[\"a\"]\\n{\"concepts\":[\"a\"]}\\n",
                "{\"torn\":\\n{\"concepts\":[\"a\"]}\\n",
                "{\"concepts\":[\"a\"]}\\r",
                "{\"concepts\":[\"a\"]} ",
                "{\\r\"concepts\":[\"a\"]\\r}\\r",
                "{\\r\"concepts\":[\"a",
                "{\"a\":1}\\r{\"b\":1}\\r\\n{\"concepts\":[\"a\"]}\\n",
                "{}\\n{}\\n"
            })
    void whatMayBeLearnedIsNotRefused(String text) {
        assertThat(hint(unescaped(text))).isEqualTo("none");
    }

    private static String unescaped(String text) {
        return text.strip()
                .replace("\\n", "\n")
                .replace("\\r", "\r")
                .replace("\\t", "\t")
                .replace("\\u0003", "\u0003")
                .replace("\\u0004", "\u0004")
                .replace("\\u0001", "\u0001")
                .replace("\\ufeff", "\ufeff");
    }

    /** Longer than what is looked at. */
    @Test
    void aLogWhoseLinesEndWithCrAloneIsNamedHoweverLongItIs() throws IOException {
        byte[] log = "{\"concepts\":[\"a\",\"b\"]}\r".repeat(10_000).getBytes(StandardCharsets.UTF_8);
        assertThat(hint(FormatHint.sample(new ByteArrayInputStream(log)))).contains("CR alone ends no line");
    }

    @Test
    void otherEncodingsAndBinariesAreNamed() {
        String text = "{\"concepts\":[\"a\"]}\n";
        for (String charset : new String[] {"UTF-16", "UTF-16LE", "UTF-16BE"}) {
            assertThat(hint(text.getBytes(Charset.forName(charset)))).contains("UTF-16");
        }
        byte[] binary = new byte[2_000];
        for (int i = 0; i < binary.length; i++) {
            binary[i] = (byte) (i * 31);
        }
        assertThat(hint(binary)).contains("binary file");
        assertThat(hint(new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0})).contains("xz");
    }

    @Test
    void aLogThatWasCutUnderItsWriterBeginsWithZerosAndIsOne() throws IOException {
        String lines = "{\"concepts\":[\"a\"]}\n".repeat(100);
        assertThat(hint("\0".repeat(50) + lines)).isEqualTo("none");
        // As many as the log had bytes, which may be more than is looked at.
        for (int zeros : new int[] {FormatHint.SAMPLE_BYTES - 10, FormatHint.SAMPLE_BYTES, 10_000_000}) {
            byte[] log = ("\0".repeat(zeros) + lines).getBytes(StandardCharsets.UTF_8);
            assertThat(hint(FormatHint.sample(new ByteArrayInputStream(log))))
                    .as("%d zeros", zeros)
                    .isEqualTo("none");
        }
        assertThat(hint("\0".repeat(5_000) + "id,name\n1,x\n")).contains("CSV");
        assertThat(hint(new byte[2_000])).contains("binary file");
    }

    @Test
    void aRecordThatIsLongerThanTheSampleIsOne() {
        byte[] sample = new byte[FormatHint.SAMPLE_BYTES];
        java.util.Arrays.fill(sample, (byte) 'x');
        sample[0] = '{';
        assertThat(hint(sample)).isEqualTo("none");
    }

    /** However a stream comes, in one piece or byte by byte: what is taken of it is the same. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\":1}\\n{\"b\":2}\\n | {\"a\":1}\\n",
                "starting up\\n{\"a\":1}\\n{\"b\":2}\\n | starting up\\n{\"a\":1}\\n",
                "\\n\\r\\n{\"torn\\n{\"a\":1}\\r\\nx | \\n\\r\\n{\"torn\\n{\"a\":1}\\r\\n",
                "a,b\\n1,2\\n3, | a,b\\n1,2\\n3,",
                "{\"a\":1} | {\"a\":1}"
            })
    void whatIsTakenOfAStreamDoesNotDependOnHowItComes(String text, String taken) throws IOException {
        byte[] bytes = unescaped(text).getBytes(StandardCharsets.UTF_8);
        byte[] expected = unescaped(taken).getBytes(StandardCharsets.UTF_8);
        for (int piece = 1; piece <= bytes.length; piece++) {
            int atOnce = piece;
            InputStream stream = new ByteArrayInputStream(bytes) {
                @Override
                public synchronized int read(byte[] buffer, int offset, int length) {
                    return super.read(buffer, offset, Math.min(length, atOnce));
                }
            };
            assertThat(FormatHint.sample(stream)).as("%d at once", piece).isEqualTo(expected);
            assertThat(stream.readAllBytes()).isEqualTo(bytes);
        }
    }

    @Test
    void twentyLinesAreEnough() throws IOException {
        String lines = "no object\n".repeat(30) + "{}\n";
        InputStream stream = new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8));
        assertThat(FormatHint.sample(stream)).hasSize(20 * "no object\n".length());
    }

    @Test
    void aSampleWaitsForNoMoreThanALine() throws IOException {
        InputStream endless = new InputStream() {
            private final InputStream first = new ByteArrayInputStream("{}\n{\"a".getBytes(StandardCharsets.UTF_8));

            @Override
            public int read() throws IOException {
                return one();
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                bytes[offset] = (byte) one();
                return 1;
            }

            private int one() throws IOException {
                int next = first.read();
                if (next == '{' && first.available() == 2) {
                    throw new AssertionError("nobody needs to wait for the second line");
                }
                return next;
            }
        };
        InputStream buffered = new java.io.BufferedInputStream(endless, FormatHint.SAMPLE_BYTES);
        assertThat(FormatHint.sample(buffered)).isEqualTo("{}\n".getBytes(StandardCharsets.UTF_8));
        assertThat(buffered.read()).isEqualTo('{');
    }
}
