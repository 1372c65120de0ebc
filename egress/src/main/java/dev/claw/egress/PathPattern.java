package dev.claw.egress;

import java.util.ArrayList;
import java.util.List;

/**
 * A path as rules write it: {@code *} stands for one segment or a part of one, {@code **} for any
 * number of segments, none included. Matching takes time in the product of both lengths at most.
 */
final class PathPattern {
  private final List<String> segments;
  private final boolean denies;

  private PathPattern(List<String> segments, boolean denies) {
    this.segments = segments;
    this.denies = denies;
  }

  /**
   * For a rule that admits: a segment with a parameter matches only if it would without, unless the
   * pattern has a parameter there itself.
   */
  static PathPattern admitting(String pattern) {
    return new PathPattern(segments(pattern), false);
  }

  /**
   * For a rule that denies: letters match in either case, and a segment also matches without its
   * parameters and the dots and spaces at its end, since some servers serve all of these.
   */
  static PathPattern denying(String pattern) {
    return new PathPattern(segments(pattern), true);
  }

  private static List<String> segments(String pattern) {
    if (RequestPath.parse(pattern) instanceof RequestPath.Plain plain) {
      return plain.segments();
    }
    return List.of(pattern.substring(1).split("/", -1));
  }

  boolean matches(List<String> path) {
    int p = 0;
    int s = 0;
    int star = -1;
    int mark = 0;
    while (s < path.size()) {
      if (p < segments.size() && segments.get(p).equals("**")) {
        star = p++;
        mark = s;
      } else if (p < segments.size() && segmentMatches(segments.get(p), path.get(s))) {
        p++;
        s++;
      } else if (star >= 0) {
        p = star + 1;
        s = ++mark;
      } else {
        return false;
      }
    }
    while (p < segments.size() && segments.get(p).equals("**")) {
      p++;
    }
    return p == segments.size();
  }

  private boolean segmentMatches(String pattern, String segment) {
    if (denies) {
      return textMatches(pattern, segment) || textMatches(pattern, RequestPath.bare(segment));
    }
    return textMatches(pattern, segment)
        && (pattern.indexOf(';') >= 0
            || textMatches(pattern, RequestPath.withoutParameters(segment)));
  }

  private boolean textMatches(String pattern, String segment) {
    if (pattern.equals("*")) {
      return !segment.isEmpty();
    }
    int p = 0;
    int s = 0;
    int star = -1;
    int mark = 0;
    while (s < segment.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        mark = s;
      } else if (p < pattern.length() && same(pattern.charAt(p), segment.charAt(s))) {
        p++;
        s++;
      } else if (star >= 0) {
        p = star + 1;
        s = ++mark;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }

  private boolean same(char a, char b) {
    return a == b
        || (denies
            && Character.toLowerCase(Character.toUpperCase(a))
                == Character.toLowerCase(Character.toUpperCase(b)));
  }

  static List<PathPattern> all(List<String> patterns, boolean deny) {
    List<PathPattern> all = new ArrayList<>();
    patterns.forEach(text -> all.add(deny ? denying(text) : admitting(text)));
    return List.copyOf(all);
  }
}
