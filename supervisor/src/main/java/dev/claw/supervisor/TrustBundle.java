package dev.claw.supervisor;

import dev.claw.supervisor.SupervisorException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * The authorities that this host trusts, as one PEM text: those of the JDK, with which the proxy
 * verifies, and those of the system's bundle. Same authorities, same text.
 */
final class TrustBundle {
  /** Where Debian keeps it; other systems have a link there. */
  static final Path HOST = Path.of("/etc/ssl/certs/ca-certificates.crt");

  private static final int LARGEST = 8 << 20;
  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\\s]{1,100000}-----END CERTIFICATE-----");

  private final Path host;

  /**
   * @param host the system's bundle, where there is one
   */
  TrustBundle(Path host) {
    this.host = host;
  }

  /**
   * The bundle with one authority more, which stands first.
   *
   * @throws SupervisorException where the host's authorities can't be read
   */
  String with(String certificatePem) throws SupervisorException {
    Set<String> blocks = new TreeSet<>();
    try {
      for (X509Certificate authority : ofJdk()) {
        blocks.add(pem(authority));
      }
      if (Files.isRegularFile(host)) {
        addHost(blocks);
      }
    } catch (GeneralSecurityException e) {
      throw new SupervisorException(
          Reason.STATE, "the JDK's trusted certificates can't be read; mend the JDK", e);
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE,
          host + ": can't be read: " + Failures.describe(e) + "; run 'update-ca-certificates'",
          e);
    }
    return certificatePem.strip() + "\n" + String.join("", blocks);
  }

  private static X509Certificate[] ofJdk() throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    return Arrays.stream(factory.getTrustManagers())
        .filter(X509TrustManager.class::isInstance)
        .map(X509TrustManager.class::cast)
        .flatMap(manager -> Arrays.stream(manager.getAcceptedIssuers()))
        .toArray(X509Certificate[]::new);
  }

  private void addHost(Set<String> blocks) throws IOException, GeneralSecurityException {
    String text;
    try (InputStream in = Files.newInputStream(host)) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new IOException("expected at most 8 MiB, found more");
      }
      text = new String(bytes, StandardCharsets.ISO_8859_1);
    }
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    for (Matcher block = BLOCK.matcher(text); block.find(); ) {
      byte[] one = block.group().getBytes(StandardCharsets.US_ASCII);
      try {
        blocks.add(
            pem((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(one))));
      } catch (CertificateException e) {
        // What is no certificate no program here trusts either.
      }
    }
  }

  private static String pem(X509Certificate certificate) throws CertificateEncodingException {
    String body =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
    return "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n";
  }
}
