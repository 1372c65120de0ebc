package dev.claw.cli;

import dev.claw.model.Quoted;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;

/**
 * Puts untrusted output on a terminal: lines and tabs stay, every other control or format character
 * is made visible, so that an agent can't move the cursor, set the title or write to the clipboard
 * of whoever looks at it. The selector that follows many an emoji stays too: this is prose, nobody
 * allows it.
 */
final class TerminalText {
  private final PrintStream out;

  TerminalText(PrintStream out) {
    this.out = out;
  }

  void copy(InputStream from) throws IOException {
    Reader reader = new InputStreamReader(from, StandardCharsets.UTF_8);
    char[] buffer = new char[8192];
    int length;
    while ((length = reader.read(buffer)) >= 0) {
      // A pair that is cut in two here is shown as two escapes, which is ugly and harmless.
      out.print(visible(new String(buffer, 0, length)));
      out.flush();
    }
  }

  static String visible(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n' || c == '\t' || isEmojiForm(text, i)) {
        safe.append(Quoted.visible(text.substring(start, i))).append(c);
        start = i + 1;
      }
    }
    // A carriage return in front of a line feed is how programs on a terminal end a line.
    return safe.append(Quoted.visible(text.substring(start))).toString().replace("\\u000d\n", "\n");
  }

  /** Variation selector-16 behind an emoji (UTS #51 section 2.2.1). */
  private static boolean isEmojiForm(String text, int place) {
    if (text.charAt(place) != 0xfe0f || place == 0) {
      return false;
    }
    int before = text.codePointBefore(place);
    return before > 0x7f && Character.isEmoji(before);
  }
}
