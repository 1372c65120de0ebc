package dev.claw.egress;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Set;

/** One request, and how far it and its answer have come. */
final class Exchange {
  private static final long MOST_DISCARDED = 8 * 1024 * 1024;

  private static final Set<HttpMethod> SAFE =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  final HttpRequest request;

  /** Whether the client's connection goes on behind the answer. */
  boolean keepAlive;

  boolean webSocket;

  /** The client has sent all of it. */
  boolean requestDone;

  /** Its head has gone to the host. */
  boolean sent;

  /** It may be sent once more where the host closes the connection instead of answering. */
  boolean repeatable;

  /** The head of the final answer has gone to the client. */
  boolean answering;

  /** What comes now belongs to an interim answer. */
  boolean informational;

  boolean responseDone;

  /** It was answered without the host, which gets nothing of its body. */
  boolean discarding;

  /** Nothing that was begun for it may go on. */
  boolean over;

  private long discarded;

  Exchange(HttpRequest request) {
    this.request = request;
    this.keepAlive = HttpUtil.isKeepAlive(request) && isHttp11();
  }

  boolean isHttp11() {
    return request.protocolVersion().equals(HttpVersion.HTTP_1_1);
  }

  boolean isHead() {
    return request.method().equals(HttpMethod.HEAD);
  }

  /** Whether a proxy may send it twice (RFC 9110, 9.2.2), having all of it. */
  boolean isSafe() {
    return SAFE.contains(request.method())
        && !HttpUtil.isContentLengthSet(request)
        && !HttpUtil.isTransferEncodingChunked(request);
  }

  /** Counts what is thrown away of its body; whether that is too much to be waited for. */
  boolean discard(int bytes) {
    discarded += bytes;
    return discarded > MOST_DISCARDED;
  }
}
