package dev.claw.egress;

import dev.claw.egress.ConnectJudge.Connected;
import dev.claw.egress.Decision.Denied;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends the requests of one client out, over one connection at a time. A connection is used for no
 * other host than the one that it was made to.
 */
final class HostSide {
  /** Hears of a request that could not be sent. */
  interface Unsent {
    void unsent(Exchange exchange, RequestTarget.Agreed target, Denied denied);
  }

  private final Client client;
  private final ClientSide inside;
  private final boolean tls;
  private final Unsent unsent;
  private @Nullable UpstreamHttp open;
  private @Nullable Connected prepared;

  /**
   * @param tls whether TLS is spoken to the host
   */
  HostSide(Client client, ClientSide inside, boolean tls, Unsent unsent) {
    this.client = client;
    this.inside = inside;
    this.tls = tls;
    this.unsent = unsent;
  }

  /** Takes over a connection that was made before it was known that HTTP follows. */
  void prepare(Connected connected) {
    prepared = connected;
  }

  /** The addresses that were vetted for the connection there is; null where one must be made. */
  @Nullable List<InetAddress> vetted(Authority authority) {
    if (open != null && open.leadsTo(authority)) {
      return open.addresses();
    }
    return prepared == null ? null : prepared.addresses();
  }

  /** Sends the head of a request that was admitted to these addresses. */
  void send(
      Exchange exchange,
      RequestTarget.Agreed target,
      List<InetAddress> addresses,
      UpstreamHttp.Listener answer) {
    UpstreamHttp known = open;
    Connected ready = prepared;
    if (known != null && known.leadsTo(target.authority())) {
      write(exchange, target, known);
    } else if (ready != null) {
      prepared = null;
      write(exchange, target, attach(ready.channel(), target.authority(), addresses, answer));
    } else {
      dial(exchange, target, addresses, answer);
    }
  }

  /** Sends it over a connection that is made for it. */
  private void dial(
      Exchange exchange,
      RequestTarget.Agreed target,
      List<InetAddress> addresses,
      UpstreamHttp.Listener answer) {
    drop();
    new Dialer(client)
        .dial(
            addresses,
            target.authority().port(),
            tls ? target.authority().host() : null,
            (channel, failure) -> {
              if (exchange.over || !inside.isActive()) {
                if (channel != null) {
                  channel.close();
                }
              } else if (channel == null) {
                unsent.unsent(exchange, target, ConnectFailure.of(target.authority(), failure));
              } else {
                write(exchange, target, attach(channel, target.authority(), addresses, answer));
              }
            });
  }

  private UpstreamHttp attach(
      Channel channel,
      Authority authority,
      List<InetAddress> addresses,
      UpstreamHttp.Listener answer) {
    drop();
    UpstreamHttp attached = new UpstreamHttp(channel, authority, addresses, answer);
    open = attached;
    return attached;
  }

  private void write(Exchange exchange, RequestTarget.Agreed target, UpstreamHttp to) {
    HttpRequest request = exchange.request;
    // A host may close an idle connection just as a request goes out on it (RFC 9112, 9.3.1).
    exchange.repeatable = to.used() && exchange.isSafe() && !exchange.repeatable;
    exchange.webSocket |= HeaderRules.asksForWebSocket(request);
    DefaultHttpRequest out =
        new DefaultHttpRequest(
            HttpVersion.HTTP_1_1, request.method(), target.path(), request.headers());
    HeaderRules.strip(out.headers());
    out.headers().set(HttpHeaderNames.HOST, target.authority().text(tls ? 443 : 80));
    if (exchange.webSocket) {
      out.headers()
          .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
          .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    }
    exchange.sent = true;
    to.channel().writeAndFlush(out);
    if (exchange.requestDone) {
      to.channel().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    } else {
      inside.read();
    }
  }

  /** Sends a part of the body; whether the host takes more of it now. */
  boolean send(HttpContent content) {
    if (open == null) {
      content.release();
      return true;
    }
    open.channel().writeAndFlush(content);
    return open.channel().isWritable();
  }

  @Nullable UpstreamHttp open() {
    return open;
  }

  /** Gives the connection away, or forgets it since it is gone. */
  @Nullable UpstreamHttp take() {
    UpstreamHttp taken = open;
    open = null;
    return taken;
  }

  void reading(boolean read) {
    if (open != null) {
      open.reading(read);
    }
  }

  /** Closes the connection to the host, where there is one. */
  void drop() {
    UpstreamHttp dropped = take();
    if (dropped != null) {
      dropped.drop();
    }
  }

  /** The client is gone. */
  void close() {
    drop();
    if (prepared != null) {
      prepared.channel().close();
    }
  }
}
