package dev.claw.egress;

import dev.claw.egress.Decision.Reason;
import dev.claw.model.InvalidValueException;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;

/** Reads where the requests of one connection go. */
final class TargetReader {
  private final Client client;
  private final boolean proxy;
  private Origin origin;

  private TargetReader(Client client, Origin origin, boolean proxy) {
    this.client = client;
    this.origin = origin;
    this.proxy = proxy;
  }

  /** For requests that name their host themselves. */
  static TargetReader proxy(Client client) {
    return new TargetReader(client, new Origin(null, 80, false), true);
  }

  /** For requests on a connection that leads to one host. */
  static TargetReader captured(Client client, Origin origin) {
    return new TargetReader(client, origin, false);
  }

  /** Whether it asks the proxy for a tunnel. */
  boolean isConnect(HttpRequest request) {
    return proxy && request.method().equals(HttpMethod.CONNECT);
  }

  RequestTarget read(HttpRequest request) {
    if (proxy) {
      return RequestTarget.ofProxied(request);
    }
    if (origin.host() == null) {
      try {
        origin =
            new Origin(RequestTarget.hostOf(request, origin.port()).host(), origin.port(), false);
      } catch (InvalidValueException e) {
        return new RequestTarget.Refused(Reason.HOST_HEADER, e.getMessage());
      }
    }
    return RequestTarget.ofCaptured(request, origin);
  }

  /** What stands in a record where the request itself says nothing that could be read. */
  Authority fallback() {
    HostName host = origin.host();
    return new Authority(
        host == null ? HostName.of(client.destination().getAddress()) : host,
        host == null ? client.destination().getPort() : origin.port());
  }
}
