package io.synfire.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Packed streams are read to their end, in whichever pieces they come. */
final class UnpackedTest {

    private static final long SEED = Long.getLong("synfire.seed", 20260);

    /** What gives no more than one piece at a time, and says that nothing is available, as a pipe may. */
    private static final class Pieces extends InputStream {
        private final byte[][] pieces;
        private int piece;
        private int at;

        Pieces(byte[]... pieces) {
            this.pieces = pieces;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            while (piece < pieces.length && at == pieces[piece].length) {
                piece++;
                at = 0;
            }
            if (piece == pieces.length) {
                return -1;
            }
            int read = Math.min(length, pieces[piece].length - at);
            System.arraycopy(pieces[piece], at, bytes, offset, read);
            at += read;
            return read;
        }

        @Override
        public int available() {
            return 0;
        }
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] zstd(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new ZstdOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    /** What some programs write before and between frames: it holds nothing to read. */
    private static byte[] skippable(int kind, int length) {
        byte[] frame = new byte[8 + length];
        frame[0] = (byte) (0x50 + kind);
        frame[1] = 0x2a;
        frame[2] = 0x4d;
        frame[3] = 0x18;
        frame[4] = (byte) length;
        return frame;
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }

    private static byte[] read(InputStream stream) throws IOException {
        try (Unpacked content = Unpacked.of(stream)) {
            byte[] all = content.stream().readAllBytes();
            assertThat(content.hasGarbage()).isFalse();
            return all;
        }
    }

    private static byte[] random(SplittableRandom random, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ('a' + random.nextInt(4));
        }
        return bytes;
    }

