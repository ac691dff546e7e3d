package io.synfire.query.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where HTTP listens, to whom, and how much it bears. Without a file of tokens whoever reaches the port may ask and post, so that it
 * listens on the loopback address alone, unless {@code open} says that this is meant.
 *
 * @param host address to bind to, the loopback one by default
 * @param port port, 0 for any free one
 * @param tokens file of bearer tokens, or null if none are asked for
 * @param tls certificate and key, or null for plain HTTP
 * @param open whether it may listen elsewhere than on the loopback address without tokens
 * @param hosts names by which it may be called besides its own, where no tokens are asked for
 * @param limits how much it bears
 */
public record HttpOptions(
        String host,
        int port,
        @Nullable Path tokens,
        @Nullable TlsFiles tls,
        boolean open,
        Set<String> hosts,
        HttpLimits limits) {

    /**
     * PEM files of a server's identity.
     *
     * @param certificate its certificate, then those of who issued it
     * @param key its private key, PKCS #8, RSA or EC, not encrypted
     */
    public record TlsFiles(Path certificate, Path key) {}

    /** Checks the port, and takes copies. */
    public HttpOptions {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("http.port must be 0 to 65535: http.port=" + port);
        }
        hosts = Set.copyOf(
                hosts.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList());
    }

    /**
     * Plain HTTP without tokens.
     *
     * @param host address to bind to
     * @param port port, 0 for any free one
     * @return with the default limits
     */
    public static HttpOptions of(String host, int port) {
        return new HttpOptions(host, port, null, null, false, Set.of(), HttpLimits.defaults());
    }

    /** Whether only this machine can reach it. */
    boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("http.host must be an address of this machine: http.host=" + host, e);
        }
    }

    /** Refuses to be open to the network by mistake. */
    void requireSafe() {
        if (tokens == null && !open && !isLoopback()) {
            throw new IllegalArgumentException("whoever reaches this address could read and write: set http.tokens to a"
                    + " file of tokens, or http.open=true if that is meant: http.host=" + host);
        }
    }
}
