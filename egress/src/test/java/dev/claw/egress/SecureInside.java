package dev.claw.egress;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** TLS from inside, captured, with the certificate checked against the name. */
final class SecureInside implements AutoCloseable {
  private final SSLSocket socket;
  private final String name;

  private SecureInside(SSLSocket socket, String name) {
    this.socket = socket;
    this.name = name;
  }

  static SecureInside to(Harness harness, X509Certificate trusted, String name) throws Exception {
    InetSocketAddress relay = harness.relay(CapturedTest.addressOf(harness, name), 443);
    Socket plain = new Socket(relay.getAddress(), relay.getPort());
    SSLSocket socket =
        (SSLSocket) TestTls.client(trusted).getSocketFactory().createSocket(plain, name, 443, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
    socket.setSSLParameters(parameters);
    return new SecureInside(socket, name);
  }

  void handshake() throws IOException {
    socket.startHandshake();
  }

  /** What was agreed to speak inside TLS. */
  String protocol() {
    return socket.getApplicationProtocol();
  }

  /** The whole answer to a request for a path. */
  String get(String path) throws IOException {
    String request = "GET " + path + " HTTP/1.1\r\nHost: " + name + "\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return String.valueOf(TestHost.request(socket.getInputStream()));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
