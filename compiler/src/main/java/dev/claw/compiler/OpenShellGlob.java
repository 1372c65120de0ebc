package dev.claw.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Paths as OpenShell writes them. There {@code **} stands for one segment or more and has a segment
 * of its own to itself, else it is a {@code *}; {@code ?} and brackets stand for one character.
 */
final class OpenShellGlob {
  private OpenShellGlob() {}

  /** Whether it stands for every path. */
  static boolean isAny(String glob) {
    return Set.of("", "**", "/**").contains(glob);
  }

  /**
   * A pattern of a template that admits no path which the glob does not.
   *
   * @param oneOrMore whether {@code **} leaves out the path before it
   */
  static Optional<String> admitting(String glob, boolean oneOrMore) {
    if (glob.chars().anyMatch(c -> "?[]{}!\\".indexOf(c) >= 0) || !glob.startsWith("/")) {
      return Optional.empty();
    }
    List<String> segments = new ArrayList<>();
    for (String segment : glob.substring(1).split("/", -1)) {
      if (segment.equals("**") && oneOrMore) {
        segments.add("*");
        segments.add("**");
      } else {
        segments.add(segment.equals("**") ? segment : segment.replaceAll("\\*{2,}", "*"));
      }
    }
    return valid(segments);
  }

  /** A pattern that denies at least the glob's paths; empty to deny every path. */
  static Optional<String> denying(String glob) {
    // What these stand for may hold a '/', so that the segments are not to be told.
    if (glob.chars().anyMatch(c -> "[]{}!\\".indexOf(c) >= 0) || !glob.startsWith("/")) {
      return Optional.empty();
    }
    List<String> segments = new ArrayList<>();
    for (String segment : glob.substring(1).split("/", -1)) {
      segments.add(segment.equals("**") ? segment : segment.replaceAll("[*?]+", "*"));
    }
    return valid(segments);
  }

  private static Optional<String> valid(List<String> segments) {
    String path = "/" + String.join("/", segments);
    return NetworkSection.wrongPath(path).isEmpty() ? Optional.of(path) : Optional.empty();
  }
}
