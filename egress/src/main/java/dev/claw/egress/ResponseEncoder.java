package dev.claw.egress;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** Netty's encoder, which must be told that an answer to HEAD has no body. */
final class ResponseEncoder extends HttpResponseEncoder {
  private boolean toHead;

  /** Whether the next answer is one to HEAD. */
  void toHead(boolean is) {
    toHead = is;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpResponse response) {
    return toHead || super.isContentAlwaysEmpty(response);
  }
}
