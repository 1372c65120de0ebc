package dev.claw.egress;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Which header fields belong to one connection and go no further (RFC 9110, 7.6.1). */
final class HeaderRules {
  private static final Set<String> HOP_BY_HOP =
      Set.of("connection", "keep-alive", "te", "trailer", "upgrade", "http2-settings");

  /** What a Connection header can't take away from a request. */
  private static final Set<String> KEPT =
      Set.of(
          "host",
          "content-length",
          "transfer-encoding",
          "content-type",
          "content-encoding",
          "authorization",
          "cookie",
          "expect",
          "range");

  /** By which some servers take another method or path than the one that was judged. */
  private static final Set<String> OVERRIDES =
      Set.of(
          "x-http-method-override",
          "x-http-method",
          "x-method-override",
          "x-original-method",
          "x-forwarded-method",
          "x-original-url",
          "x-original-uri",
          "x-original-path",
          "x-rewrite-url",
          "x-rewrite-uri",
          "x-forwarded-uri",
          "x-forwarded-path",
          "x-envoy-original-path");

  private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding");

  private static final String PROXY = "proxy-";

  private HeaderRules() {}

  /** The field by which a server may take the request for another; empty where there is none. */
  static Optional<String> override(HttpHeaders headers) {
    for (var fields = headers.iteratorCharSequence(); fields.hasNext(); ) {
      String name = asVariable(fields.next().getKey());
      if (OVERRIDES.contains(name)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  /**
   * Whether there is a field that some server takes for the one of this name.
   *
   * @param name in lower case
   */
  static boolean has(HttpHeaders headers, String name) {
    for (var fields = headers.iteratorCharSequence(); fields.hasNext(); ) {
      if (asVariable(fields.next().getKey()).equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the name frames no body, but does where it is read as a variable. */
  static boolean passesForFraming(String name) {
    return FRAMING.contains(asVariable(name)) && !FRAMING.contains(name.toLowerCase(Locale.ROOT));
  }

  /**
   * The name in lower case, and '-' for all but letters and digits: CGI, WSGI and their kin make
   * the same variable of {@code X-A} and {@code X_A} (RFC 3875, 4.1.18).
   */
  private static String asVariable(CharSequence name) {
    StringBuilder variable = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      variable.append(plain ? c : c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : '-');
    }
    return variable.toString();
  }

  /** Whether it asks for a WebSocket (RFC 6455, 4.1). */
  static boolean asksForWebSocket(HttpRequest request) {
    HttpHeaders headers = request.headers();
    return request.method().equals(HttpMethod.GET)
        && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && headers.getAll(HttpHeaderNames.UPGRADE).size() == 1
        && headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
        && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
        && headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY)
        && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)
        && !HttpUtil.isTransferEncodingChunked(request);
  }

  /** Takes away what belongs to the connection; framing stays. */
  static void strip(HttpHeaders headers) {
    for (String value : headers.getAll(HttpHeaderNames.CONNECTION)) {
      for (String token : value.split(",", -1)) {
        String name = token.strip().toLowerCase(Locale.ROOT);
        if (!name.isEmpty() && !KEPT.contains(name)) {
          headers.remove(name);
        }
      }
    }
    List<CharSequence> ours = new ArrayList<>(0);
    for (var fields = headers.iteratorCharSequence(); fields.hasNext(); ) {
      CharSequence name = fields.next().getKey();
      String variable = asVariable(name);
      if (HOP_BY_HOP.contains(variable) || variable.startsWith(PROXY)) {
        ours.add(name);
      }
    }
    ours.forEach(headers::remove);
  }
}
