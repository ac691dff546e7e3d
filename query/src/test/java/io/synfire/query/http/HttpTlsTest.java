package io.synfire.query.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.synfire.query.http.HttpOptions.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTPS with certificates that are made here, and what is refused. */
@Timeout(300)
final class HttpTlsTest {

    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    @TempDir
    Path directory;

    /** A key pair with its certificate, made by the JDK's own tool. */
    private KeyStore made(String name, String... algorithm)
            throws IOException, InterruptedException, GeneralSecurityException {
        Path file = directory.resolve(name + ".p12");
        List<String> line = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                "in-the-test"));
        line.addAll(List.of(algorithm));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file)) {
            store.load(in, "in-the-test".toCharArray());
        }
        return store;
    }

    private KeyStore rsa(String name) throws IOException, InterruptedException, GeneralSecurityException {
        return made(name, "-keyalg", "RSA", "-keysize", "2048");
    }

    private TlsFiles written(KeyStore store) throws IOException, GeneralSecurityException {
        TlsFiles files = new TlsFiles(directory.resolve("certificate.pem"), directory.resolve("key.pem"));
        writeKey(
                files.key(),
                pem(
                        "PRIVATE KEY",
                        Objects.requireNonNull(store.getKey("server", "in-the-test".toCharArray()))
                                .getEncoded()));
        Files.writeString(
                files.certificate(), pem("CERTIFICATE", certificate(store).getEncoded()));
        return files;
    }

    private static void writeKey(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static Certificate certificate(KeyStore store) throws GeneralSecurityException {
        return Objects.requireNonNull(store.getCertificate("server"));
    }

    private static String pem(String type, byte[] bytes) {
        return "-----BEGIN " + type + "-----\n" + LINES.encodeToString(bytes) + "\n-----END " + type + "-----\n";
    }

    private static SSLContext trusting(KeyStore server) throws IOException, GeneralSecurityException {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("server", certificate(server));
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trust);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    private ServedMemory served(TlsFiles files) {
        return new ServedMemory(
                directory.resolve("store"),
                new HttpOptions("127.0.0.1", 0, null, files, false, Set.of(), HttpLimits.defaults()));
    }

    private static HttpResponse<String> get(ServedMemory memory, KeyStore trusted)
            throws IOException, InterruptedException, GeneralSecurityException {
        // A client of its own each time: no connection and no session of before.
        HttpClient client =
                HttpClient.newBuilder().sslContext(trusting(trusted)).build();
        return client.send(HttpRequest.newBuilder(memory.uri("/v1/status")).build(), BodyHandlers.ofString());
    }

    @ParameterizedTest
    @CsvSource({"RSA, -keysize, 2048", "EC, -groupname, secp256r1"})
    void answersAreGivenUnderTheCertificate(String algorithm, String option, String value) throws Exception {
        KeyStore store = made("own", "-keyalg", algorithm, option, value);
        try (ServedMemory memory = served(written(store))) {
            assertThat(memory.server.url()).startsWith("https://127.0.0.1:");
            HttpResponse<String> response = get(memory, store);
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
            assertThat(response.headers().firstValue("Strict-Transport-Security"))
                    .isEmpty();
        }
    }

    @Test
    void whoKnowsTheFileTrustsItsCertificateUnderAnyNameAndNoOther() throws Exception {
        KeyStore elsewhere = made("memory.example", "-keyalg", "RSA", "-ext", "san=dns:memory.example");
        TlsFiles files = written(elsewhere);
        try (ServedMemory memory = served(files)) {
            HttpRequest request =
                    HttpRequest.newBuilder(memory.uri("/v1/status")).build();
            // Its name is another: who only trusts its issuer does not take it for the server at this address.
            assertThatThrownBy(() -> get(memory, elsewhere)).isInstanceOf(SSLHandshakeException.class);
            HttpClient pinned = HttpClient.newBuilder()
                    .sslContext(PinnedCertificate.trusting(files))
                    .build();
            assertThat(pinned.send(request, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);

            Path other = Files.writeString(
                    directory.resolve("other.pem"),
                    pem("CERTIFICATE", certificate(rsa("other")).getEncoded()));
            HttpClient mistaken = HttpClient.newBuilder()
                    .sslContext(PinnedCertificate.trusting(new TlsFiles(other, files.key())))
                    .build();
            assertThatThrownBy(() -> mistaken.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("another certificate than the file");
        }
    }

    @Test
    void nothingOlderThanTls12IsSpoken() throws Exception {
        KeyStore store = rsa("own");
        try (ServedMemory memory = served(written(store))) {
            assertThat(handshake(memory, store, "TLSv1.2")).isEqualTo("TLSv1.2");
            assertThatThrownBy(() -> handshake(memory, store, "TLSv1.1")).isInstanceOf(SSLHandshakeException.class);
        }
    }

    private static String handshake(ServedMemory memory, KeyStore trusted, String protocol) throws Exception {
        try (SSLSocket socket = (SSLSocket) trusting(trusted)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), memory.server.port())) {
            socket.setEnabledProtocols(new String[] {protocol});
            socket.startHandshake();
            return socket.getSession().getProtocol();
        }
    }

    /** Under TLS, too, whoever sends a whole body first reads why it was refused before it had come. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aBodyThatIsRefusedIsAnswered(String protocol) throws Exception {
        KeyStore store = rsa("own");
        try (ServedMemory memory = served(written(store))) {
            for (int i = 0; i < 5; i++) {
                String answer = answerAfterSending(memory, trusting(store), protocol);
                assertThat(answer)
                        .startsWith("HTTP/1.1 415 ")
                        .contains("\"status\":415")
                        .endsWith("}");
            }
            HttpClient client = HttpClient.newBuilder()
                    .sslContext(trusting(store))
                    .sslParameters(new SSLParameters(null, new String[] {protocol}))
                    .build();
            HttpRequest large = HttpRequest.newBuilder(memory.uri("/v1/recall"))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(" ".repeat(2 << 20)))
                    .build();
            for (int i = 0; i < 20; i++) {
                assertThat(client.send(large, BodyHandlers.ofString()).body()).contains("\"status\":413");
            }
        }
    }

    private static String answerAfterSending(ServedMemory memory, SSLContext trusting, String protocol)
            throws IOException {
        try (SSLSocket socket = (SSLSocket)
                trusting.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), memory.server.port())) {
            socket.setEnabledProtocols(new String[] {protocol});
            socket.setSoTimeout(60_000);
            int pieces = 64;
            byte[] piece = new byte[64 << 10];
            String head = "POST /v1/recall HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
                    + "Content-Length: " + pieces * piece.length + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            // It is being answered.
            int first = socket.getInputStream().read();
            for (int i = 0; i < pieces; i++) {
                socket.getOutputStream().write(piece);
            }
            return (char) first + new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aNewCertificateIsTakenWithoutARestart() throws Exception {
        KeyStore first = rsa("first");
        KeyStore second = rsa("second");
        TlsFiles files = written(first);
        try (ServedMemory memory = served(files)) {
            assertThat(get(memory, first).statusCode()).isEqualTo(200);
            written(second);
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> get(memory, second).statusCode() == 200);
            Files.writeString(files.certificate(), "nonsense");
            await().during(Duration.ofSeconds(3))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> get(memory, second).statusCode() == 200);
            X509Certificate shown = (X509Certificate)
                    get(memory, second).sslSession().orElseThrow().getPeerCertificates()[0];
            assertThat(shown.getSubjectX500Principal().getName()).isEqualTo("CN=second");
        }
    }

    @Test
    void filesThatAreNotWhatTheyMustBeAreRefusedWithoutShowingTheKey() throws Exception {
        TlsFiles files = written(rsa("own"));
        String key = Files.readString(files.key());
        String secret = key.split("\n", -1)[1];
        assertRefused(files, key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"), "must not be encrypted", secret);
        assertRefused(files, key.replace("PRIVATE KEY", "RSA PRIVATE KEY"), "must be PKCS #8", secret);
        assertRefused(files, "nothing", "must be PKCS #8", secret);
        assertRefused(files, key.replace(secret + "\n", ""), "must be an RSA or EC key", secret);
        Files.writeString(
                files.key(),
                pem(
                        "PRIVATE KEY",
                        Objects.requireNonNull(rsa("other").getKey("server", "in-the-test".toCharArray()))
                                .getEncoded()));
        assertThatThrownBy(() -> PemIdentity.read(files)).hasMessageContaining("key of the first certificate");
        writeKey(files.key(), key);
        PemIdentity.read(files);
        Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> PemIdentity.read(files)).hasMessageContaining("readable or writable by others");
    }

    private static void assertRefused(TlsFiles files, String key, String rule, String secret) throws IOException {
        writeKey(files.key(), key);
        assertThatThrownBy(() -> PemIdentity.read(files))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(rule)
                .hasMessageNotContaining(secret);
    }
}
