package dev.claw.egress;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends calls to their provider, each over a connection of its own and with the provider's key, and
 * passes the answers on as they come.
 */
final class ProviderRelay implements UpstreamHttp.Listener {
  /** Hears what became of a call. */
  interface Ending {
    /** The agent has got all of the answer. */
    void answered(RunningCall call);

    /** It was admitted and did not get as far as the provider, which closes its record. */
    void unsent(RunningCall call, Denied denied);

    /** There is no answer, or not all of it. */
    void failed(Denied denied);
  }

  private static final int MOST_ADDRESSES = 4;

  private final Client client;
  private final ClientSide inside;
  private final Ending ending;
  private @Nullable UpstreamHttp upstream;
  private @Nullable RunningCall running;

  ProviderRelay(Client client, ClientSide inside, Ending ending) {
    this.client = client;
    this.inside = inside;
    this.ending = ending;
  }

  void dial(RunningCall current, ModelCall call, List<InetAddress> addresses, String key) {
    new Dialer(client)
        .dial(
            addresses.subList(0, Math.min(MOST_ADDRESSES, addresses.size())),
            call.authority().port(),
            call.tls() ? call.authority().host() : null,
            (channel, failure) -> {
              if (current.over || !inside.isActive()) {
                if (channel != null) {
                  channel.close();
                }
              } else if (channel == null) {
                ending.unsent(current, ConnectFailure.of(call.authority(), failure));
              } else {
                send(current, call, channel, addresses, key);
              }
            });
  }

  private void send(
      RunningCall current,
      ModelCall call,
      Channel channel,
      List<InetAddress> addresses,
      String key) {
    running = current;
    upstream = new UpstreamHttp(channel, call.authority(), addresses, this);
    channel.writeAndFlush(request(current, call, key));
    // To learn that the client goes away.
    inside.read();
  }

  private static HttpRequest request(RunningCall current, ModelCall call, String key) {
    ByteBuf body = current.send();
    int length = body.readableBytes();
    DefaultFullHttpRequest out =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            current.request.method(),
            call.target(),
            body,
            current.request.headers().copy(),
            EmptyHttpHeaders.INSTANCE);
    HeaderRules.strip(out.headers());
    ModelApi.stripCredentials(out.headers());
    out.headers()
        .remove(HttpHeaderNames.EXPECT)
        .remove(HttpHeaderNames.TRANSFER_ENCODING)
        .set(HttpHeaderNames.CONTENT_LENGTH, length)
        .set(HttpHeaderNames.HOST, call.authority().text(call.tls() ? 443 : 80))
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
        // Only what is not compressed tells its token counts.
        .set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.IDENTITY);
    if (!key.isEmpty()) {
      call.api().showKey(out.headers(), key);
    }
    return out;
  }

  @Override
  public void onResponse(HttpResponse response) {
    RunningCall current = waiting();
    if (current == null || response.decoderResult().isFailure()) {
      drop();
      ending.failed(new Denied(Reason.CONNECT, "the provider's answer is no HTTP"));
      return;
    }
    int status = response.status().code();
    if (status < 200) {
      return;
    }
    current.answered = true;
    current.meter.answered(status, response.headers().get(HttpHeaderNames.CONTENT_TYPE, ""));
    HeaderRules.strip(response.headers());
    response.headers().remove(HttpHeaderNames.SET_COOKIE);
    if (!HttpUtil.isContentLengthSet(response)) {
      HttpUtil.setTransferEncodingChunked(response, current.keepAlive());
    }
    if (!current.keepAlive()) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    inside.writeHead(response, false);
  }

  private @Nullable RunningCall waiting() {
    RunningCall current = running;
    return current == null || current.over ? null : current;
  }

  @Override
  public void onContent(HttpContent content) {
    RunningCall current = waiting();
    if (current == null || !current.answered) {
      content.release();
      return;
    }
    if (content.decoderResult().isFailure()) {
      content.release();
      client.end("the provider's answer broke off");
      return;
    }
    boolean last = content instanceof LastHttpContent;
    current.meter.received(content.content(), last);
    inside.pass(content, last ? null : upstream);
    if (last) {
      inside.flush();
      ending.answered(current);
    }
  }

  @Override
  public void onReadComplete() {
    inside.flush();
  }

  @Override
  public void onWritable() {}

  @Override
  public void onClosed(@Nullable Throwable cause) {
    upstream = null;
    if (waiting() != null) {
      ending.failed(
          new Denied(Reason.CONNECT, "the provider closed the connection before it answered"));
    }
  }

  void reading(boolean read) {
    if (upstream != null) {
      upstream.reading(read);
    }
  }

  /** Closes the connection to the provider, where there is one. */
  void drop() {
    UpstreamHttp open = upstream;
    upstream = null;
    if (open != null) {
      open.drop();
    }
  }
}
