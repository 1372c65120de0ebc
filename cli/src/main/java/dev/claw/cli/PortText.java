package dev.claw.cli;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Collectors;

/** Ports in words. */
final class PortText {
  private PortText() {}

  static String of(List<Integer> ports) {
    return (ports.size() == 1 ? "port " : "ports ")
        + ports.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  /** Address and port as a URL has them. */
  static String authority(InetSocketAddress address) {
    String literal = address.getAddress().getHostAddress();
    return (literal.contains(":") ? "[" + literal + "]" : literal) + ":" + address.getPort();
  }
}
