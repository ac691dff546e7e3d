package io.synfire.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Lines, and the fingerprint of what was read as lines, wherever the buffer ends. */
final class LineReaderTest {

    private static final long SEED = Long.getLong("synfire.seed", 20261);
    private static final int BUFFER = 1 << 16;

    private static Fingerprint of(byte[] content, int length) {
        Fingerprint fingerprint = Fingerprint.empty();
        fingerprint.update(content, 0, length);
        return fingerprint;
    }

    private static void assertSame(Fingerprint actual, Fingerprint expected) {
        assertThat(actual.bytes()).isEqualTo(expected.bytes());
        assertThat(actual.sha256()).isEqualTo(expected.sha256());
        assertThat(actual.head()).isEqualTo(expected.head());
    }

    @Test
    void theFingerprintIsThatOfTheLinesReadWhoeverAsksWhen() throws IOException {
        System.out.println("seed=" + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 40; round++) {
            StringBuilder text = new StringBuilder();
            List<Integer> ends = new ArrayList<>();
            int lines = random.nextInt(1, 20);
            for (int i = 0; i < lines; i++) {
                int length = random.nextInt(4) == 0 ? random.nextInt(2 * BUFFER) : random.nextInt(100);
                text.append("x".repeat(length)).append(random.nextBoolean() ? "\r\n" : "\n");
                ends.add(text.length());
            }
            boolean hasEnd = random.nextBoolean();
            if (!hasEnd) {
                text.append("y".repeat(random.nextInt(1, BUFFER + 10)));
                ends.add(text.length());
            }
            byte[] content = text.toString().getBytes(StandardCharsets.UTF_8);
            LineReader reader = new LineReader(new ByteArrayInputStream(content), 1 << 20, Fingerprint.empty());
            int from = 0;
            for (int end : ends) {
                byte[] line = reader.next();
                boolean isLast = end == content.length && !hasEnd;
                int length = isLast ? end - from : end - 1 - from;
                assertThat(line).isEqualTo(Arrays.copyOfRange(content, from, from + length));
                assertThat(reader.wasEnded()).isEqualTo(!isLast);
                if (random.nextBoolean()) {
                    assertSame(reader.fingerprint(), of(content, end));
                } else if (random.nextInt(10) == 0 || isLast) {
                    reader.unread();
                    assertSame(reader.fingerprint(), of(content, from));
                    break;
                }
                from = end;
            }
        }
    }

    @Test
    void ofALineThatCannotBeReadToItsEndNothingWasRead() throws IOException {
        byte[] content = ("first\n" + "x".repeat(BUFFER + 100)).getBytes(StandardCharsets.UTF_8);
        InputStream failing = new InputStream() {
            private final InputStream content0 = new ByteArrayInputStream(content);

            @Override
            public int read() {
                throw new AssertionError("lines are read by the buffer");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int read = content0.read(bytes, offset, length);
                if (read < 0) {
                    throw new IOException("the disk is gone");
                }
                return read;
            }
        };
        LineReader reader = new LineReader(failing, 1 << 20, Fingerprint.empty());
        assertThat(reader.next()).isEqualTo("first".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(reader::next).hasMessage("the disk is gone");
        assertSame(reader.fingerprint(), of(content, 6));
    }

    @Test
    void ofALineThatIsTooLongTheBeginningIsKeptAndAllOfItCounts() throws IOException {
        byte[] content = ("x".repeat(3 * BUFFER) + "\nnext\n").getBytes(StandardCharsets.UTF_8);
        LineReader reader = new LineReader(new ByteArrayInputStream(content), 10, Fingerprint.empty());
        assertThat(reader.next()).isEqualTo("xxxxxxxxxx".getBytes(StandardCharsets.UTF_8));
        assertThat(reader.wasTooLong()).isTrue();
        assertSame(reader.fingerprint(), of(content, 3 * BUFFER + 1));
        assertThat(reader.next()).isEqualTo("next".getBytes(StandardCharsets.UTF_8));
        assertThat(reader.wasTooLong()).isFalse();
        assertThat(reader.next()).isNull();
        assertSame(reader.fingerprint(), of(content, content.length));
    }
}
