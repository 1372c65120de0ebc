package dev.claw.egress;

import dev.claw.egress.Decision.Reason;
import dev.claw.model.InvalidValueException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Locale;

/** Where a request goes: what its target, its {@code Host} header and its connection agree on. */
sealed interface RequestTarget {
  /**
   * All agree.
   *
   * @param path path and query as they stand, in origin-form
   */
  record Agreed(Authority authority, String path) implements RequestTarget {}

  /** They don't, or one of them is malformed. */
  record Refused(Reason reason, String why) implements RequestTarget {}

  /** Reads an absolute-form request of an explicit proxy (RFC 9112, 3.2.2). */
  static RequestTarget ofProxied(HttpRequest request) {
    String uri = request.uri();
    if (!uri.toLowerCase(Locale.ROOT).startsWith("http://")) {
      return new Refused(
          Reason.MALFORMED_REQUEST,
          "the target is no absolute http:// URL; use CONNECT for everything else");
    }
    String rest = uri.substring("http://".length());
    int end = 0;
    while (end < rest.length() && "/?#".indexOf(rest.charAt(end)) < 0) {
      end++;
    }
    String path = rest.substring(end);
    if (!path.startsWith("/")) {
      path = "/" + path;
    }
    try {
      Authority authority = Authority.parse(rest.substring(0, end), 80);
      return agreed(request, authority, 80, path);
    } catch (InvalidValueException e) {
      return new Refused(Reason.MALFORMED_HOST, e.getMessage());
    }
  }

  /** Reads a request on a connection that leads to one host, in origin-form or absolute-form. */
  static RequestTarget ofCaptured(HttpRequest request, Origin origin) {
    String uri = request.uri();
    if (!uri.startsWith("/") && !uri.equals("*")) {
      return ofProxied(request) instanceof Agreed agreed
              && !origin.tls()
              && agreed.authority().equals(origin.authority())
          ? agreed
          : new Refused(Reason.HOST_HEADER, "the target names another host than the connection");
    }
    return agreed(request, origin.authority(), origin.tls() ? 443 : 80, uri);
  }

  /** The host that a request on a connection to a bare address asks for. */
  static Authority hostOf(HttpRequest request, int port) throws InvalidValueException {
    List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
    if (hosts.size() != 1) {
      throw new InvalidValueException("expected one Host header, found " + hosts.size());
    }
    Authority host = Authority.parse(hosts.getFirst(), port);
    if (host.port() != port) {
      throw new InvalidValueException("expected the Host header to have port " + port);
    }
    return host;
  }

  private static RequestTarget agreed(
      HttpRequest request, Authority authority, int defaultPort, String path) {
    List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
    if (hosts.isEmpty() && request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
      return new Agreed(authority, path);
    }
    if (hosts.size() != 1) {
      return new Refused(Reason.HOST_HEADER, "the request has " + hosts.size() + " Host headers");
    }
    try {
      if (Authority.parse(hosts.getFirst(), defaultPort).equals(authority)) {
        return new Agreed(authority, path);
      }
    } catch (InvalidValueException e) {
      return new Refused(Reason.HOST_HEADER, "the Host header is malformed: " + e.getMessage());
    }
    return new Refused(Reason.HOST_HEADER, "the Host header names another host than the target");
  }
}
