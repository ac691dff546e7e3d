package io.synfire.query.app.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * As much of Redis's protocol (RESP2) as a pipeline needs: commands are gathered, sent all at once, and their replies read. One thread at a time.
 */
final class RedisConnection implements AutoCloseable {

    /** How many commands are sent before replies are read. */
    static final int PIPELINE = 10_000;

    private static final int TIMEOUT_MS = 60_000;
    private static final int REPLY_BYTES = 1 << 16;
    private static final Pattern USED = Pattern.compile("used_memory:(\\d+)");

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private byte[] gathered = new byte[1 << 20];
    private int length;
    private int waiting;

    private RedisConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), REPLY_BYTES);
        this.out = socket.getOutputStream();
    }

    static RedisConnection open(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MS);
            return new RedisConnection(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Gathers a command. */
    void send(byte[]... words) {
        put('*', words.length);
        for (byte[] word : words) {
            put('$', word.length);
            put(word);
            put('\r');
            put('\n');
        }
        waiting++;
    }

    /** Whether a pipeline is full. */
    boolean isFull() {
        return waiting >= PIPELINE;
    }

    /**
     * Sends what was gathered and reads all replies.
     *
     * @param counted a reply
     * @return how many replies were that
     * @throws IOException if the server refuses a command, or does not answer
     */
    long flush(byte[] counted) throws IOException {
        out.write(gathered, 0, length);
        length = 0;
        long equal = 0;
        for (; waiting > 0; waiting--) {
            if (Arrays.equals(reply(), counted)) {
                equal++;
            }
        }
        return equal;
    }

    /** What the server holds, in bytes. */
    long usedBytes() throws IOException {
        flush(new byte[0]);
        send("INFO".getBytes(StandardCharsets.UTF_8), "memory".getBytes(StandardCharsets.UTF_8));
        out.write(gathered, 0, length);
        length = 0;
        waiting = 0;
        Matcher used = USED.matcher(new String(reply(), StandardCharsets.UTF_8));
        if (!used.find()) {
            throw new IOException("redis-server does not say what it holds");
        }
        return Long.parseLong(used.group(1));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** A bulk string; an error is thrown. */
    private byte[] reply() throws IOException {
        int kind = read();
        byte[] line = line();
        if (kind != '$') {
            throw new IOException(
                    "redis-server refuses a command: reply=" + (char) kind + new String(line, StandardCharsets.UTF_8));
        }
        int size = Integer.parseInt(new String(line, StandardCharsets.US_ASCII));
        byte[] value = in.readNBytes(size);
        if (value.length < size || read() != '\r' || read() != '\n') {
            throw new EOFException("redis-server ended within a reply");
        }
        return value;
    }

    private byte[] line() throws IOException {
        byte[] line = new byte[256];
        int size = 0;
        for (int next = read(); next != '\r'; next = read()) {
            if (size == line.length) {
                throw new IOException("redis-server speaks another protocol");
            }
            line[size++] = (byte) next;
        }
        if (read() != '\n') {
            throw new IOException("redis-server speaks another protocol");
        }
        return Arrays.copyOf(line, size);
    }

    private int read() throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new EOFException("redis-server closed the connection");
        }
        return next;
    }

    private void put(char kind, int number) {
        put(kind);
        put(Integer.toString(number).getBytes(StandardCharsets.US_ASCII));
        put('\r');
        put('\n');
    }

    private void put(char character) {
        room(1);
        gathered[length++] = (byte) character;
    }

    private void put(byte[] bytes) {
        room(bytes.length);
        System.arraycopy(bytes, 0, gathered, length, bytes.length);
        length += bytes.length;
    }

    private void room(int more) {
        if (length + more > gathered.length) {
            gathered = Arrays.copyOf(gathered, Math.max(length + more, 2 * gathered.length));
        }
    }
}
