package io.synfire.ingest.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.server.ServerSocketFactory;

/**
 * Sockets on the loopback interface that are bound before a broker starts, and handed to it when it would bind them: it takes seconds until it
 * does, and a port that was only looked up may be another process's by then. Thread-safe.
 */
final class BoundSockets implements ServerSocketFactory, AutoCloseable {

    /** As many connections may wait as by Kafka's default. */
    private static final int BACKLOG = 50;

    /** Those that no broker has taken yet, by port. */
    private final Map<Integer, ServerSocketChannel> held = new ConcurrentHashMap<>();

    /**
     * Binds a port.
     *
     * @param preferred the port to take if it is free; another is taken if it is not, or 0
     * @return the port, which nobody else can take
     */
    int bind(int preferred) {
        ServerSocketChannel socket = open(preferred);
        int port = socket.socket().getLocalPort();
        held.put(port, socket);
        return port;
    }

    @Override
    public ServerSocketChannel openServerSocket(
            String listener, InetSocketAddress address, int backlog, int receiveBufferBytes) throws IOException {
        ServerSocketChannel socket = held.remove(address.getPort());
        // A listener that was set by hand, or is opened again.
        return socket == null
                ? ServerSocketFactory.INSTANCE.openServerSocket(listener, address, backlog, receiveBufferBytes)
                : socket;
    }

    /** Gives back what no broker has taken. */
    @Override
    public void close() {
        held.values().removeIf(socket -> {
            try {
                socket.close();
                return true;
            } catch (IOException e) {
                throw new UncheckedIOException("a port cannot be given back", e);
            }
        });
    }

    private static ServerSocketChannel open(int preferred) {
        try {
            try {
                return bound(preferred);
            } catch (BindException taken) {
                return bound(0);
            }
        } catch (IOException e) {
            throw new IllegalStateException("the loopback interface has no free port", e);
        }
    }

    private static ServerSocketChannel bound(int port) throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open();
        try {
            socket.configureBlocking(false);
            // A port whose connections were closed a minute ago is free.
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
