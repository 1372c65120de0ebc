package dev.claw.egress;

import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;

/** Host and port as they stand in a CONNECT, a URL or a {@code Host} header. */
record Authority(HostName host, int port) {
  /**
   * Reads {@code host:port}.
   *
   * @param defaultPort where no port is written; zero where one must be
   * @throws InvalidValueException for user info, odd spellings and ports that are none
   */
  static Authority parse(String text, int defaultPort) throws InvalidValueException {
    int colon = text.lastIndexOf(':');
    if (colon <= text.lastIndexOf(']')) {
      if (defaultPort == 0) {
        throw new InvalidValueException("expected host:port, found " + Quoted.of(text));
      }
      return new Authority(HostName.parse(text), defaultPort);
    }
    String port = text.substring(colon + 1);
    boolean plain =
        !port.isEmpty() && port.length() <= 5 && port.charAt(0) != '0' && HostName.isNumber(port);
    if (!plain || Integer.parseInt(port) > 65_535) {
      throw new InvalidValueException("expected a port from 1 to 65535 in " + Quoted.of(text));
    }
    return new Authority(HostName.parse(text.substring(0, colon)), Integer.parseInt(port));
  }

  /** As it stands in a {@code Host} header. */
  String text(int defaultPort) {
    return host.inAuthority() + (port == defaultPort ? "" : ":" + port);
  }
}
