package io.synfire.query.app.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The protocol, against what a server would say. */
final class RedisConnectionTest {

    private static final byte[] ONE = bytes("1");

    @Test
    void aPipelineIsSentAtOnceAndItsRepliesAreCounted() throws Exception {
        String commands = "*4\r\n$7\r\nZINCRBY\r\n$3\r\ntea\r\n$1\r\n1\r\n$4\r\nmilk\r\n"
                + "*4\r\n$7\r\nZINCRBY\r\n$3\r\nthé\r\n$1\r\n1\r\n$4\r\nmilk\r\n".replace("$3\r\nthé", "$4\r\nthé");
        try (ServerSocket server = server()) {
            CompletableFuture<String> heard = answer(server, bytes(commands).length, "$1\r\n1\r\n$2\r\n12\r\n");
            try (RedisConnection redis = RedisConnection.open(server.getLocalPort())) {
                redis.send(bytes("ZINCRBY"), bytes("tea"), ONE, bytes("milk"));
                redis.send(bytes("ZINCRBY"), bytes("thé"), ONE, bytes("milk"));
                assertThat(redis.isFull()).isFalse();
                assertThat(redis.flush(ONE)).isEqualTo(1);
            }
            assertThat(heard.get()).isEqualTo(commands);
        }
    }

    @Test
    void aRefusalIsAFailure() throws Exception {
        try (ServerSocket server = server()) {
            CompletableFuture<String> heard = answer(server, 1, "-OOM command not allowed\r\n");
            try (RedisConnection redis = RedisConnection.open(server.getLocalPort())) {
                redis.send(bytes("ZINCRBY"), bytes("tea"), ONE, bytes("milk"));
                assertThatThrownBy(() -> redis.flush(ONE))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("-OOM command not allowed");
            }
            assertThat(heard.get()).isEqualTo("*");
        }
    }

    @Test
    void anEndWithinAReplyIsAFailure() throws Exception {
        try (ServerSocket server = server()) {
            CompletableFuture<String> heard = answer(server, 1, "$5\r\n12");
            try (RedisConnection redis = RedisConnection.open(server.getLocalPort())) {
                redis.send(bytes("PING"));
                assertThatThrownBy(() -> redis.flush(ONE)).isInstanceOf(IOException.class);
            }
            assertThat(heard.get()).isEqualTo("*");
        }
    }

    private static ServerSocket server() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    /** Takes so many bytes of one client, says something, and ends. */
    private static CompletableFuture<String> answer(ServerSocket server, int size, String reply) {
        return CompletableFuture.supplyAsync(() -> {
            try (Socket client = server.accept()) {
                byte[] heard = client.getInputStream().readNBytes(size);
                client.getOutputStream().write(bytes(reply));
                client.shutdownOutput();
                // Until the client has read it and goes: a reset would take the reply away.
                client.getInputStream().readAllBytes();
                return new String(heard, StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
