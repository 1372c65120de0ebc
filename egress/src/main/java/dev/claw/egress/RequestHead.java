package dev.claw.egress;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The head of a request (RFC 9112), read more strictly than servers do: what any two of them may
 * read differently is refused, so that no second request hides in a first.
 */
sealed interface RequestHead {
  /** The head stands and the body is framed in one way only. */
  record Sound(HttpRequest request, Framing framing, long length) implements RequestHead {}

  /** What is wrong with it. */
  record Refused(MalformedRequest malformed) implements RequestHead {}

  /** How the body ends. */
  enum Framing {
    NONE,
    LENGTH,
    CHUNKED
  }

  /** Most header fields of a head. */
  int MOST_FIELDS = 200;

  /** Reads a head without the empty line that ends it; each line still has its CRLF. */
  static RequestHead parse(ByteBuf head, int lineBytes) {
    String text = head.toString(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n' ? i == 0 || text.charAt(i - 1) != '\r' : c < ' ' && c != '\t' && c != '\r') {
        return refused(400, "the head has a bare line feed or a control character");
      }
      if (c == '\r' && (i + 1 == text.length() || text.charAt(i + 1) != '\n')) {
        return refused(400, "the head has a bare carriage return");
      }
      if (c == 0x7f) {
        return refused(400, "the head has a bare line feed or a control character");
      }
    }
    String[] lines = text.split("\r\n", -1);
    if (lines[0].length() > lineBytes) {
      return refused(414, "the request line is longer than " + lineBytes + " bytes");
    }
    String[] parts = lines[0].split(" ", -1);
    if (parts.length != 3 || !isToken(parts[0]) || parts[1].isEmpty() || parts[0].length() > 32) {
      return refused(400, "the request line is not 'METHOD target HTTP/1.1'");
    }
    for (int i = 0; i < parts[1].length(); i++) {
      if (parts[1].charAt(i) <= ' ' || parts[1].charAt(i) >= 0x7f) {
        return refused(400, "the request target has a character that must be percent-encoded");
      }
    }
    HttpVersion version;
    switch (parts[2]) {
      case "HTTP/1.1" -> version = HttpVersion.HTTP_1_1;
      case "HTTP/1.0" -> version = HttpVersion.HTTP_1_0;
      default -> {
        return refused(505, "the version is not HTTP/1.1");
      }
    }
    HttpRequest request =
        new DefaultHttpRequest(
            version,
            HttpMethod.valueOf(parts[0]),
            parts[1],
            DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders());
    return fields(lines, request);
  }

  private static RequestHead fields(String[] lines, HttpRequest request) {
    // Behind the last CRLF stands an empty text.
    if (lines.length - 2 > MOST_FIELDS) {
      return refused(431, "the head has more than " + MOST_FIELDS + " fields");
    }
    for (int i = 1; i < lines.length - 1; i++) {
      String line = lines[i];
      if (line.isEmpty()) {
        return refused(400, "the head has an empty line inside");
      }
      if (line.charAt(0) == ' ' || line.charAt(0) == '\t') {
        return refused(400, "a header field is folded over lines");
      }
      int colon = line.indexOf(':');
      if (colon < 0 || !isToken(line.substring(0, colon))) {
        return refused(400, "a header field's name is no token before ':'");
      }
      if (HeaderRules.passesForFraming(line.substring(0, colon))) {
        return refused(400, "a header field's name may pass for one that frames the body");
      }
      request.headers().add(line.substring(0, colon), trimmed(line.substring(colon + 1)));
    }
    return framed(request);
  }

  private static RequestHead framed(HttpRequest request) {
    HttpHeaders headers = request.headers();
    List<String> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
    List<String> encodings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (!lengths.isEmpty() && !encodings.isEmpty()) {
      return refused(400, "both Content-Length and Transfer-Encoding are there");
    }
    if (lengths.size() > 1 || encodings.size() > 1) {
      return refused(400, "Content-Length or Transfer-Encoding is there twice");
    }
    if (request.method().equals(HttpMethod.CONNECT)
        && !(lengths.isEmpty() && encodings.isEmpty())) {
      return refused(400, "a CONNECT has no body");
    }
    if (!encodings.isEmpty()) {
      return encodings.getFirst().equalsIgnoreCase("chunked")
              && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
          ? new Sound(request, Framing.CHUNKED, 0)
          : refused(501, "the transfer coding is not 'chunked'");
    }
    if (lengths.isEmpty()) {
      return new Sound(request, Framing.NONE, 0);
    }
    String length = lengths.getFirst();
    if (length.isEmpty()
        || length.length() > 15
        || !length.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return refused(400, "the Content-Length is no number");
    }
    long bytes = Long.parseLong(length);
    return new Sound(request, bytes == 0 ? Framing.NONE : Framing.LENGTH, bytes);
  }

  private static String trimmed(String value) {
    int start = 0;
    int end = value.length();
    while (start < end && (value.charAt(start) == ' ' || value.charAt(start) == '\t')) {
      start++;
    }
    while (end > start && (value.charAt(end - 1) == ' ' || value.charAt(end - 1) == '\t')) {
      end--;
    }
    return value.substring(start, end);
  }

  private static boolean isToken(String text) {
    if (text.isEmpty()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && !(c >= '0' && c <= '9') && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }

  private static RequestHead refused(int status, String why) {
    return new Refused(new MalformedRequest(status, why));
  }
}
