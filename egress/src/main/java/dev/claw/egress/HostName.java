package dev.claw.egress;

import dev.claw.model.AddressText;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A host as a program inside asked for it, in the one spelling in which rules are written: a name
 * in lower case without a trailing dot, or an address.
 *
 * @param text the name, the dotted IPv4 address, or the IPv6 address without brackets
 * @param address the address that the text spells; null for a name, which nobody has looked up
 */
public record HostName(String text, @Nullable InetAddress address) {
  private static final int LONGEST = 253;
  private static final int LONGEST_LABEL = 63;

  /**
   * Reads a host as it stands in an authority, a {@code Host} header, SNI or a DNS question.
   *
   * <p>Numbers that some resolvers take for addresses ({@code 2130706433}, {@code 0177.1}, {@code
   * 0x7f.1}) are neither names nor addresses here, so that they never reach a resolver.
   *
   * @throws InvalidValueException for everything but a name of letters, digits and hyphens and the
   *     plain spelling of an address
   */
  public static HostName parse(String written) throws InvalidValueException {
    if (written.startsWith("[") && written.endsWith("]")) {
      return addressV6(written.substring(1, written.length() - 1), written);
    }
    String text = written.endsWith(".") ? written.substring(0, written.length() - 1) : written;
    if (text.isEmpty() || text.length() > LONGEST) {
      throw wrong(written);
    }
    int labelStart = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || text.charAt(i) == '.') {
        checkLabel(text, labelStart, i, written);
        if (i == text.length() && startsNumber(text, labelStart)) {
          return addressV4(written);
        }
        labelStart = i + 1;
      }
    }
    return new HostName(text.toLowerCase(Locale.ROOT), null);
  }

  /** The host that an address is, in the spelling of RFC 5952. */
  static HostName of(InetAddress address) {
    return new HostName(AddressText.of(address.getAddress()), address);
  }

  boolean isName() {
    return address == null;
  }

  /** As it stands in an authority: IPv6 in brackets. */
  String inAuthority() {
    return text.indexOf(':') >= 0 ? "[" + text + "]" : text;
  }

  private static void checkLabel(String text, int start, int end, String written)
      throws InvalidValueException {
    if (end == start
        || end - start > LONGEST_LABEL
        || text.charAt(start) == '-'
        || text.charAt(end - 1) == '-') {
      throw wrong(written);
    }
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      boolean fits =
          (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-';
      if (!fits) {
        throw wrong(written);
      }
    }
  }

  /** Whether inet_aton(3) takes what ends so for an address: all digits, or 0x and so on. */
  private static boolean startsNumber(String text, int last) {
    if (text.length() - last >= 2
        && text.charAt(last) == '0'
        && (text.charAt(last + 1) == 'x' || text.charAt(last + 1) == 'X')) {
      return true;
    }
    return isNumber(text.substring(last));
  }

  /** Whether there is nothing but the digits of ASCII. */
  static boolean isNumber(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static HostName addressV4(String written) throws InvalidValueException {
    String[] parts = written.split("\\.", -1);
    if (parts.length != 4) {
      throw wrong(written);
    }
    byte[] bytes = new byte[4];
    for (int i = 0; i < 4; i++) {
      String part = parts[i];
      if (part.isEmpty()
          || part.length() > 3
          || (part.length() > 1 && part.charAt(0) == '0')
          || !isNumber(part)
          || Integer.parseInt(part) > 255) {
        throw wrong(written);
      }
      bytes[i] = (byte) Integer.parseInt(part);
    }
    return new HostName(written, address(bytes));
  }

  private static HostName addressV6(String literal, String written) throws InvalidValueException {
    boolean plain =
        literal.length() <= 45
            && literal.indexOf(':') >= 0
            && literal
                .chars()
                .allMatch(c -> (Character.digit(c, 16) >= 0 && c < 128) || c == ':' || c == '.');
    if (!plain) {
      throw wrong(written);
    }
    InetAddress address;
    try {
      address = InetAddress.ofLiteral(literal);
    } catch (IllegalArgumentException e) {
      throw wrong(written);
    }
    if (address instanceof Inet4Address) {
      throw new InvalidValueException(
          "expected a host, found an IPv4 address in IPv6 form " + Quoted.of(written));
    }
    return of(address);
  }

  private static InvalidValueException wrong(String written) {
    return new InvalidValueException(
        "expected a host name or a plainly spelled address, found " + Quoted.of(written));
  }

  @Override
  public String toString() {
    return text;
  }

  /** The address of 4 or 16 bytes; 16 that map an IPv4 address give that address. */
  static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length, e);
    }
  }
}
