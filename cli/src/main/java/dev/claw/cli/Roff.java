package dev.claw.cli;

/**
 * Text of a man page in the {@code man} macros: every word that goes in is data, none is markup.
 */
final class Roff {
  private static final int WIDTH = 78;

  private final StringBuilder page = new StringBuilder(16_384);
  private boolean headed;

  /** Opens the page. */
  void title(String name, int section, String date, String source) {
    line(".TH " + quoted(name) + " " + section + " " + date + " " + quoted(source));
  }

  void section(String heading) {
    line(".SH " + quoted(heading));
    headed = true;
  }

  void subsection(String heading) {
    line(".SS " + quoted(heading));
    headed = true;
  }

  void paragraph(String text) {
    open();
    wrapped(text);
  }

  /** A paragraph with its first words in bold. */
  void paragraph(String bold, String text) {
    open();
    line("\\fB" + escaped(bold) + "\\fR" + (text.isEmpty() ? "" : " ") + escaped(text));
  }

  /** A term in bold, and under it what it means. */
  void item(String term, String text) {
    headed = false;
    line(".TP");
    line("\\fB" + escaped(term) + "\\fR");
    wrapped(text);
  }

  /** Lines that are kept as they are. */
  void example(String text) {
    open();
    line(".RS 4");
    line(".nf");
    text.lines().forEach(each -> line(plain(each)));
    line(".fi");
    line(".RE");
  }

  /** The page's source. */
  String text() {
    return page.toString();
  }

  /** Begins a paragraph; the first below a heading needs no macro. */
  private void open() {
    if (!headed) {
      line(".PP");
    }
    headed = false;
  }

  /** A long line broken where words end, which the formatter puts together again. */
  private void wrapped(String text) {
    StringBuilder words = new StringBuilder(WIDTH);
    for (String word : text.split(" ", -1)) {
      if (!words.isEmpty() && plain(words + " " + word).length() > WIDTH) {
        line(plain(words.toString()));
        words.setLength(0);
      }
      words.append(words.isEmpty() ? "" : " ").append(word);
    }
    line(plain(words.toString()));
  }

  private void line(String text) {
    page.append(text).append('\n');
  }

  private static String quoted(String text) {
    return '"' + escaped(text) + '"';
  }

  // A line that starts with a dot or a quote would be a request.
  private static String plain(String text) {
    String escaped = escaped(text);
    return escaped.startsWith(".") || escaped.startsWith("\\(aq") ? "\\&" + escaped : escaped;
  }

  private static String escaped(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            point -> {
              switch (point) {
                case '\\' -> out.append("\\e");
                case '-' -> out.append("\\-");
                case '\'' -> out.append("\\(aq");
                case '"' -> out.append("\\(dq");
                case '`' -> out.append("\\(ga");
                case '^' -> out.append("\\(ha");
                case '~' -> out.append("\\(ti");
                default -> {
                  if (point < 0x80) {
                    out.appendCodePoint(point);
                  } else {
                    out.append("\\[u%04X]".formatted(point));
                  }
                }
              }
            });
    return out.toString();
  }
}
