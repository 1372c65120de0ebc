package dev.claw.egress;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Which header fields belong to one connection and go no further (RFC 9110, 7.6.1). */
final class HeaderRules {
  private static final List<String> HOP_BY_HOP =
      List.of("connection", "keep-alive", "te", "trailer", "upgrade", "http2-settings");

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
  private static final List<String> OVERRIDES =
      List.of(
          "x-http-method-override",
          "x-http-method",
          "x-method-override",
          "x-original-url",
          "x-original-uri",
          "x-rewrite-url");

  private static final String PROXY = "proxy-";

  private HeaderRules() {}

  /** The field by which a server may take the request for another; empty where there is none. */
  static Optional<String> override(HttpHeaders headers) {
    for (String name : OVERRIDES) {
      if (headers.contains(name)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
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
    HOP_BY_HOP.forEach(headers::remove);
    List<CharSequence> proxys = new ArrayList<>(0);
    for (var fields = headers.iteratorCharSequence(); fields.hasNext(); ) {
      CharSequence name = fields.next().getKey();
      if (AsciiString.regionMatches(name, true, 0, PROXY, 0, PROXY.length())) {
        proxys.add(name);
      }
    }
    proxys.forEach(headers::remove);
  }
}
