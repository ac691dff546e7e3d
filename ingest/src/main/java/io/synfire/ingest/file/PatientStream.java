package io.synfire.ingest.file;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A stream that somebody may write slowly, for days: whoever reads it is told whenever it has nothing to give, and so need not leave lying what
 * it has read. A thread of its own waits for the stream, up to {@value #CHUNKS_MAX} chunks ahead. One thread at a time reads.
 */
final class PatientStream extends InputStream {

    /** Told on the reading thread, within a read. */
    interface Waiting {

        /**
         * The stream has nothing to give now.
         *
         * @param isLong whether it has had nothing for {@value #PAUSE_MS} ms
         */
        void waits(boolean isLong) throws IOException;
    }

    static final int PAUSE_MS = 250;
    private static final int CHUNK_BYTES = 1 << 16;
    private static final int CHUNKS_MAX = 8;

    private final InputStream source;
    private final BooleanSupplier isStopped;
    private final BlockingQueue<Chunk> chunks = new ArrayBlockingQueue<>(CHUNKS_MAX);
    private Waiting waiting = isLong -> {};
    private Chunk chunk = new Chunk(new byte[0], null);
    private boolean isOver;
    private boolean isStopping;
    private int left;
    private int at;
    private volatile boolean closed;

    /** Some of it; without bytes it is the end, or what was thrown there. */
    private static final class Chunk {
        final byte[] bytes;
        final @Nullable Throwable failure;

        Chunk(byte[] bytes, @Nullable Throwable failure) {
            this.bytes = bytes;
            this.failure = failure;
        }
    }

    /**
     * Begins to read.
     *
     * @param source the stream; whoever made it closes it
     * @param isStopped whether no more of it is to be read
     */
    static PatientStream of(InputStream source, BooleanSupplier isStopped) {
        PatientStream stream = new PatientStream(source, isStopped);
        Thread thread = new Thread(stream::pump, "synfire-stream");
        thread.setDaemon(true);
        thread.start();
        return stream;
    }

    private PatientStream(InputStream source, BooleanSupplier isStopped) {
        this.source = source;
        this.isStopped = isStopped;
    }

    /** Tells from now on, within a read, that it must wait. */
    void tell(Waiting who) {
        waiting = who;
    }

    private void pump() {
        byte[] buffer = new byte[CHUNK_BYTES];
        Chunk read;
        do {
            read = next(buffer);
        } while (put(read) && read.bytes.length > 0);
    }

    private Chunk next(byte[] buffer) {
        try {
            int length = 0;
            while (length == 0) {
                length = source.read(buffer);
            }
            return new Chunk(length < 0 ? new byte[0] : Arrays.copyOf(buffer, length), null);
        } catch (IOException | RuntimeException | Error e) {
            return new Chunk(new byte[0], e);
        }
    }

    /** False if nobody reads any more. */
    private boolean put(Chunk read) {
        try {
            while (!closed) {
                if (chunks.offer(read, PAUSE_MS, TimeUnit.MILLISECONDS)) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /**
     * Reads, and waits until there is something.
     *
     * @throws StoppedException if no more of it is to be read
     */
    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (at == chunk.bytes.length && !advance()) {
            return -1;
        }
        int count = Math.min(length, chunk.bytes.length - at);
        System.arraycopy(chunk.bytes, at, bytes, offset, count);
        at += count;
        return count;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int available() {
        return chunk.bytes.length - at;
    }

    /** False at the end. */
    private boolean advance() throws IOException {
        if (!isOver) {
            chunk = await();
            at = 0;
            isOver = chunk.bytes.length == 0;
        }
        Throwable failure = chunk.failure;
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw failure instanceof IOException e ? e : new IOException(failure.getMessage(), failure);
        }
        return !isOver;
    }

    private Chunk await() throws IOException {
        requireGoingOn();
        Chunk next = chunks.poll();
        if (next == null) {
            waiting.waits(false);
        }
        try {
            while (next == null) {
                next = chunks.poll(PAUSE_MS, TimeUnit.MILLISECONDS);
                if (next == null) {
                    requireGoingOn();
                    waiting.waits(true);
                }
            }
            left--;
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a stream was waited for", e);
        }
    }

    /** What was taken of the source before the stop was noticed is read, and no more. */
    private void requireGoingOn() throws StoppedException {
        if (!isStopping && isStopped.getAsBoolean()) {
            isStopping = true;
            left = chunks.size();
        }
        if (isStopping && left <= 0) {
            throw new StoppedException();
        }
    }

    /** Reads no further; the source stays open. */
    @Override
    public void close() {
        closed = true;
    }
}
