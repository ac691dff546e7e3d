package io.synfire.query.http;

import io.synfire.query.http.HttpOptions.TlsFiles;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trust in a server on this machine whose certificate is known from its own file: in just that certificate, whoever issued it, whatever names
 * it is for. The server may be asked at an address that its certificate does not hold, such as {@code 127.0.0.1}.
 */
public final class PinnedCertificate {

    private PinnedCertificate() {}

    /**
     * What a client is made with that trusts the certificate of a file alone.
     *
     * @param files the files of the server; the key is not read
     * @return a context for such clients
     * @throws IllegalArgumentException if there is no certificate in the file
     */
    public static SSLContext trusting(TlsFiles files) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    null,
                    new TrustManager[] {
                        new Manager(PemIdentity.chain(files.certificate()).get(0), files)
                    },
                    null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
    }

    private static final class Manager extends X509ExtendedTrustManager {

        private final Certificate pinned;
        private final TlsFiles files;

        Manager(Certificate pinned, TlsFiles files) {
            this.pinned = pinned;
            this.files = files;
        }

        private void require(X509Certificate[] chain) throws CertificateException {
            X509Certificate found = Arrays.stream(chain).findFirst().orElse(null);
            if (!pinned.equals(found)) {
                throw new CertificateException("the server has another certificate than the file: http.tls.certificate="
                        + files.certificate());
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            require(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            require(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            require(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("no client is asked for a certificate");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            checkClientTrusted(chain, authType);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            checkClientTrusted(chain, authType);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
