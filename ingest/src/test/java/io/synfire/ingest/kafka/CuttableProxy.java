package io.synfire.ingest.kafka;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The network between clients and a broker, for tests: connections can be cut, or fall silent, and come back. */
final class CuttableProxy implements AutoCloseable {

    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile int target;
    private volatile boolean isCut;
    private volatile boolean isSilent;

    CuttableProxy() throws IOException {
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("accept", this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Where it leads. */
    void to(int port) {
        target = port;
    }

    /** Closes all connections, and new ones as they come. */
    void cut() throws IOException {
        isCut = true;
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** Keeps all connections open and lets nothing through: what a lost cable looks like. */
    void silence() {
        isSilent = true;
    }

    void mend() {
        isCut = false;
        isSilent = false;
    }

    @Override
    public void close() throws IOException {
        cut();
        server.close();
    }

    private void accept() throws IOException {
        while (!server.isClosed()) {
            Socket client = server.accept();
            if (isCut) {
                client.close();
                continue;
            }
            Socket broker;
            try {
                broker = new Socket(InetAddress.getLoopbackAddress(), target);
            } catch (IOException e) {
                client.close();
                continue;
            }
            sockets.add(client);
            sockets.add(broker);
            start("up", () -> pump(client, broker));
            start("down", () -> pump(broker, client));
        }
    }

    private void pump(Socket from, Socket to) throws IOException {
        try (from;
                to) {
            byte[] buffer = new byte[8192];
            for (int read = from.getInputStream().read(buffer);
                    read >= 0;
                    read = from.getInputStream().read(buffer)) {
                while (isSilent && !from.isClosed()) {
                    Thread.onSpinWait();
                    java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
                }
                to.getOutputStream().write(buffer, 0, read);
            }
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // Cut, by one side or the other: that is what it is for.
                        Thread.currentThread().interrupt();
                    }
                },
                "proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }
}
