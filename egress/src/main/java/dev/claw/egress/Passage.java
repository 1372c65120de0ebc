package dev.claw.egress;

import java.net.InetAddress;
import java.util.List;

/** How a request came out of the {@link Gate}, on record by then. */
sealed interface Passage {
  /**
   * It may pass.
   *
   * @param addresses vetted ones to connect to, in order
   */
  record Open(Decision.Allowed allowed, List<InetAddress> addresses) implements Passage {}

  /** It may not. */
  record Shut(Decision.Denied denied) implements Passage {}
}
