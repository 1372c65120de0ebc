package dev.claw.access;

import dev.claw.model.InvalidValueException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * What somebody shows to ask for a pairing: 144 random bits in the alphabet that a Telegram link's
 * {@code start} may hold (RFC 4648 section 5). It is kept nowhere and {@link #toString} does not
 * show it; what is kept is its {@link #hash}.
 */
public record PairingToken(String value) {
  private static final int BYTES = 18;
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_-]{23}");

  /** Accepts only what {@link #parse} accepts. */
  public PairingToken {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("no pairing token");
    }
  }

  /**
   * Reads a token as somebody typed or sent it.
   *
   * @throws InvalidValueException whose message never holds it
   */
  public static PairingToken parse(String text) throws InvalidValueException {
    if (!FORM.matcher(text).matches()) {
      throw new InvalidValueException(
          "expected the 24 characters that a link holds behind 'start=', found something else");
    }
    return new PairingToken(text);
  }

  /** A new one, which no command line takes for an option. */
  public static PairingToken random(SecureRandom random) {
    byte[] bytes = new byte[BYTES];
    while (true) {
      random.nextBytes(bytes);
      String text = Base64.getUrlEncoder().encodeToString(bytes);
      if (text.charAt(0) != '-') {
        return new PairingToken(text);
      }
    }
  }

  /** What stands for it wherever it is kept or sent on. */
  public TokenHash hash() {
    return TokenHash.of(this);
  }

  /** Not the token. */
  @Override
  public String toString() {
    return "PairingToken";
  }
}
