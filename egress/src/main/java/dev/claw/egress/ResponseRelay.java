package dev.claw.egress;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/** Passes a host's answers on to the client as they come, and becomes a tunnel for a WebSocket. */
final class ResponseRelay implements UpstreamHttp.Listener {
  /** Hears what became of an exchange. */
  interface Ending {
    /** The client has got all of the answer. */
    void answered(Exchange exchange);

    /** The host had closed the connection before it saw the request, or may have. */
    void again(Exchange exchange);

    /** There is no answer, or not all of it. */
    void failed(Exchange exchange, String why);
  }

  private final ClientSide inside;
  private final HostSide host;
  private final ClientPipeline pipeline;
  private final Ending ending;
  private @Nullable Exchange exchange;
  private boolean closesUpstream;

  ResponseRelay(ClientSide inside, HostSide host, ClientPipeline pipeline, Ending ending) {
    this.inside = inside;
    this.host = host;
    this.pipeline = pipeline;
    this.ending = ending;
  }

  /** From now on what comes is the answer to this exchange. */
  void expect(Exchange next) {
    exchange = next;
  }

  /** The exchange that waits for an answer; null where what comes is not asked for. */
  private @Nullable Exchange waiting() {
    Exchange current = exchange;
    return current == null || current.over || !current.sent || current.responseDone
        ? null
        : current;
  }

  @Override
  public void onResponse(HttpResponse response) {
    Exchange current = waiting();
    if (current == null) {
      // What comes unasked could pass for the answer to the next request.
      host.drop();
    } else if (response.decoderResult().isFailure()) {
      ending.failed(current, "the host's answer is no HTTP");
    } else if (response.status().code() == 101) {
      current.informational = false;
      if (current.webSocket) {
        becomeWebSocket(current, response);
      } else {
        ending.failed(current, "the host changed the protocol unasked");
      }
    } else {
      pass(current, response);
    }
  }

  private void pass(Exchange current, HttpResponse response) {
    current.informational = response.status().code() < 200;
    boolean upstreamKeepsAlive = HttpUtil.isKeepAlive(response);
    HeaderRules.strip(response.headers());
    if (!current.informational) {
      current.answering = true;
      frame(current, response, upstreamKeepsAlive);
      if (!upstreamKeepsAlive) {
        host.reading(true);
      }
    }
    response.setProtocolVersion(HttpVersion.HTTP_1_1);
    inside.writeHead(response, current.isHead());
    closesUpstream = !upstreamKeepsAlive;
  }

  /** Says to the client where the answer ends, as its version of HTTP can. */
  private static void frame(Exchange current, HttpResponse response, boolean upstreamKeepsAlive) {
    int status = response.status().code();
    boolean chunked = HttpUtil.isTransferEncodingChunked(response);
    boolean open =
        !current.isHead()
            && status != 204
            && status != 304
            && !HttpUtil.isContentLengthSet(response)
            && !chunked;
    if (chunked || open) {
      response.headers().remove(HttpHeaderNames.TRANSFER_ENCODING);
      if (current.isHttp11()) {
        HttpUtil.setTransferEncodingChunked(response, true);
      } else {
        current.keepAlive = false;
      }
    }
    current.keepAlive &= upstreamKeepsAlive || !open;
    if (!current.keepAlive) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
  }

  @Override
  public void onContent(HttpContent content) {
    Exchange current = exchange;
    if (current == null || current.over || !(current.answering || current.informational)) {
      content.release();
      return;
    }
    if (content.decoderResult().isFailure()) {
      content.release();
      inside.close();
      return;
    }
    boolean last = content instanceof LastHttpContent;
    inside.pass(content, last ? null : host.open());
    if (last) {
      inside.flush();
      if (current.informational) {
        current.informational = false;
      } else {
        current.responseDone = true;
        release();
        ending.answered(current);
      }
    }
  }

  /** The connection waits for the next request, unless the host has said that it closes it. */
  private void release() {
    UpstreamHttp open = host.open();
    if (closesUpstream) {
      host.drop();
    } else if (open != null) {
      open.markUsed();
    }
  }

  private void becomeWebSocket(Exchange current, HttpResponse response) {
    UpstreamHttp from = host.take();
    if (from == null) {
      return;
    }
    HeaderRules.strip(response.headers());
    response
        .headers()
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
        .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    current.over = true;
    inside.writeHead(response, false);
    inside.ctx().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    Channel channel = inside.ctx().channel();
    pipeline.becomeRaw(TunnelEnd.to(from.channel()));
    from.becomeRaw(TunnelEnd.to(channel));
  }

  @Override
  public void onReadComplete() {
    inside.flush();
  }

  @Override
  public void onWritable() {
    Exchange current = exchange;
    if (current != null && !current.over && current.sent && !current.requestDone) {
      inside.read();
    }
  }

  @Override
  public void onClosed(@Nullable Throwable cause) {
    Exchange current = waiting();
    UpstreamHttp gone = host.take();
    if (current == null) {
      return;
    }
    if (gone != null && current.repeatable && !current.answering) {
      ending.again(current);
    } else {
      ending.failed(current, "the host closed the connection before it had answered");
    }
  }
}
