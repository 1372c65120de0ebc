package dev.claw.cli;

import java.util.List;
import java.util.stream.Collectors;

/** Ports in a sentence. */
final class PortText {
  private PortText() {}

  static String of(List<Integer> ports) {
    return (ports.size() == 1 ? "port " : "ports ")
        + ports.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
