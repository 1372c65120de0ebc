package dev.claw.backend.podman;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** An answer to one HTTP request on a connection of its own. */
record HttpAnswer(HttpHead head, InputStream body, UnixConnection connection)
    implements AutoCloseable {

  /**
   * Sends a request over a Unix socket and reads the answer's head.
   *
   * @param method such as {@code GET}
   * @param target path and query, already encoded
   * @param content body of the request; empty for none
   * @param type media type of the content
   */
  static HttpAnswer request(
      Path socket, String method, String target, byte[] content, String type, Deadline deadline)
      throws IOException {
    UnixConnection connection = UnixConnection.connect(socket, deadline);
    try {
      // Head and body in one piece: a service that takes the connection over without reading a body
      // that lies there apart would reset it on closing.
      byte[] head = head(method, target, content.length, type);
      ByteBuffer request = ByteBuffer.allocate(head.length + content.length);
      connection.write(request.put(head).put(content).flip());
      HttpHead answer = HttpHead.read(connection);
      return new HttpAnswer(answer, HttpBody.of(answer, connection), connection);
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private static byte[] head(String method, String target, int length, String type) {
    if (!target.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IllegalArgumentException("not a request target: " + target);
    }
    StringBuilder text = new StringBuilder(256);
    text.append(method).append(' ').append(target).append(" HTTP/1.1\r\n");
    text.append("Host: podman\r\nUser-Agent: claw\r\nConnection: close\r\n");
    if (length > 0) {
      text.append("Content-Type: ").append(type).append("\r\n");
    }
    if (!method.equals("GET")) {
      text.append("Content-Length: ").append(length).append("\r\n");
    }
    return text.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
  }

  int status() {
    return head.status();
  }

  boolean isDone() {
    return head.status() / 100 == 2 || head.status() == 304;
  }

  /**
   * The whole body.
   *
   * @throws IOException also where it is longer than the limit
   */
  byte[] bytes(int limit) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] part = new byte[8192];
    for (int count = body.read(part); count >= 0; count = body.read(part)) {
      if (out.size() + count > limit) {
        throw new IOException("the answer is longer than " + limit + " bytes");
      }
      out.write(part, 0, count);
    }
    return out.toByteArray();
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (IOException e) {
      // nothing is left to lose on a connection that nobody reads any more
    }
  }
}