    @Test
    void allMembersAndFramesAreReadWhereverTheStreamPauses() throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        byte[] one = random(random, 300);
        byte[] two = random(random, 5);
        byte[] three = random(random, 40);
        byte[] content = joined(one, two, new byte[0], three);
        for (byte[] packed : new byte[][] {
            joined(gzip(one), gzip(two), gzip(new byte[0]), gzip(three)),
            joined(zstd(one), zstd(two), zstd(new byte[0]), zstd(three)),
            joined(skippable(0, 4), zstd(one), skippable(15, 0), zstd(two), zstd(three), skippable(7, 100))
        }) {
            for (int pause = 0; pause <= packed.length; pause++) {
                byte[] before = Arrays.copyOf(packed, pause);
                byte[] after = Arrays.copyOfRange(packed, pause, packed.length);
                assertThat(read(new Pieces(before, after)))
                        .as("pause at %d", pause)
                        .isEqualTo(content);
            }
            byte[][] each = new byte[packed.length][];
            for (int i = 0; i < packed.length; i++) {
                each[i] = new byte[] {packed[i]};
            }
            assertThat(read(new Pieces(each))).isEqualTo(content);
        }
    }

    @Test
    void whatIsUnpackedIsThereBeforeTheNextPieceIs() throws IOException {
        InputStream endless = new InputStream() {
            private final InputStream first = new ByteArrayInputStream(gzip("first".getBytes(StandardCharsets.UTF_8)));

            @Override
            public int read() throws IOException {
                int next = first.read();
                if (next < 0) {
                    throw new AssertionError("nobody needs to wait for more");
                }
                return next;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int read = first.read(bytes, offset, length);
                if (read < 0) {
                    throw new AssertionError("nobody needs to wait for more");
                }
                return read;
            }
        };
        byte[] bytes = new byte[100];
        int read = Unpacked.of(endless).stream().read(bytes);
        assertThat(new String(bytes, 0, read, StandardCharsets.UTF_8)).isEqualTo("first");
    }

    @Test
    void whatEndsTooEarlySaysSoWhereverThatIs() throws IOException {
        for (byte[] packed : new byte[][] {
            joined(gzip("some text".getBytes(StandardCharsets.UTF_8)), gzip("more".getBytes(StandardCharsets.UTF_8))),
            joined(zstd("some text".getBytes(StandardCharsets.UTF_8)), zstd("more".getBytes(StandardCharsets.UTF_8)))
        }) {
            int first = packed[0] == 0x1f
                    ? gzip("some text".getBytes(StandardCharsets.UTF_8)).length
                    : zstd("some text".getBytes(StandardCharsets.UTF_8)).length;
            for (int length = 4; length < packed.length; length++) {
                byte[] cut = Arrays.copyOf(packed, length);
                if (packed[0] != 0x1f && length > first && length < first + 4) {
                    // Nobody can tell yet whether it is a frame.
                    try (Unpacked content = Unpacked.of(new ByteArrayInputStream(cut))) {
                        assertThat(content.stream().readAllBytes())
                                .isEqualTo("some text".getBytes(StandardCharsets.UTF_8));
                        assertThat(content.hasGarbage()).isTrue();
                    }
                } else if (length == first) {
                    assertThat(read(new ByteArrayInputStream(cut)))
                            .isEqualTo("some text".getBytes(StandardCharsets.UTF_8));
                } else {
                    assertThatThrownBy(() -> read(new ByteArrayInputStream(cut)))
                            .as("cut at %d", length)
                            .isInstanceOf(BadPackingException.class)
                            .hasMessageContaining("ends too early");
                }
            }
        }
    }

    @Test
    void whatLiesBehindIsNotReadAndIsSaid() throws IOException {
        for (byte[] packed : new byte[][] {
            gzip("text".getBytes(StandardCharsets.UTF_8)), zstd("text".getBytes(StandardCharsets.UTF_8))
        }) {
            for (String garbage : new String[] {"x", "garbage that is longer", "{\"concepts\":[\"a\"]}\n"}) {
                byte[] all = joined(packed, garbage.getBytes(StandardCharsets.UTF_8));
                try (Unpacked content = Unpacked.of(new Pieces(all))) {
                    assertThat(content.stream().readAllBytes()).isEqualTo("text".getBytes(StandardCharsets.UTF_8));
                    assertThat(content.hasGarbage()).isTrue();
                }
            }
        }
        assertThat(read(new Pieces(gzip("text".getBytes(StandardCharsets.UTF_8)), new byte[512])))
                .isEqualTo("text".getBytes(StandardCharsets.UTF_8));
        assertThat(read(new Pieces(
                        gzip("text".getBytes(StandardCharsets.UTF_8)),
                        new byte[512],
                        gzip("more".getBytes(StandardCharsets.UTF_8)))))
                .isEqualTo("textmore".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void anyByteThatIsFlippedInAMemberIsNoticedOrChangesNothing() throws IOException {
        byte[] content = random(new SplittableRandom(SEED), 2_000);
        byte[] packed = gzip(content);
        int noticed = 0;
        // The first ten are the header; what it says of the file's time and system is no matter.
        for (int at = 10; at < packed.length; at++) {
            byte[] flipped = packed.clone();
            flipped[at] ^= 0x10;
            try {
                // The last bits of the data are of no use.
                assertThat(read(new ByteArrayInputStream(flipped)))
                        .as("flipped at %d", at)
                        .isEqualTo(content);
            } catch (BadPackingException e) {
                noticed++;
            }
        }
        assertThat(noticed).isGreaterThan(packed.length - 12);
    }

    @Test
    void aHeaderWithNameCommentExtraFieldAndChecksumIsPassedOver() throws IOException {
        byte[] text = "text".getBytes(StandardCharsets.UTF_8);
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        deflater.setInput(text);
        deflater.finish();
        byte[] deflated = new byte[100];
        int length = deflater.deflate(deflated);
        deflater.end();
        CRC32 crc = new CRC32();
        crc.update(text);
        byte[] header = joined(
                new byte[] {0x1f, (byte) 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3},
                new byte[] {3, 0, 'x', 'y', 'z'},
                "name\0".getBytes(StandardCharsets.UTF_8),
                "comment\0".getBytes(StandardCharsets.UTF_8),
                new byte[] {1, 2});
        byte[] trailer = new byte[8];
        for (int i = 0; i < 4; i++) {
            trailer[i] = (byte) (crc.getValue() >>> (8 * i));
        }
        trailer[4] = (byte) text.length;
        byte[] packed = joined(header, Arrays.copyOf(deflated, length), trailer);
        assertThat(read(new ByteArrayInputStream(joined(packed, packed))))
                .isEqualTo("texttext".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatIsNotPackedIsReadAsItIs() throws IOException {
        for (String text : new String[] {"", "a", "{\"a\":1}\n"}) {
            try (Unpacked content = Unpacked.of(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))) {
                assertThat(content.isPacked()).isFalse();
                assertThat(content.stream().readAllBytes()).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
