package dev.claw.model;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses as bytes and as text, without a look-up either way. */
public final class AddressText {
  private AddressText() {}

  /** The address of 4 or 16 bytes; 16 that map an IPv4 address give that address. */
  public static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length, e);
    }
  }

  /** Dotted for IPv4; RFC 5952 for IPv6, without a zone. */
  public static String of(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == 4) {
      return (bytes[0] & 255)
          + "."
          + (bytes[1] & 255)
          + "."
          + (bytes[2] & 255)
          + "."
          + (bytes[3] & 255);
    }
    return compressed(bytes);
  }

  private static String compressed(byte[] bytes) {
    int start = -1;
    int longest = 1;
    for (int i = 0; i < 8; i++) {
      int length = 0;
      while (i + length < 8 && group(bytes, i + length) == 0) {
        length++;
      }
      if (length > longest) {
        longest = length;
        start = i;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == start) {
        text.append("::");
        i += longest - 1;
      } else {
        text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":")
            .append(Integer.toHexString(group(bytes, i)));
      }
    }
    return text.toString();
  }

  private static int group(byte[] bytes, int index) {
    return ((bytes[2 * index] & 255) << 8) | (bytes[2 * index + 1] & 255);
  }
}
