package dev.claw.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An authority with the certificates that it gives to servers, made by the JDK's keytool. */
final class TestAuthority {
  private static final String PASSWORD = "changeit";
  private static final String KEYTOOL =
      Path.of(System.getProperty("java.home"), "bin/keytool").toString();

  private final Path folder;

  /**
   * @param folder for its files
   */
  TestAuthority(Path folder) {
    this.folder = folder;
    keytool("ca", "-genkeypair", "-alias", "ca", "-dname", "CN=test", "-ext", "bc:c");
    keytool("ca", "-exportcert", "-alias", "ca", "-rfc", "-file", file("ca.pem"));
    keytool("trust", "-importcert", "-noprompt", "-alias", "ca", "-file", file("ca.pem"));
  }

  /** What makes a JVM trust this authority and no other. */
  String[] switches() {
    return new String[] {
      "-Djavax.net.ssl.trustStore=" + file("trust.p12"),
      "-Djavax.net.ssl.trustStorePassword=" + PASSWORD
    };
  }

  /**
   * A server's key with a certificate.
   *
   * @param name in the certificate
   * @param from when it holds, as keytool writes it, such as {@code -30d}
   * @param days for how long
   */
  SSLContext server(String name, String from, int days) {
    String store = name + from;
    keytool(store, "-genkeypair", "-alias", "server", "-dname", "CN=" + name);
    keytool(store, "-certreq", "-alias", "server", "-file", file(store + ".csr"));
    keytool(
        "ca",
        "-gencert",
        "-alias",
        "ca",
        "-rfc",
        "-infile",
        file(store + ".csr"),
        "-outfile",
        file(store + ".pem"),
        "-ext",
        "san=dns:" + name,
        "-startdate",
        from,
        "-validity",
        Integer.toString(days));
    keytool(store, "-importcert", "-noprompt", "-alias", "ca", "-file", file("ca.pem"));
    keytool(store, "-importcert", "-noprompt", "-alias", "server", "-file", file(store + ".pem"));
    return context(folder.resolve(store + ".p12"));
  }

  private static SSLContext context(Path store) {
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), null, null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private void keytool(String store, String... words) {
    List<String> all = new ArrayList<>(List.of(KEYTOOL));
    all.addAll(List.of(words));
    all.addAll(
        List.of("-keystore", file(store + ".p12"), "-storetype", "PKCS12", "-storepass", PASSWORD));
    if (words[0].equals("-genkeypair")) {
      all.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
    }
    CommandResultAssert.assertThat(new Command(all).run()).succeeds();
  }
}
