package dev.claw.compiler;

import dev.claw.model.AddressText;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.net.IDN;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A host as egress rules name it: a name in ASCII and lower case, {@code *.name}, {@code **.name},
 * or an address in the one spelling that everybody reads alike.
 *
 * @param text what the rule holds
 * @param warnings what its writer should know
 */
record HostPattern(String text, List<String> warnings) {
  private static final Pattern NUMBER_PART = Pattern.compile("0[xX][0-9a-fA-F]*|[0-9]+");
  private static final Pattern LABEL = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");
  private static final Set<String> METADATA =
      Set.of("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "metadata.google.internal");

  HostPattern {
    warnings = List.copyOf(warnings);
  }

  /**
   * Reads a host.
   *
   * @throws InvalidValueException where it is none, or is spelled so that programs read it
   *     differently
   */
  static HostPattern parse(String written) throws InvalidValueException {
    if (written.isEmpty() || written.length() > 512) {
      throw new InvalidValueException("expected a host, found " + Quoted.of(written));
    }
    if (written.contains("://")) {
      throw wrong(
          written, "it is a URL; write the host alone, and ports and paths in their own keys");
    }
    if (written.matches("[^:]*:[0-9]+")) {
      throw wrong(
          written,
          "it has a port; write the host alone and 'ports: ["
              + written.replaceAll(".*:", "")
              + "]'");
    }
    if (written.contains("/")) {
      throw wrong(written, "it is a network or has a path; write one host in a rule");
    }
    if (written.startsWith("[") || written.contains(":")) {
      return addressV6(written);
    }
    String[] parts = written.split("\\.", -1);
    if (NUMBER_PART.matcher(parts[parts.length - 1]).matches()) {
      return addressV4(written, parts);
    }
    return name(written);
  }

  private static HostPattern name(String written) throws InvalidValueException {
    String prefix = written.startsWith("**.") ? "**." : written.startsWith("*.") ? "*." : "";
    String name = written.substring(prefix.length());
    if (written.equals("*") || written.equals("**")) {
      throw wrong(written, "it is every host; name hosts, or set network.profile to open");
    }
    if (name.contains("*")) {
      throw wrong(written, "a '*' stands only in front, as '*.' or '**.'");
    }
    if (name.endsWith(".")) {
      throw wrong(
          written,
          "it ends in a dot; write '" + Quoted.visible(written.replaceAll("\\.+$", "")) + "'");
    }
    if (name.contains("_")) {
      throw wrong(written, "it has a '_', which the name of a host can't have");
    }
    String ascii;
    try {
      ascii = IDN.toASCII(name, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      throw wrong(written, "it is no name of a host");
    }
    if (ascii.length() > 253) {
      throw wrong(written, "it has more than 253 characters");
    }
    for (String label : ascii.split("\\.", -1)) {
      if (!LABEL.matcher(label).matches()) {
        throw wrong(
            written,
            "it is no name of a host: letters, digits and '-' between dots, at most 63 in a part");
      }
    }
    return new HostPattern(prefix + ascii, warnings(prefix, name, ascii));
  }

  private static List<String> warnings(String prefix, String name, String ascii) {
    List<String> warnings = new ArrayList<>();
    if (!ascii.equalsIgnoreCase(name)) {
      warnings.add(
          Quoted.of(name) + " stands for " + ascii + "; check that it is the host you mean");
    }
    if (!prefix.isEmpty() && !ascii.contains(".")) {
      warnings.add("admits every host under ." + ascii + "; name the hosts that the agent needs");
    }
    if (METADATA.contains(ascii)) {
      warnings.add("is a cloud's metadata service, which hands out credentials");
    } else if (ascii.equals("localhost") || ascii.endsWith(".localhost")) {
      warnings.add("is this machine: everything that listens on its loopback at these ports");
    }
    return warnings;
  }

  private static HostPattern addressV4(String written, String[] parts)
      throws InvalidValueException {
    if (written.matches("(?:(?:0|[1-9][0-9]{0,2})\\.){3}(?:0|[1-9][0-9]{0,2})")) {
      for (String part : parts) {
        if (Integer.parseInt(part) > 255) {
          throw wrong(written, "its parts go from 0 to 255");
        }
      }
      return new HostPattern(written, warnings(InetAddress.ofLiteral(written), written));
    }
    throw wrong(written, "programs read this address differently" + plainV4(parts));
  }

  /** What inet_aton(3) makes of octal, hexadecimal and short forms. */
  private static String plainV4(String[] parts) {
    if (parts.length > 4) {
      return "";
    }
    long address = 0;
    for (int i = 0; i < parts.length; i++) {
      String part = parts[i];
      if (!NUMBER_PART.matcher(part).matches() || part.length() > 12) {
        return "";
      }
      long value;
      try {
        value =
            part.matches("0[xX].+")
                ? Long.parseLong(part.substring(2), 16)
                : Long.parseLong(part, part.matches("0[0-7]+") ? 8 : 10);
      } catch (NumberFormatException e) {
        return "";
      }
      boolean last = i == parts.length - 1;
      long most = last ? (1L << (8 * (5 - parts.length))) - 1 : 255;
      if (value > most) {
        return "";
      }
      address = last ? (address << (8 * (5 - parts.length))) | value : (address << 8) | value;
    }
    return "; write '%d.%d.%d.%d'"
        .formatted(
            (address >> 24) & 255, (address >> 16) & 255, (address >> 8) & 255, address & 255);
  }

  private static HostPattern addressV6(String written) throws InvalidValueException {
    String literal = written.replaceAll("^\\[(.*)]$", "$1");
    InetAddress address;
    try {
      if (literal.contains("%")) {
        throw wrong(written, "it has a zone; write it without '%'");
      }
      address = InetAddress.ofLiteral(literal);
    } catch (IllegalArgumentException e) {
      throw wrong(written, "it is neither a name nor an address");
    }
    if (address instanceof Inet4Address) {
      throw wrong(
          written, "it is an IPv4 address in IPv6 form; write '" + address.getHostAddress() + "'");
    }
    String plain = AddressText.of(address.getAddress());
    if (!plain.equals(written)) {
      throw wrong(written, "the address has a plainer spelling; write '" + plain + "'");
    }
    return new HostPattern(plain, warnings(address, plain));
  }

  private static List<String> warnings(InetAddress address, String text) {
    if (METADATA.contains(text)) {
      return List.of("is a cloud's metadata service, which hands out credentials");
    }
    byte[] bytes = address.getAddress();
    if (address.isLoopbackAddress() || address.isAnyLocalAddress()) {
      return List.of("is this machine: everything that listens on its loopback at these ports");
    }
    boolean uniqueLocal = bytes.length == 16 && (bytes[0] & 0xfe) == 0xfc;
    boolean shared = bytes.length == 4 && bytes[0] == 100 && (bytes[1] & 0xc0) == 64;
    if (address.isSiteLocalAddress()
        || address.isLinkLocalAddress()
        || address.isMulticastAddress()
        || uniqueLocal
        || shared) {
      return List.of("is an address of your own network; the agent reaches it since it is named");
    }
    return List.of();
  }

  private static InvalidValueException wrong(String written, String found) {
    return new InvalidValueException("expected a host, found " + Quoted.of(written) + ": " + found);
  }
}
