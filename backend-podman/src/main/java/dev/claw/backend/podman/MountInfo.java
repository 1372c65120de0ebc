package dev.claw.backend.podman;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One line of {@code mountinfo}.
 *
 * @param device major and minor number, as text
 * @param root path within the file system that stands at the target
 * @param target where it is mounted
 * @param options of this mount
 * @param superOptions of the file system
 */
record MountInfo(
    String device,
    String root,
    String target,
    Set<String> options,
    String type,
    Set<String> superOptions) {

  static MountInfo parse(String line) throws IOException {
    List<String> fields = Arrays.asList(line.split(" ", -1));
    int dash = fields.indexOf("-");
    if (dash < 6 || fields.size() < dash + 4) {
      throw new IOException("not a line of mountinfo: " + line);
    }
    return new MountInfo(
        fields.get(2),
        unescape(fields.get(3)),
        unescape(fields.get(4)),
        options(fields.get(5)),
        fields.get(dash + 1),
        options(fields.get(dash + 3)));
  }

  boolean isReadOnly() {
    return options.contains("ro") || superOptions.contains("ro");
  }

  /** Whether this is at or below a path of the container. */
  boolean isWithin(String path) {
    return target.equals(path) || target.startsWith(path + "/");
  }

  /** Size of a tmpfs in bytes; empty where none is set. */
  Optional<Long> size() throws IOException {
    for (String option : superOptions) {
      if (option.startsWith("size=")) {
        String text = option.substring(5);
        int end = text.length() - 1;
        long unit =
            switch (text.isEmpty() ? ' ' : text.charAt(end)) {
              case 'k' -> 1L << 10;
              case 'm' -> 1L << 20;
              case 'g' -> 1L << 30;
              default -> 1;
            };
        return Optional.of(ProcFiles.number(unit == 1 ? text : text.substring(0, end)) * unit);
      }
    }
    return Optional.empty();
  }

  private static Set<String> options(String text) {
    return Set.copyOf(Arrays.asList(text.split(",")));
  }

  /**
   * The kernel writes space, tab, line feed and backslash as a backslash and three octal digits.
   */
  private static String unescape(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\'
          && i + 3 < text.length()
          && text.substring(i + 1, i + 4).matches("[0-3][0-7]{2}")) {
        out.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
