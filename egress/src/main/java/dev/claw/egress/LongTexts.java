package dev.claw.egress;

import dev.claw.model.InvalidValueException;

/**
 * Cuts long texts in JSON, so that a parser behind it gathers little more of one than {@link #KEPT}
 * bytes. What it drops it reads as strictly as the parser would (RFC 8259, 7; RFC 3629), so that
 * both see a text end at the same byte. A text that was cut ends with DEL and equals no whole one.
 */
final class LongTexts {
  /** Names of models and keys are far shorter. */
  static final int KEPT = 1024;

  private static final byte CUT = 0x7f;

  /** Bytes of a number or word that is under way. */
  private int plain;

  private boolean inText;
  private int kept;
  private boolean cut;
  private boolean escaped;
  private int hexDigits;
  private int continuations;
  private byte least = (byte) 0x80;
  private byte most = (byte) 0xbf;

  /**
   * Cuts in place, as the bytes come.
   *
   * @return how many are left, at the beginning
   * @throws InvalidValueException if it is no JSON
   */
  int cut(byte[] bytes) throws InvalidValueException {
    int left = 0;
    for (int i = 0; i < bytes.length; i++) {
      byte next = bytes[i];
      boolean whole = !escaped && hexDigits == 0 && continuations == 0;
      if (!inText) {
        readPlain(next);
      } else if (whole && next == '"') {
        inText = false;
      } else {
        readText(next, whole);
        if (cut) {
          continue;
        }
        cut = whole && kept >= KEPT;
        next = cut ? CUT : next;
        kept++;
      }
      bytes[left++] = next;
    }
    return left;
  }

  private void readPlain(byte next) throws InvalidValueException {
    if (next == '"') {
      inText = true;
      kept = 0;
      cut = false;
    }
    boolean ends = next <= ' ' || ",:[]{}\"".indexOf(next) >= 0;
    plain = ends ? 0 : plain + 1;
    if (plain > KEPT) {
      throw noJson();
    }
  }

  private void readText(byte next, boolean whole) throws InvalidValueException {
    if (whole) {
      begin(next);
    } else if (escaped) {
      escaped = false;
      hexDigits = next == 'u' ? 4 : 0;
      if ("\"\\/bfnrtu".indexOf(next) < 0) {
        throw noJson();
      }
    } else if (hexDigits > 0) {
      hexDigits--;
      if (Character.digit(next, 16) < 0) {
        throw noJson();
      }
    } else {
      continuations--;
      if (next < least || next > most) {
        throw noJson();
      }
      least = (byte) 0x80;
      most = (byte) 0xbf;
    }
  }

  private void begin(byte next) throws InvalidValueException {
    int first = next & 0xff;
    if (first == '\\') {
      escaped = true;
    } else if (first < ' ' || (first >= 0x80 && first < 0xc2) || first > 0xf4) {
      throw noJson();
    } else if (first >= 0xc2) {
      continuations = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
      least = (byte) (first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80);
      most = (byte) (first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf);
    }
  }

  private static InvalidValueException noJson() {
    return new InvalidValueException(
        "expected a JSON object in UTF-8 as the body, found something else");
  }
}
