package dev.claw.egress;

import org.jspecify.annotations.Nullable;

/**
 * What a connection that carries HTTP leads to.
 *
 * @param host null where only the first request's {@code Host} header tells
 * @param tls whether TLS was ended here and is spoken to the host anew
 */
record Origin(@Nullable HostName host, int port, boolean tls) {
  Authority authority() {
    if (host == null) {
      throw new IllegalStateException("the host is not known yet");
    }
    return new Authority(host, port);
  }
}
