package io.synfire.query.http;

import io.synfire.query.http.HttpOptions.TlsFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A server's certificate chain and private key from PEM files. No message holds anything of the key. */
final class PemIdentity {

    /** What the key is kept under in memory: it never leaves the process, so that this is no secret. */
    static final String PASSWORD = "in-memory";

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    private PemIdentity() {}

    /**
     * Reads both files.
     *
     * @throws IllegalArgumentException if they are not what they must be, or do not belong together
     */
    static KeyStore read(TlsFiles files) {
        List<Certificate> chain = chain(files.certificate());
        PrivateKey key = key(files.key());
        requirePair(key, chain.get(0).getPublicKey(), files);
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("synfire", key, PASSWORD.toCharArray(), chain.toArray(Certificate[]::new));
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(
                    "http.tls.certificate and http.tls.key must be usable together: http.tls.certificate="
                            + files.certificate() + " failed=" + e.getMessage());
        }
    }

    /** The certificates of a file, the server's own first. */
    static List<Certificate> chain(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            List<Certificate> chain =
                    List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(in));
            if (!chain.isEmpty()) {
                return chain;
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "http.tls.certificate must be a PEM file of certificates: http.tls.certificate=" + file, e);
        }
        throw new IllegalArgumentException(
                "http.tls.certificate must hold at least one certificate: http.tls.certificate=" + file);
    }

    private static PrivateKey key(Path file) {
        SecretFiles.requirePrivate("http.tls.key", file);
        String pem;
        try {
            pem = Files.readString(file);
        } catch (IOException e) {
            throw notAKey("must be a PEM file", file);
        }
        Matcher block = BLOCK.matcher(pem);
        String other = "";
        while (block.find()) {
            if (block.group(1).equals("PRIVATE KEY")) {
                return decoded(block.group(2).replaceAll("\\s", ""), file);
            }
            other = block.group(1);
        }
        if (other.equals("ENCRYPTED PRIVATE KEY") || pem.contains("Proc-Type: 4,ENCRYPTED")) {
            throw notAKey("must not be encrypted, try openssl pkcs8 -topk8 -nocrypt", file);
        }
        throw notAKey("must be PKCS #8 (BEGIN PRIVATE KEY), try openssl pkcs8 -topk8 -nocrypt", file);
    }

    private static PrivateKey decoded(String base64, Path file) {
        PKCS8EncodedKeySpec spec;
        try {
            spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            throw notAKey("must be base64 between its lines of dashes", file);
        }
        PrivateKey rsa = keyOf("RSA", spec);
        PrivateKey key = rsa == null ? keyOf("EC", spec) : rsa;
        if (key == null) {
            throw notAKey("must be an RSA or EC key", file);
        }
        return key;
    }

    /** The key, or null if it is of another algorithm. */
    private static @Nullable PrivateKey keyOf(String algorithm, PKCS8EncodedKeySpec spec) {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(spec);
        } catch (InvalidKeySpecException e) {
            return null;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has RSA and EC", e);
        }
    }

    private static IllegalArgumentException notAKey(String rule, Path file) {
        return new IllegalArgumentException("http.tls.key " + rule + ": http.tls.key=" + file);
    }

    private static void requirePair(PrivateKey key, PublicKey certified, TlsFiles files) {
        boolean fits = false;
        try {
            Signature signature =
                    Signature.getInstance(key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
            byte[] challenge = {1, 2, 3};
            signature.initSign(key);
            signature.update(challenge);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(challenge);
            fits = signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // A key of another kind than the certificate's.
            fits = false;
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "http.tls.key must be the key of the first certificate: http.tls.certificate=" + files.certificate()
                            + " http.tls.key=" + files.key());
        }
    }
}
