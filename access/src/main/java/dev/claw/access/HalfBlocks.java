package dev.claw.access;

import java.util.ArrayList;
import java.util.List;

/**
 * A QR code as text: a character is one module wide and two high, which on a terminal is about
 * square.
 */
public final class HalfBlocks {
  // The fixed cube of 256 colours (xterm, ECMA-48 SGR 38 and 48), not the 16 that themes redefine.
  private static final String BLACK_ON_WHITE = "\u001b[38;5;16;48;5;231m";
  private static final String RESET = "\u001b[0m";

  private HalfBlocks() {}

  /** Black on white whatever the terminal's own colours are. */
  public static List<String> coloured(QrCode code) {
    return lines(code, true).stream().map(line -> BLACK_ON_WHITE + line + RESET).toList();
  }

  /**
   * In the terminal's own colours: light modules are drawn and dark ones left out, so that it is
   * right where text is light on dark. Where text is dark on light it is a negative, which many
   * scanners read and none has to (ISO/IEC 18004 calls it reflectance reversal).
   */
  public static List<String> plain(QrCode code) {
    return lines(code, false);
  }

  private static List<String> lines(QrCode code, boolean inked) {
    List<String> lines = new ArrayList<>();
    for (int y = 0; y < code.size(); y += 2) {
      StringBuilder line = new StringBuilder();
      for (int x = 0; x < code.size(); x++) {
        // The half below an odd last row belongs to the quiet zone: light, as all is outside.
        boolean upper = code.isDark(x, y) == inked;
        boolean lower = code.isDark(x, y + 1) == inked;
        line.append(upper ? (lower ? '█' : '▀') : (lower ? '▄' : ' '));
      }
      lines.add(line.toString());
    }
    return lines;
  }
}
