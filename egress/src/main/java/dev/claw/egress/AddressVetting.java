package dev.claw.egress;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Which addresses no name may lead to: all that is not a public unicast address (IANA's IPv4 and
 * IPv6 Special-Purpose Address Registries), and all IPv6 forms that carry an IPv4 address, since
 * what they reach is decided elsewhere.
 */
final class AddressVetting {
  private record Block(byte[] prefix, int bits, String kind) {
    boolean contains(byte[] address) {
      if (address.length != prefix.length) {
        return false;
      }
      int whole = bits / 8;
      if (!Arrays.equals(address, 0, whole, prefix, 0, whole)) {
        return false;
      }
      int rest = bits % 8;
      int mask = 0xff00 >> rest & 0xff;
      return rest == 0 || (address[whole] & mask) == (prefix[whole] & mask);
    }
  }

  private static final List<Block> BLOCKS =
      List.of(
          v4("00000000", 8, "unspecified"),
          v4("0a000000", 8, "private"),
          v4("64400000", 10, "carrier-grade NAT"),
          v4("7f000000", 8, "loopback"),
          v4("a9fea9fe", 32, "cloud metadata"),
          v4("a9fe0000", 16, "link-local"),
          v4("ac100000", 12, "private"),
          v4("c0000000", 24, "reserved"),
          v4("c0000200", 24, "documentation"),
          v4("c0586300", 24, "6to4 relay"),
          v4("c0a80000", 16, "private"),
          v4("c6120000", 15, "benchmarking"),
          v4("c6336400", 24, "documentation"),
          v4("cb007100", 24, "documentation"),
          v4("ffffffff", 32, "broadcast"),
          v4("e0000000", 4, "multicast"),
          v4("f0000000", 4, "reserved"),
          v6("00000000000000000000000000000000", 128, "unspecified"),
          v6("00000000000000000000000000000001", 128, "loopback"),
          v6("00000000000000000000ffff00000000", 96, "IPv4-mapped"),
          v6("00000000000000000000000000000000", 96, "IPv4-compatible"),
          v6("0064ff9b000000000000000000000000", 96, "NAT64"),
          v6("0064ff9b000100000000000000000000", 48, "NAT64"),
          v6("00000000000000000000000000000000", 8, "reserved"),
          v6("01000000000000000000000000000000", 64, "discard-only"),
          v6("20010000000000000000000000000000", 32, "Teredo"),
          v6("20010000000000000000000000000000", 23, "reserved"),
          v6("20010db8000000000000000000000000", 32, "documentation"),
          v6("20020000000000000000000000000000", 16, "6to4"),
          v6("3fff0000000000000000000000000000", 20, "documentation"),
          v6("fd000ec2000000000000000000000254", 128, "cloud metadata"),
          v6("fc000000000000000000000000000000", 7, "unique local"),
          v6("fe800000000000000000000000000000", 10, "link-local"),
          v6("fec00000000000000000000000000000", 10, "site-local"),
          v6("ff000000000000000000000000000000", 8, "multicast"));

  /** Global unicast as IANA gives it out. */
  private static final Block GLOBAL_UNICAST =
      v6("20000000000000000000000000000000", 3, "global unicast");

  private AddressVetting() {}

  /** The kind of an address that only a rule with this very address admits; empty for public. */
  static Optional<String> refusal(InetAddress address) {
    byte[] bytes = address.getAddress();
    for (Block block : BLOCKS) {
      if (block.contains(bytes)) {
        return Optional.of(block.kind());
      }
    }
    return bytes.length == 4 || GLOBAL_UNICAST.contains(bytes)
        ? Optional.empty()
        : Optional.of("reserved");
  }

  private static Block v4(String hex, int bits, String kind) {
    return new Block(HexFormat.of().parseHex(hex), bits, kind);
  }

  private static Block v6(String hex, int bits, String kind) {
    return new Block(HexFormat.of().parseHex(hex), bits, kind);
  }
}
